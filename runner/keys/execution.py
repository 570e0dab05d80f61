"""The course of one execution: from the order to the result or the failure, and the notebook."""

import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.errors import EvidenceLost, InvalidInput
from runner.kernels.launch import Ending, KernelEnd, KernelProcess
from runner.keys.attempt import Attempt, CellFailed, EngineFailed
from runner.keys.engine import Engine
from runner.keys.executed_notebook import notebook_text, tell_the_truth, write_atomically
from runner.keys.executor import KeyOutcome, Order, Progress, Report
from runner.keys.foreign_result import result_from_cells
from runner.keys.injected import notebook_value
from runner.keys.kept_tables import kept_tables
from runner.keys.kernelspecs import kernel_for
from runner.keys.notebook_source import INJECTED, NotebookSource, read_notebook
from runner.keys.output_tail import ANSI, Printed
from runner.keys.outputs_cells import Unreadable
from runner.keys.parameters_cell import check_values, defaults_of
from runner.keys.published import RESULT_FILE, read_published
from runner.keys.references import check_reference
from runner.keys.workplace import Workplace
from runner.model.redaction import Redactor
from runner.model.results import CellState, FailureKind, KeyFailure, KeyResult

STOPPED = KeyFailure(FailureKind.STOPPED, "the runner stopped it")
_LONGEST_MESSAGE = 1000
_LONGEST_TRACEBACK = 20_000
_GONE_SECONDS = 2.0
_ASKED = "StdinNotImplementedError"
_OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryException")


