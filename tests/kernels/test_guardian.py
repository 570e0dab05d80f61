import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.kernels.launch import Ending, launch_kernel

pytestmark = pytest.mark.kernel

RUNNER = """
import sys
from pathlib import Path
sys.path.insert(0, {helpers!r})
from installed import install, order
from runner.keys.papermill_executor import PapermillExecutor
from runner.keys.secrets import Secrets
from runner.model.sandbox import SandboxLevel, SandboxPolicy
cell = '''
import os, subprocess, time
subprocess.Popen(["sleep", "{mark}"])
subprocess.Popen(["setsid", "sleep", "{mark}"])
subprocess.Popen(["sh", "-c", "(setsid sleep {mark} &) &"])
time.sleep(0.3)
open(os.environ["RUNBOOK_OUTPUT_DIR"] + "/ready", "w").close()
time.sleep(60)
'''
folder = Path({folder!r})
key = install(folder / "library", cell)
executor = PapermillExecutor(policy=SandboxPolicy(SandboxLevel({best!r})))
executor.prepare()
executor.execute(order(key, folder / "run", secrets=Secrets({secrets!r})), print)
"""


def sleepers(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if folder.name.isdigit() and arguments[:2] == [b"sleep", mark.encode()]:
            found.append(int(folder.name))
    return found


def wait_for(what: str, ready: object, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < until, what
        time.sleep(0.02)


@pytest.mark.parametrize("best", ["strict", "landlock", "rlimits"])
def test_no_descendant_outlives_a_killed_runner(tmp_path: Path, best: str) -> None:
    mark = f"60.{os.getpid()}"
    ready = tmp_path / "run/keys/step-1.1.1/attempt-1/outputs/ready"
    helpers = str(Path(__file__).parents[1] / "keys")
    text = RUNNER.format(helpers=helpers, mark=mark, folder=str(tmp_path), best=best, secrets={})
    runner = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.DEVNULL)
    wait_for("the cell runs", ready.exists)
    assert len(sleepers(mark)) == 3
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    wait_for("all are dead", lambda: not sleepers(mark), seconds=2)


def test_a_killed_runner_leaves_no_secret_in_memory(tmp_path: Path) -> None:
    mark, helpers = f"61.{os.getpid()}", str(Path(__file__).parents[1] / "keys")
    text = RUNNER.format(
        helpers=helpers,
        mark=mark,
        folder=str(tmp_path),
        best="strict",
        secrets={"token": "abcdefgh"},
    )
    before = set(Path("/dev/shm").glob("rb-*"))
    runner = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.DEVNULL)
    wait_for("the cell runs", lambda: len(sleepers(mark)) == 3)
    assert [file.name for folder in set(Path("/dev/shm").glob("rb-*")) - before
            for file in folder.glob("secrets/*")] == ["token"]  # fmt: skip
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    wait_for("nothing is left", lambda: set(Path("/dev/shm").glob("rb-*")) <= before, seconds=2)


def test_a_spare_kernel_leaves_nothing() -> None:
    kernel = launch_kernel(os.environ)
    wait_for("the kernel listens", lambda: kernel.is_listening)
    kernel.kill()
    assert kernel.wait_until_gone(2)
    assert kernel.end is not None
    assert (kernel.end.how, kernel.end.code) == (Ending.ENDED, -signal.SIGKILL)
    wait_for("its folder is removed", lambda: not kernel.folder.exists(), seconds=2)


def test_a_kernel_that_cannot_boot_says_why() -> None:
    kernel = launch_kernel({**os.environ, "LD_LIBRARY_PATH": ""})
    (kernel.folder / "connection.json").write_text("{")
    wait_for("the kernel ends", lambda: kernel.end is not None)
    assert kernel.end is not None
    assert kernel.end.code != 0


@pytest.mark.parametrize("long", ["x" * 90])
def test_socket_paths_stay_short(tmp_path: Path, long: str) -> None:
    folder = tmp_path / long
    folder.mkdir()
    kernel = launch_kernel({"TMPDIR": str(folder), "PATH": os.defpath})
    kernel.kill()
    assert len(str(kernel.folder / "k-5")) < 108
    assert kernel.folder.parent != folder
    assert kernel.wait_until_gone(2)
