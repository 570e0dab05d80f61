# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Rows that are made once and asked often: in memory, or as Parquet in a scratch folder if many.

Parquet takes a third of the memory, whatever the number of rows, and a tenth of CPU time more.
"""

from contextlib import suppress
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any

from runner.kit.quoting import identifier, literal
from runner.model.contract import DeclaredInput

LARGE_BYTES = 64 * 1024 * 1024
"""The size of a file from which on its rows are many."""
_OPTIONS = "format parquet, compression uncompressed, write_bloom_filter false, "
_OPTIONS += "dictionary_size_limit 1000"
"""What is written fastest, and half as large as CSV: no dictionaries of values that differ in most
rows."""
_SAME = ("VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "BOOLEAN", "TIMESTAMP")


def making(name: str, select: str, scratch: Path | None, numbered: bool = False) -> str:
    """The statements that make the rows of a SELECT as the table or view `name`, in their order.

    With a `scratch` folder they are a view of a new file in it. A table has a `rowid`, from 0; so
    has a view that is `numbered`.
    """
    if scratch is None:
        return f"create temp table {identifier(name)} as {select}"
    file = _new_file(name, scratch)
    return f"copy ({select}) to {literal(file)} ({_OPTIONS}); {_view(name, file, numbered)}"


def reading(name: str, kept: Path, scratch: Path) -> str:
    """The statement that makes the numbered view `name` of a Parquet file, which is copied first.

    The copy is there as long as the view is, whatever becomes of the file.
    """
    file = _new_file(name, scratch)
    copyfile(kept, file)
    return _view(name, file, numbered=True)


def _view(name: str, file: Path, numbered: bool) -> str:
    number = "* exclude file_row_number, file_row_number as rowid" if numbered else "*"
    return (
        f"create temp view {identifier(name)} as select {number} "
        f"from read_parquet({literal(file)}, file_row_number = {numbered})"
    )


def go_to_file(path: Path, declared: DeclaredInput, found: DeclaredInput) -> bool:
    """Whether the rows of an input are so many that they go to a file, and their names allow it.

    `found` has the columns that were found where none are `declared`.
    """
    return not hide_places(found) and are_many(path, are_joined=declared.has_any_columns)


def hide_places(found: DeclaredInput) -> bool:
    """Whether a column is called as one that the engine gives to numbered rows."""
    return any(column.name.lower() in ("rowid", "file_row_number") for column in found.columns)


def keeps_types(con: Any, select: str) -> bool:
    """Whether the file would have the very values of a SELECT; it has no integers of 128 bits."""
    found = con.execute(f"describe {select}").fetchall()
    return all(str(row[1]).startswith(_SAME) for row in found)


def are_many(path: Path, are_joined: bool = False) -> bool:
    """Whether a file is so large that its rows are many; to join them takes them to memory."""
    least = LARGE_BYTES * (4 if are_joined else 1)
    return path.is_file() and path.stat().st_size >= least


def forget(con: Any, name: str, scratch: Path) -> None:
    """Drop the rows of that name, if there are any, with their file."""
    from duckdb import CatalogException

    for kind in ("view", "table"):
        with suppress(CatalogException):  # it is of the other kind; to ask which takes longer
            con.execute(f"drop {kind} if exists temp.{identifier(name)}")
    for file in scratch.glob(f"rows-{name}-*.parquet"):
        file.unlink()


def _new_file(name: str, scratch: Path) -> Path:
    paths = (scratch / f"rows-{name}-{number}.parquet" for number in count())
    return next(path for path in paths if not path.exists())
