"""What came of executing a KEY: inputs as staged, outputs as published, cells as they ended."""

from datetime import datetime
from enum import Enum

from runner.model.frozen import frozen
from runner.model.sandbox import Sandbox
from runner.model.values import Value


@frozen
class Redaction:
    """How often the secret of a name was taken out of what is kept."""

    name: str
    count: int


@frozen
class StagedInput:
    """An input file as the run holds it: copied once, hashed, read-only.

    `file` is relative to the run folder; `origin` is the path that the caller gave; `size` is in
    bytes; `digest` is `sha256:` and hex. Where something was taken out of the copy, `original_size`
    and `original_digest` are those of the file that was given, and `redactions` counts. `absent`
    are columns that were to be taken out and that the file does not have. One that is not
    `is_copied` was too large: it lies where it lay, and its `file` is absolute.
    """

    name: str
    origin: str
    file: str
    size: int
    digest: str
    original_size: int = 0
    original_digest: str = ""
    redactions: tuple[Redaction, ...] = ()
    absent: tuple[str, ...] = ()
    is_copied: bool = True

    @property
    def given_digest(self) -> str:
        """The digest of the file that was given."""
        return self.original_digest or self.digest


@frozen
class KeptTable:
    """A loaded input that is kept as Parquet, with every record of its file: good and bad ones.

    `of` is the digest of the input; `file` is relative to the run folder; `size` is in bytes.
    """

    name: str
    of: str
    file: str
    size: int
    digest: str
    rows_read: int
    rows_bad: int


class CellState(Enum):
    """What really happened to a code cell."""

    NEVER_RAN = "never ran"
    SKIPPED = "skipped"
    COMPLETED = "completed"
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed out"


@frozen
class CellReport:
    """A code cell of the executed notebook: its index among all cells, its state, its seconds."""

    index: int
    state: CellState
    seconds: float = 0.0


@frozen
class OutputValue:
    """A published output by its contract name."""

    name: str
    value: Value


@frozen
class KeyResult:
    """A KEY that kept its contract: all declared outputs valid, no cell error, kernel replied.

    `data_from` and `data_to` bound the data that was looked at (UTC). `seconds` is wall clock.
    `notebook` is the executed notebook, relative to the run folder. `sandbox` says how its kernel
    was shut in; records of older versions do not say it. `redactions` counts the secrets that were
    taken out of what is kept. `on_spare_of_resident`: its kernel was booted by a resident process,
    before the run began. `loaded` are the inputs that are kept as tables.
    """

    outputs: tuple[OutputValue, ...]
    cells: tuple[CellReport, ...]
    seconds: float
    notebook: str
    notebook_digest: str
    data_from: datetime | None = None
    data_to: datetime | None = None
    warnings: tuple[str, ...] = ()
    sandbox: Sandbox | None = None
    redactions: tuple[Redaction, ...] = ()
    on_spare_of_resident: bool = False
    loaded: tuple[KeptTable, ...] = ()

    def value(self, name: str) -> Value | None:
        """The value of an output by name, or None where it was not published."""
        return next((output.value for output in self.outputs if output.name == name), None)


class FailureKind(Enum):
    """How a KEY failed."""

    REFUSED = "refused"
    """Bad parameters, inputs or notebook: no cell ran."""
    CELL = "cell failed"
    """A cell raised an error."""
    KERNEL = "kernel died"
    """The kernel ended or did not boot."""
    TIMEOUT = "timed out"
    MEMORY = "out of memory"
    CONTRACT = "broke its contract"
    """An output is absent, extra or of the wrong type."""
    STOPPED = "stopped"
    """The runner stopped it: an abort or the deadline of the run."""


@frozen
class KeyFailure:
    """A KEY that gave no result: how, in which cell, and what it said."""

    kind: FailureKind
    message: str
    cells: tuple[CellReport, ...] = ()
    cell_index: int | None = None
    traceback: str = ""
    seconds: float = 0.0
    notebook: str = ""
    notebook_digest: str = ""
    sandbox: Sandbox | None = None
    redactions: tuple[Redaction, ...] = ()
    on_spare_of_resident: bool = False
