"""Tables whose columns the contract does not declare: they have those that the file has."""

from collections.abc import Iterable

from runner.kit.readable_file import SourceFile
from runner.kit.records import RawRecords
from runner.model.contract import ColumnSpec, DeclaredInput, match_columns, plain_name
from runner.model.safe_text import safe_line


def with_found_columns(
    source: SourceFile, raw: RawRecords, declared: DeclaredInput, time: str
) -> tuple[RawRecords, DeclaredInput]:
    """The input with the columns of the file, all optional and of text but for the one of `time`.

    A column without a name is called by its place. Raises InputRefused where two columns share a
    name, or where none is called `time`.
    """
    names = {
        place: name or f"column {number}"
        for number, (place, name) in enumerate(raw.names.items(), 1)
    }
    columns = tuple(_column(name, time) for name in names.values())
    _, _, several = match_columns(columns, tuple(names.values()))
    if several:
        raise source.refused(
            f"several of its columns share a name: {_listed(several)}",
            "rename them; letter case, spaces, dashes and underscores do not count",
        )
    if time and not any(column.type == "timestamp" for column in columns):
        happened = f"it has no column `{safe_line(time)}`; columns found: {_listed(names.values())}"
        raise source.refused(happened, "name the column that holds the times")
    opened = DeclaredInput(**{**vars(declared), "columns": columns})
    return RawRecords(**{**vars(raw), "names": names}), opened


def _column(name: str, time: str) -> ColumnSpec:
    is_time = bool(time) and plain_name(name) == plain_name(time)
    return ColumnSpec(name, "timestamp" if is_time else "text", required=False)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{safe_line(name):.40}`" for name in list(names)[:40])