class Execution:
    """The course of one attempt, from the notebook to the outcome."""

    def __init__(
        self,
        order: Order,
        kernel: KernelProcess,
        workplace: Workplace,
        report: Report,
        started: float,
    ):
        self._of_caller: Exception | None = None

        def at_cell(cell: int, cells: int, said: Printed) -> None:
            place = (order.invocation, cell, cells, time.monotonic() - started)
            known = Redactor({})
            shown = (known.text(said.line), known.text(said.new), said.cut)
            words = () if order.secrets.all else shown
            try:
                report(Progress(*place, *words))
            except Exception as error:
                self._of_caller = error
                raise

        self._order = order
        self._folder = _folder(order)
        self._workplace = workplace
        self._redactor = order.secrets.redactor()
        self._started = started
        self._end: KernelEnd | None = None
        self._is_stale = False
        self.attempt = Attempt(kernel, order.limits, order.key.notebook, workplace.outputs, at_cell)
        self.attempt.environment.update(workplace.environment)

    def outcome(self, source: NotebookSource, engine: Engine) -> KeyOutcome:
        """Execute, end the kernel, write the notebook, then look at what was published."""
        self.attempt.kernel_name, self.attempt.language = source.kernel, source.language
        self.attempt.start_clock()
        error: Exception | None = None
        try:
            values = _values(source, self._order)
            self._is_stale = not values and source.tagged(INJECTED) is not None
            engine.execute(source.tree, values, self.attempt)
        except Exception as caught:  # whatever a notebook can bring about is a failure, not a crash
            if caught is self._of_caller:
                raise
            error = caught
        self.attempt.stop_clock()
        self._end = self.attempt.kernel.end
        self.attempt.kernel.kill()
        if error is not None or self.attempt.cut_short is not None:
            self.attempt.end_cell(self._state_of_last_cell(error))
        written = self._write(error is not None)
        gone = self.attempt.kernel.wait_until_gone(_GONE_SECONDS)
        problems = self._take_over()
        if error is not None or self.attempt.cut_short is not None:
            return self._failure(error, written)
        end = self.attempt.kernel.end
        if not gone or end is None or end.survivors or end.how is Ending.LOST:
            return self._failed(FailureKind.KERNEL, "its processes could not be ended", written)
        if problems:
            return self._failed(FailureKind.CONTRACT, "; ".join(problems), written)
        return self._result(written)

    def _take_over(self) -> tuple[str, ...]:
        try:
            return self._workplace.take_over(self._redactor)
        except OSError as error:
            raise EvidenceLost(f"outputs could not be kept: {error.strerror}") from error

    def _result(self, written: tuple[str, str]) -> KeyOutcome:
        contract, outputs = self._order.key.contract, self._workplace.kept
        try:
            result_from_cells(self.attempt, contract, outputs)
        except Unreadable as why:
            return self._failed(FailureKind.CONTRACT, str(why), written)
        except OSError as error:
            raise EvidenceLost(f"{RESULT_FILE} could not be written: {error.strerror}") from error
        published, problems = read_published(outputs, self._order.run_folder, contract)
        if published is None:
            return self._failed(FailureKind.CONTRACT, "; ".join(problems), written)
        return KeyResult(
            outputs=published.outputs,
            cells=self.attempt.cells(),
            seconds=time.monotonic() - self._started,
            notebook=written[0],
            notebook_digest=written[1],
            data_from=published.data_from,
            data_to=published.data_to,
            warnings=(*self._warnings(), *published.warnings),
            sandbox=self.attempt.kernel.sandbox(),
            redactions=self._redactor.redactions,
            on_spare_of_resident=self.attempt.kernel.is_spare_of_resident,
            loaded=kept_tables(self._order, outputs, published.inputs),
        )

    def _warnings(self) -> Iterator[str]:
        """What the person should know of an execution that went well."""
        if self._is_stale:
            yield "the notebook was executed with the parameters of an earlier execution"
        dropped = self.attempt.dropped
        cells = ", ".join(map(str, dropped))
        if dropped:
            yield f"output of cell {cells} was cut: {sum(dropped.values()):,} bytes dropped"

    def _failure(self, error: Exception | None, written: tuple[str, str]) -> KeyFailure:
        traceback = error.traceback if isinstance(error, CellFailed) else ""
        end, limits = self._end, self._order.limits
        if self.attempt.cut_short is FailureKind.STOPPED:
            return self._failed(FailureKind.STOPPED, STOPPED.message, written)
        if self.attempt.cut_short is not None or (end and end.how is Ending.DEADLINE):
            message = f"not done after {limits.wall_seconds} s, its limit"
            return self._failed(FailureKind.TIMEOUT, message, written, traceback)
        if isinstance(error, CellFailed):
            short = error.ename in _OUT_OF_MEMORY
            kind = FailureKind.MEMORY if short else FailureKind.CELL
            return self._failed(kind, _said(error), written, traceback)
        if end is not None and end.how is Ending.MEMORY:
            message = f"used more memory than its limit of {limits.memory_bytes:,} bytes"
            return self._failed(FailureKind.MEMORY, message, written)
        if end is not None and end.how is Ending.SYSTEM_MEMORY:
            message = "the system had no more memory and killed it, below its own limit"
            return self._failed(FailureKind.MEMORY, message, written)
        if end is not None and end.how is Ending.PROCESSES:
            message = f"started more than {limits.processes} processes, its limit"
            return self._failed(FailureKind.KERNEL, message, written)
        if end is not None and end.how is Ending.DISK:
            message = f"wrote more files than its limit of {limits.disk_bytes:,} bytes on disk"
            return self._failed(FailureKind.KERNEL, message, written)
        return self._failed(FailureKind.KERNEL, cause_of_death(end, error), written)

    def _failed(
        self, kind: FailureKind, message: str, written: tuple[str, str], traceback: str = ""
    ) -> KeyFailure:
        return KeyFailure(
            kind=kind,
            message=self._redactor.text(_plain(message))[:_LONGEST_MESSAGE],
            cells=self.attempt.cells(),
            cell_index=self.attempt.running,
            traceback=self._redactor.text(_plain(traceback))[-_LONGEST_TRACEBACK:],
            seconds=time.monotonic() - self._started,
            notebook=written[0],
            notebook_digest=written[1],
            sandbox=self.attempt.kernel.sandbox(),
            redactions=self._redactor.redactions,
            on_spare_of_resident=self.attempt.kernel.is_spare_of_resident,
        )

    def _state_of_last_cell(self, error: Exception | None) -> CellState:
        if self.attempt.cut_short is FailureKind.TIMEOUT:
            return CellState.TIMED_OUT
        if isinstance(error, CellFailed) and self.attempt.cut_short is None:
            return CellState.FAILED
        return CellState.KILLED

    def _write(self, failed: bool) -> tuple[str, str]:
        """Write the executed notebook; its path relative to the run folder and its digest."""
        if self.attempt.notebook is None:
            return "", ""
        file = self._folder / "notebook.ipynb"
        relative = str(file.relative_to(self._order.run_folder))
        tell_the_truth(self.attempt, failed, relative)
        text = notebook_text(self.attempt.notebook)
        if self._redactor.has_declared or self._redactor.finds(text.encode("utf-8", "replace")):
            self._redactor.tree(self.attempt.notebook)
            text = notebook_text(self.attempt.notebook)
        try:
            return relative, write_atomically(file, text)
        except OSError as error:
            raise EvidenceLost(f"{relative} could not be written: {error.strerror}") from error


