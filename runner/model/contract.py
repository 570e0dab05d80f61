"""The contract of a KEY: what goes in, what comes out, within which limits."""

from decimal import Decimal

from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.values import OutputType

ParameterItem = str | int | Decimal | bool
ParameterValue = ParameterItem | tuple[ParameterItem, ...] | None


@frozen
class ColumnSpec:
    """A column that an input has: its type, and the names under which exports carry it.

    Types: text, integer, number, flag, timestamp. Names match with letter case, spaces, dashes
    and underscores ignored. `found_as` is the only such name where a person said which it is. With
    `redact` its values are replaced by tokens before they are kept.
    """

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    required: bool = True
    redact: bool = False
    found_as: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which a file may have it, the likeliest first."""
        return (self.found_as,) if self.found_as else (self.name, *self.aliases)


@frozen
class DeclaredInput:
    """A file that a KEY reads. `row_is` says what one record stands for ("one delivery attempt").

    `formats` are names of the catalogue of formats. Without `columns`, an input of the format
    `text` is a table of lines, and any other has the columns that the file has, as text. `redact`
    names columns, declared or not, whose values are replaced by tokens before they are kept.
    """

    name: str
    label: str
    formats: tuple[str, ...]
    columns: tuple[ColumnSpec, ...] = ()
    min_rows: int = 0
    row_is: str = ""
    required: bool = True
    redact: tuple[str, ...] = ()

    @property
    def has_any_columns(self) -> bool:
        """Whether it takes a table whatever its columns are."""
        return not self.columns and bool(self.formats) and "text" not in self.formats

    @property
    def is_tabular(self) -> bool:
        """Whether its records have named columns, declared or not."""
        return bool(self.columns) or self.has_any_columns


@frozen
class DeclaredParameter:
    """A parameter besides the inputs.

    Types: text, integer, number, flag, timestamp, timezone, date, path, list, columns (see
    `column_mapping`). `items` is the type of the items of a list. Timestamps, dates and paths are
    text here.
    """

    name: str
    type: str
    default: ParameterValue
    unit: str = ""
    meaning: str = ""
    items: str = "text"


@frozen
class Material:
    """From where on a count is not noise: a number of things, or a share of another output."""

    threshold: Decimal
    share_of: str = ""


@frozen
class Tolerance:
    """How far a value may be from that of an earlier execution and still be the same.

    `absolute` is in the unit of the output, `relative` a share of the larger of the two values; one
    of them is enough. Without either it has to be the same to the digit.
    """

    absolute: Decimal | None = None
    relative: Decimal | None = None


EXACT = Tolerance()


@frozen
class OutputSpec:
    """A value that a KEY promises to publish. `aliases` are further names that runbooks use."""

    name: str
    label: str
    type: OutputType
    aliases: tuple[str, ...] = ()
    unit: str = ""
    values: tuple[str, ...] = ()
    nullable: bool = False
    null_means: str = ""
    question: str = ""
    material_at: Material | None = None
    tolerance: Tolerance = EXACT

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that a runbook may call it."""
        return (self.name, self.label, *self.aliases)


@frozen
class Limits:
    """What one execution may use. Seconds of wall clock; bytes of everything else.

    `file_bytes` bounds each file, `disk_bytes` all files together that it leaves at one time.
    """

    wall_seconds: int = 300
    memory_bytes: int = 4 * 1024**3
    output_bytes: int = 16 * 1024**2
    file_bytes: int = 4 * 1024**3
    processes: int = 256
    disk_bytes: int = 8 * 1024**3


@frozen
class DeclaredSecret:
    """A secret that a KEY reads from a file: a password, a token."""

    name: str
    meaning: str = ""
    required: bool = True


@frozen
class KeyContract:
    """Everything that is known of a KEY without executing it."""

    key: KeyName
    title: str
    description: str
    version: str
    inputs: tuple[DeclaredInput, ...]
    parameters: tuple[DeclaredParameter, ...]
    outputs: tuple[OutputSpec, ...]
    questions: tuple[str, ...] = ()
    limits: Limits = Limits()
    idempotent: bool = True
    network: bool = False
    license_spdx: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    secrets: tuple[DeclaredSecret, ...] = ()

    def output(self, name: str) -> OutputSpec | None:
        """The output of that name, or None where the KEY declares no such output."""
        return next((spec for spec in self.outputs if spec.name == name), None)

    def input(self, name: str) -> DeclaredInput | None:
        """The input of that name, or None where the KEY declares no such input."""
        return next((spec for spec in self.inputs if spec.name == name), None)


def plain_name(name: str) -> str:
    """A column name as it is compared: `Event Type`, `event-type` and `EVENT_TYPE` are one."""
    return "".join(c for c in name.casefold() if c.isalnum())


def match_columns(
    wanted: tuple[ColumnSpec, ...], found: tuple[str, ...]
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Which column of a file is which column of the contract.

    Returns the mapping from contract name to the file's name, the columns that no column of the
    file matches and that are required or were said to be there, and the contract columns that
    several columns of the file match.
    """
    by_plain: dict[str, list[str]] = {}
    for name in found:
        by_plain.setdefault(plain_name(name), []).append(name)
    matched: dict[str, str] = {}
    missing: list[str] = []
    ambiguous: list[str] = []
    for column in wanted:
        plain = [plain_name(name) for name in column.names]
        hits = next((by_plain[name] for name in plain if name in by_plain), [])
        if len(hits) > 1:
            ambiguous.append(column.name)
        elif hits:
            matched[column.name] = hits[0]
        elif column.required or column.found_as:
            missing.append(column.name)
    return matched, tuple(missing), tuple(ambiguous)


def absent(
    declared: DeclaredInput, missing: tuple[str, ...], found: tuple[str, ...]
) -> tuple[str, ...]:
    """The missing columns in words; of one that a person named, what the file has that is alike."""
    return tuple(_absent(column, found) for column in declared.columns if column.name in missing)


def _absent(column: ColumnSpec, found: tuple[str, ...]) -> str:
    if not column.found_as:
        return column.name
    from difflib import get_close_matches

    close = get_close_matches(column.found_as, found, n=1)
    return f"{column.found_as} for {column.name}" + (
        f" (did you mean {close[0]}?)" if close else ""
    )
