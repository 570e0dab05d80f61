"""A kernel that ends, stops or never answers, in each way that there is, is told as it was."""

import os
import signal
import time
from pathlib import Path

import pytest

from runner.kernels.tree import processes_below
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.contract import Limits
from runner.model.results import CellState, FailureKind
from tests.faults.conftest import Tally
from tests.faults.toy import OK, execute, failed
from tests.keys.installed import install, order

pytestmark = [pytest.mark.kernel, pytest.mark.fault]
KILL = "import os, signal; os.kill(os.getpid(), signal.{})"


def is_booting(pid: int) -> bool:
    """Whether a process is a kernel's that has begun to boot: it works in a folder of its own."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink().match("rb-*/work")
    except OSError:
        return False


@pytest.mark.parametrize(
    ("deed", "kind", "message"),
    [
        (KILL.format("SIGKILL"), FailureKind.KERNEL, "the kernel was killed by SIGKILL"),
        (KILL.format("SIGSEGV"), FailureKind.KERNEL, "the kernel was killed by SIGSEGV"),
        (KILL.format("SIGSTOP"), FailureKind.TIMEOUT, "not done after 1 s, its limit"),
        ("import os; os._exit(0)", FailureKind.KERNEL, "the kernel ended by itself, with exit"),
        ("import ctypes; ctypes.string_at(0)", FailureKind.KERNEL, "the kernel was killed by"),
        ("import sys; sys.exit(3)", FailureKind.CELL, "SystemExit: 3"),
    ],
)
def test_the_end_of_a_kernel_is_told_as_it_was(
    tmp_path: Path, deed: str, kind: FailureKind, message: str, tally: Tally
) -> None:
    outcome = failed(execute(tmp_path, deed, OK, limits=Limits(wall_seconds=1)))
    assert (outcome.kind, outcome.cell_index) == (kind, 2)
    assert outcome.message.startswith(message)
    assert outcome.cells[-1].state is CellState.NEVER_RAN
    assert outcome.seconds < 6
    tally(f"kernel: {deed.partition('; ')[2]}", 1, 1)


def test_a_kernel_that_never_boots_ends_at_the_limit(tmp_path: Path, tally: Tally) -> None:
    executor = PapermillExecutor()
    executor.prepare()
    until = time.monotonic() + 10
    while not (booting := [pid for pid in processes_below(os.getpid()) if is_booting(pid)]):
        assert time.monotonic() < until
        time.sleep(0.001)
    os.kill(booting[0], signal.SIGSTOP)
    given = order(install(tmp_path / "library", OK), tmp_path / "run", Limits(wall_seconds=1))
    outcome = failed(executor.execute(given, lambda progress: None))
    executor.stop()
    assert outcome.kind is FailureKind.TIMEOUT
    assert {cell.state for cell in outcome.cells} <= {CellState.NEVER_RAN}
    assert outcome.seconds < 6
    tally("kernel: never boots", 1, 1)