def accept(order: Order, environment: Mapping[str, str]) -> NotebookSource | KeyFailure:
    """The notebook, and a new folder for the attempt; or why it is refused.

    Raises EvidenceLost where the folder cannot be made.
    """
    try:
        source = read_notebook(order.key.notebook)
        kernel_for(source, environment)
        _check_values(source, order)
        _make_folder(order)
    except InvalidInput as refused:
        return KeyFailure(FailureKind.REFUSED, refused.happened)
    return source


def cause_of_death(end: KernelEnd | None, error: BaseException | None) -> str:
    """What ended a kernel before we did; `end` is None where it lived and failed all the same."""
    if end is None:
        said = str(error) if isinstance(error, EngineFailed) else f"{type(error).__name__}: {error}"
        return f"the kernel could not be used: {said}"
    if end.how is Ending.LOST:
        return "the kernel was lost: the process that stands over it was killed"
    said = f"; it said: {end.log.strip()[-400:]}" if end.log.strip() else ""
    if end.code < 0:
        return f"the kernel was killed by {signal.Signals(-end.code).name}{said}"
    return f"the kernel ended by itself, with exit code {end.code}{said}"


def _check_values(source: NotebookSource, order: Order) -> None:
    names = [staged.name for staged in order.inputs] + [one.name for one in order.parameters]
    check_values(source, order.key.contract, names)
    faults = [
        f"input {staged.name} is not in the run: {staged.file}"
        for staged in order.inputs
        if staged.is_copied and not (order.run_folder / staged.file).is_file()
    ]
    for staged in order.inputs:
        check_reference(staged)
    if faults:
        raise InvalidInput("; ".join(faults), "no kernel was started")


def outputs_folder(order: Order) -> Path:
    """Where the KEY puts its result and its files: the only place it can write that stays."""
    return _folder(order) / "outputs"


def _folder(order: Order) -> Path:
    return order.run_folder / "keys" / str(order.invocation) / f"attempt-{order.attempt}"


def _make_folder(order: Order) -> None:
    folder = _folder(order)
    try:
        for made in (folder.parent.parent, folder.parent, folder):
            made.mkdir(mode=0o700, exist_ok=made != folder)
        outputs_folder(order).mkdir(mode=0o700)
    except FileExistsError:
        message = f"attempt {order.attempt} of {order.invocation} was made before"
        raise InvalidInput(message, "no kernel was started") from None
    except OSError as error:
        raise EvidenceLost(f"{folder} could not be made: {error.strerror}") from error


def _values(source: NotebookSource, order: Order) -> dict[str, Any]:
    """What the notebook gets: staged files as absolute paths, parameters as what they are."""
    values: dict[str, Any] = {
        staged.name: str(order.run_folder / staged.file) for staged in order.inputs
    }
    declared = {parameter.name: parameter for parameter in order.key.contract.parameters}
    defaults = defaults_of(source)
    for given in order.parameters:
        default = defaults.get(given.name)
        values[given.name] = notebook_value(declared[given.name], given.value, default)
    return values


def _said(error: CellFailed) -> str:
    if error.ename == _ASKED:
        return "it asks for input, and nobody is there to answer: make the answer a parameter"
    return str(error)


def _plain(text: str) -> str:
    return ANSI.sub("", text)
