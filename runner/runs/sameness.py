"""Whether published files are the same: tables by their columns and rows, charts by their bytes."""

import filecmp
from pathlib import Path

from runner.conditions.tolerances import Published
from runner.interpreter.again import OutputAgain, output_again
from runner.model.values import Chart, Table


def compare_output(name: str, then: Published | None, now: Published | None) -> OutputAgain:
    """An output then and now; files are named by absolute paths.

    A table is the same where it has the same columns and the same rows in the same order, whatever
    the bytes of its file; one without a file, by the rows that its result shows.
    """
    found = output_again(name, then, now)
    match (found.then, found.now):
        case (Table() as before, Table() as after):
            why = _table_differs(before, after)
            by = "by rows"
        case (Chart() as drawn, Chart() as anew):
            why = "" if _same_bytes(drawn.file, anew.file) else "another picture"
            why = why or ("" if drawn.caption == anew.caption else "another caption")
            by = "by bytes"
        case _:
            return found
    return OutputAgain(**{**vars(found), "is_within": not why, "how": why or by})


def _table_differs(then: Table, now: Table) -> str:
    """What differs between two tables, in words; empty where nothing does."""
    if then.columns != now.columns:
        return "other columns"
    if not (then.file and now.file):
        whole = len(then.rows) == then.row_count
        if (then.rows, then.row_count) != (now.rows, now.row_count):
            return "other rows"
        return "" if whole else "only its first rows are on record, and they are the same"
    if not (Path(then.file).is_file() and Path(now.file).is_file()):
        return "its file is not there"
    return "" if _same_bytes(then.file, now.file) else _rows_differ(then.file, now.file)


def _same_bytes(then: str, now: str) -> bool:
    try:
        return filecmp.cmp(then, now, shallow=False)
    except OSError:
        return False


def _rows_differ(then: str, now: str) -> str:
    import duckdb

    def count(left: str, right: str, numbered: bool) -> int:
        side = "select columns(*)::varchar from read_parquet(?, file_row_number = ?)"
        query = f"select count(*) from ({side} except all {side})"  # noqa: S608 -- no text of others
        given = [left, numbered, right, numbered]
        found: int = connection.execute(query, given).fetchall()[0][0]
        return found

    try:
        with duckdb.connect(":memory:") as connection:
            gone, new = count(then, now, False), count(now, then, False)
            if gone or new:
                return f"{gone:,} rows only then, {new:,} only now"
            moved = count(then, now, True)
            return f"{moved:,} rows at other places" if moved else ""
    except duckdb.Error as error:
        return f"they could not be compared: {str(error).splitlines()[0]:.80}"
