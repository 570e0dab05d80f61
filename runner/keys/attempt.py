"""One attempt to execute a KEY: its kernel, the record of its cells, and what cut it short."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.kernels.launch import KernelProcess
from runner.kernels.limits import GRACE_SECONDS
from runner.keys.notebook_source import KERNEL, PYTHON
from runner.keys.output_budget import OutputBudget
from runner.keys.output_tail import OutputTail, Printed
from runner.model.contract import Limits
from runner.model.results import CellReport, CellState, FailureKind

_SKIPPED_TAG = "skip-execution"
_BOOT_SECONDS = 60.0


class CellFailed(Exception):
    """A cell raised an error: its name, its value, the traceback with terminal colours."""

    def __init__(self, ename: str, evalue: str, traceback: str):
        super().__init__(f"{ename}: {evalue}")
        self.ename = ename
        self.evalue = evalue
        self.traceback = traceback


class KernelDied(Exception):
    """The kernel ended or never answered."""


class EngineFailed(Exception):
    """What else went wrong where the notebook was executed: the name of the error, and its text."""


class Attempt:
    """What the engine works with, and where it notes what really happened.

    `environment` is set in the kernel before the first cell; with a `working_folder` it is all that
    the kernel sees, and modules are imported from that folder. `notebook` is the executed notebook,
    None until papermill has parameterised it. `report` gets the ordinal of the code cell that
    runs, from 1, how many there are, and the last line that was printed.
    """

    def __init__(
        self,
        kernel: KernelProcess,
        limits: Limits,
        source: Path,
        outputs: Path,
        report: Callable[[int, int, Printed], None],
    ):
        self.kernel = kernel
        self.limits = limits
        self.source = source
        self.outputs = outputs
        self.notebook_name = f"{source.parent.name}/{source.name}"
        self.environment = key_environment(outputs, source)
        self.working_folder: Path | None = None
        self.kernel_name, self.language = KERNEL, PYTHON
        self.boot_seconds = _BOOT_SECONDS
        self.budget = OutputBudget(limits.output_bytes)
        self.notebook: Any = None
        self.dropped: dict[int, int] = {}
        """Bytes of output that are nowhere in the notebook, by cell."""
        self.cut_short: FailureKind | None = None
        self.report = report
        self._tail = OutputTail()
        self._place = (0, 0)
        self._reports: dict[int, CellReport] = {}
        self._running: int | None = None
        self._failed: int | None = None
        self._since = 0.0
        self._lock = threading.Lock()
        self._timers: list[threading.Timer] = []

    @property
    def is_ours(self) -> bool:
        """Whether the kernel is ours; another one has its environment from the start."""
        return self.kernel_name == KERNEL

    @property
    def running(self) -> int | None:
        """The index of the cell that runs or ran when all ended, else of the last that failed."""
        return self._failed if self._running is None else self._running

    def cells(self) -> tuple[CellReport, ...]:
        """The code cells, in order."""
        return tuple(self._reports[index] for index in sorted(self._reports))

    def begin(self, notebook: Any) -> None:
        """Take the parameterised notebook; none of its cells has run."""
        self.notebook = notebook
        for index, cell in enumerate(notebook["cells"]):
            if _is_code(cell):
                self._note(index, CellState.NEVER_RAN if _runs(cell) else CellState.SKIPPED)

    def start_cell(self, index: int) -> bool:
        """Whether the cell is to be executed; what comes next is part of it."""
        cell = self.notebook["cells"][index]
        if not _runs(cell):
            cell["metadata"]["papermill"]["status"] = "skipped" if _is_code(cell) else "completed"
            return False
        order = [i for i, other in enumerate(self.notebook["cells"]) if _runs(other)]
        self._place = (order.index(index) + 1, len(order))
        self.report(*self._place, self._tail.said())
        self.begin_cell(index)
        return True

    def begin_cell(self, index: int) -> None:
        """The cell is executed from now on."""
        self._running, self._since = index, time.monotonic()

    def show(self, text: str) -> None:
        """A cell printed this; its last line is reported, at most ten times a second."""
        if self._tail.take(text):
            self.report(*self._place, self._tail.said())

    def complete_cell(self, index: int) -> None:
        """The kernel has replied and the cell raised nothing."""
        self._say_the_rest()
        self._note(index, CellState.COMPLETED)
        self._running = None

    def fail_cell(self, index: int) -> None:
        """The cell raised an error, and the cells after it are executed all the same."""
        self._say_the_rest()
        self._note(index, CellState.FAILED)
        self._running, self._failed = None, index

    def end_cell(self, state: CellState) -> None:
        """The cell that runs, if one does, ended like this, and no other will run."""
        if self._running is not None:
            self._note(self._running, state)

    def stop(self) -> None:
        """Kill the kernel because the runner wants it; from any thread."""
        with self._lock:
            self.cut_short = self.cut_short or FailureKind.STOPPED
        self.kernel.kill()

    def start_clock(self) -> None:
        """From now on the wall limit counts: an interrupt, and after a moment of grace a kill."""
        self._after(self.limits.wall_seconds, self._time_out)

    def stop_clock(self) -> None:
        """The attempt is over; its cells cannot time out any more."""
        with self._lock:
            timers, self._timers = self._timers, []
        for timer in timers:
            timer.cancel()

    def _say_the_rest(self) -> None:
        """What the cell printed last is reported before its end."""
        if self._tail.has_more:
            self.report(*self._place, self._tail.said())

    def _time_out(self) -> None:
        with self._lock:
            self.cut_short = self.cut_short or FailureKind.TIMEOUT
        self.kernel.interrupt()
        self._after(GRACE_SECONDS, self.kernel.kill)

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        with self._lock:
            self._timers.append(timer)
        timer.start()

    def _note(self, index: int, state: CellState) -> None:
        ran = state not in (CellState.NEVER_RAN, CellState.SKIPPED)
        seconds = time.monotonic() - self._since if ran else 0.0
        self._reports[index] = CellReport(index, state, seconds)


def key_environment(outputs: Path, notebook: Path) -> dict[str, str]:
    """The variables by which a notebook knows where its results go, and where it lies itself."""
    return {"RUNBOOK_OUTPUT_DIR": str(outputs), "RUNBOOK_KEY_DIR": str(notebook.parent)}


def _is_code(cell: Any) -> bool:
    return bool(cell["cell_type"] == "code")


def _runs(cell: Any) -> bool:
    return (
        _is_code(cell)
        and bool(cell["source"].strip())
        and _SKIPPED_TAG not in cell["metadata"].get("tags", [])
    )
