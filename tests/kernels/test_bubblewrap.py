"""The strict box as bubblewrap makes it: the same box, and the same ends."""

import os
import signal
import time
from pathlib import Path

import pytest

from runner.kernels.boxing import Boxing, Shown
from runner.kernels.launch import Ending, KernelEnd, KernelProcess, launch_kernel
from runner.keys.attempt import Attempt
from runner.keys.papermill_engine import execute_notebook, notebook_of
from runner.model.contract import Limits
from runner.model.sandbox import Sandbox, SandboxLevel
from tests.kernels.levels import NEEDS_BUBBLEWRAP
from tests.keys.installed import notebook

pytestmark = [pytest.mark.kernel, NEEDS_BUBBLEWRAP]


def launch(folder: Path) -> KernelProcess:
    (folder / "out").mkdir()
    (folder / "in").write_text("given")
    (folder / "hidden").write_text("private")
    shown = Shown((folder / "in",), (folder / "out",))
    return launch_kernel(os.environ, Boxing((SandboxLevel.STRICT,), False, shown, True))


def execute(kernel: KernelProcess, folder: Path, *cells: str, wall: int = 60) -> KernelEnd | None:
    limits = Limits(wall_seconds=wall)
    attempt = Attempt(kernel, limits, folder / "key" / "key.ipynb", folder / "out", print)
    attempt.start_clock()
    try:
        execute_notebook(notebook_of(notebook(*cells)), {}, attempt)
    except Exception as error:
        print(repr(error))
    attempt.stop_clock()
    kernel.kill()
    assert kernel.wait_until_gone(5)
    return kernel.end


def test_its_box_is_strict_and_the_record_says_who_made_it(tmp_path: Path) -> None:
    kernel = launch(tmp_path)
    assert kernel.sandbox() == Sandbox(SandboxLevel.STRICT, why="strict: made by bubblewrap")
    said = f"""
import os, socket
def tried(deed):
    try:
        return str(deed())
    except Exception as error:
        return type(error).__name__
given = {str(tmp_path)!r}
with open(given + '/out/said', 'w') as out:
    for deed in (
        lambda: open(given + '/in').read(),
        lambda: open(given + '/in', 'w'),
        lambda: open(given + '/hidden').read(),
        lambda: open('/usr/planted', 'w'),
        lambda: open('/proc/sys/kernel/core_pattern', 'w'),
        lambda: os.listdir('/root') if os.getuid() else open('/root/.bashrc').read(),
        lambda: len([n for n in os.listdir('/proc') if n.isdigit()]) < 5,
        lambda: open(os.environ['HOME'] + '/x', 'w').write('x'),
        lambda: socket.create_connection(('1.1.1.1', 53), 2),
    ):
        print(tried(deed), file=out)
"""
    execute(kernel, tmp_path, said)
    found = (tmp_path / "out/said").read_text().split()
    assert found[:2] == ["given", "OSError"]
    assert found[2] == "FileNotFoundError"
    assert found[3:5] == ["OSError", "OSError"]
    assert found[5] in ("FileNotFoundError", "PermissionError")
    assert found[6:] == ["True", "1", "OSError"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("import os; os._exit(7)", 7),
     ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL)],
)  # fmt: skip
def test_its_kernel_ends_as_any_other(tmp_path: Path, cell: str, code: int) -> None:
    end = execute(launch(tmp_path), tmp_path, cell)
    assert end is not None
    assert (end.how, end.code) == (Ending.ENDED, code)


def test_its_kernel_is_interrupted_at_the_wall_limit(tmp_path: Path) -> None:
    started = time.monotonic()
    cell = "import os, time\ntry:\n    time.sleep(30)\nexcept KeyboardInterrupt:\n    os._exit(9)"
    end = execute(launch(tmp_path), tmp_path, cell, wall=1)
    assert end is not None
    assert end.code == 9
    assert time.monotonic() - started < 10
