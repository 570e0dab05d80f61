"""A kernel that is forked is the kernel that would have been started, only sooner."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.kernels.boxing import Shown
from runner.kernels.supply import KernelSupply
from runner.keys.catalog import Library
from runner.keys.inputs import stage_input
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.identity import KeyName
from runner.model.results import KeyResult
from runner.model.sandbox import BEST_EFFORT
from tests.keys.installed import PUBLISH, install, order

pytestmark = pytest.mark.kernel
ROOT = Path(__file__).parents[2]
WHAT_A_CELL_SEES = """
import os, resource, signal, sys
def without_names(text):
    return text.replace(os.path.dirname(os.environ["HOME"]), "FOLDER")
seen = {
    "variables": {name: without_names(value) for name, value in sorted(os.environ.items())
                  if name not in ("RUNBOOK_OUTPUT_DIR", "RUNBOOK_RUN_DIR")},
    "folder": without_names(os.getcwd()),
    "arguments": [without_names(word) for word in sys.argv],
    "path": [without_names(word) for word in sys.path],
    "flags": list(sys.flags)[:10],
    "hash": hash("webhook"),
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource)
               if name.startswith("RLIMIT_")},
    "ignored": sorted(int(n) for n in signal.valid_signals()
                      if signal.getsignal(n) is signal.SIG_IGN),
    "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
    "descriptors": sorted(os.readlink(f"/proc/self/fd/{n}").split(":")[0].split("/")[1:2]
                          for n in (0, 1, 2)),
    "encoding": (sys.stdout.encoding, sys.getfilesystemencoding()),
    "nice": os.nice(0), "mask": os.umask(0o077),
}
import json
open(os.environ["RUNBOOK_OUTPUT_DIR"] + "/seen.json", "w").write(json.dumps(seen))
publish(count=1)
"""


def execute(executor: PapermillExecutor, given: Any) -> KeyResult:
    outcome = executor.execute(given, lambda progress: None)
    assert isinstance(outcome, KeyResult), outcome
    return outcome


@pytest.fixture
def warm() -> Iterator[PapermillExecutor]:
    executor = PapermillExecutor()
    executor.prepare(4)
    yield executor
    executor.stop()


@pytest.fixture
def cold() -> Iterator[PapermillExecutor]:
    executor = PapermillExecutor()
    yield executor
    executor.stop()


def server_of(runner: int) -> int:
    """The fork server that a process has started."""
    wait_for("the server is there", lambda: servers_of(runner), seconds=5)
    (server,) = servers_of(runner)
    return server


def servers_of(runner: int) -> list[int]:
    children = Path(f"/proc/{runner}/task/{runner}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"fork_server.py" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def below(process: int) -> set[int]:
    """A process and its descendants."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return set()
    return {process}.union(*(below(int(child)) for child in children))


def alive(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_for(what: str, ready: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def test_a_cell_cannot_tell_whether_its_kernel_was_forked(
    tmp_path: Path, warm: PapermillExecutor, cold: PapermillExecutor
) -> None:
    key = install(tmp_path / "library", PUBLISH, WHAT_A_CELL_SEES)
    told = {}
    for name, executor in (("warm", warm), ("cold", cold)):
        outcome = execute(executor, order(key, tmp_path / name))
        (seen,) = (tmp_path / name).rglob("seen.json")
        told[name] = (json.loads(seen.read_text()), outcome.sandbox, outcome.outputs)
    for fact, value in told["cold"][0].items():
        assert (fact, told["warm"][0][fact]) == (fact, value)
    assert told["warm"][1:] == told["cold"][1:]
    assert told["warm"][0]["variables"]["PYTHONHASHSEED"] == "0"


def test_a_shipped_key_finds_the_same_in_either(
    tmp_path: Path, warm: PapermillExecutor, cold: PapermillExecutor
) -> None:
    key = Library((ROOT,)).key(KeyName("jupyter-webhook-event-analysis"))
    assert key is not None
    sample = ROOT / "jupyter-keys/webhook-event-analysis/samples/mixed-timeouts.csv"
    found = []
    for name, executor in (("warm", warm), ("cold", cold)):
        (tmp_path / name).mkdir()
        staged = stage_input("webhook_log", sample, tmp_path / name)
        outcome = execute(executor, order(key, tmp_path / name, inputs=[staged]))
        tables = {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*.csv")}
        found.append((outcome.outputs, outcome.warnings, outcome.sandbox, tables))
    assert found[0] == found[1]
    assert found[0][0]


def test_nothing_of_one_key_is_seen_by_the_next(tmp_path: Path, warm: PapermillExecutor) -> None:
    leave = """
import builtins, json, os, sys
stains = [os.environ.get("STAIN"), getattr(builtins, "stain", None), hasattr(json, "stain"),
          os.path.exists(os.environ["HOME"] + "/stain"), os.path.exists("stain")]
os.environ["STAIN"] = builtins.stain = "1"
json.stain = 1
for place in (os.environ["HOME"] + "/stain", "stain"):
    open(place, "w").close()
publish(count=sum(map(bool, stains)))
"""
    key = install(tmp_path / "library", PUBLISH, leave)
    counts = [execute(warm, order(key, tmp_path / f"{n}")).value("count") for n in range(4)]
    assert counts == [0, 0, 0, 0]


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_fork_server_that_is_stopped_or_dead_costs_a_moment(
    tmp_path: Path, number: signal.Signals
) -> None:
    key = install(tmp_path / "library", PUBLISH, "publish(count=1)")
    executor = PapermillExecutor()
    executor.prepare(3)
    server = server_of(os.getpid())
    os.kill(server, number)
    try:
        started = time.monotonic()
        assert execute(executor, order(key, tmp_path / "run")).value("count") == 1
        assert time.monotonic() - started < 8
    finally:
        executor.stop()
        if number is signal.SIGSTOP:
            os.kill(server, signal.SIGCONT)
    wait_for("the server ends", lambda: not alive(server), seconds=5)


def test_a_stopped_fork_server_leaves_no_kernel_when_it_goes_on() -> None:
    supply = KernelSupply(os.environ, BEST_EFFORT.levels)
    supply.prepare(0)
    server = server_of(os.getpid())
    os.kill(server, signal.SIGSTOP)
    kernel = supply.take(Shown())
    assert kernel.sandbox() is not None
    mine = below(os.getpid())
    os.kill(server, signal.SIGCONT)
    kernel.kill()
    assert kernel.wait_until_gone(5)
    supply.stop()
    wait_for("all are gone", lambda: not any(map(alive, mine - {os.getpid()})), seconds=5)
    assert below(server) <= {server}


RUNNER = """
import os, sys, time
from runner.kernels.supply import KernelSupply
from runner.kernels.boxing import Shown
from runner.model.sandbox import BEST_EFFORT
supply = KernelSupply(os.environ, BEST_EFFORT.levels)
supply.prepare(3)
kernel = supply.take(Shown())
while not kernel.is_listening:
    time.sleep(0.02)
print("listening", flush=True)
time.sleep(60)
"""


def test_server_guardians_and_kernels_die_with_a_killed_runner() -> None:
    runner = subprocess.Popen([sys.executable, "-c", RUNNER], stdout=subprocess.PIPE)
    assert runner.stdout is not None
    assert runner.stdout.readline() == b"listening\n"
    all_of_them = below(runner.pid)
    assert len(all_of_them) >= 4  # itself, the server, a guardian, a kernel
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    runner.stdout.close()
    wait_for("all are dead", lambda: not any(map(alive, all_of_them)), seconds=2)
