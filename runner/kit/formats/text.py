"""Any text, as its lines: for inputs that declare no columns."""

from pathlib import Path
from typing import Any

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.quoting import literal
from runner.kit.readable_file import LINE_LIMITS, is_utf8, refuse_endless_lines, rewritten
from runner.kit.records import LATIN_1, RawRecords
from runner.model.contract import DeclaredInput


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether the input is of lines, not of columns."""
    return not declared.is_tabular and not head.raw.startswith(b"PAR1")


def read(reading: Reading) -> RawRecords:
    """One column `line`; empty lines are kept. Not UTF-8 means Latin-1, with a warning."""
    warnings: tuple[str, ...] = ()
    if not is_utf8(reading.path):
        reading = reading.at(rewritten(reading.source, reading.path, "latin-1"))
        warnings = (f"{reading.source.name}: {LATIN_1}",)
    fill(reading, "kit_raw")
    return RawRecords({"c0": "line"}, warnings=warnings)


def fill(reading: Reading, table: str) -> None:
    """Put all lines of the file, in their order, into a new table of one text column `c0`.

    Mixed line ends are mended.
    """
    refuse_endless_lines(reading.source, reading.path)
    try:
        _materialise(reading.path, table, reading.con)
    except Exception as error:
        if "state machine" not in str(error):
            raise reading.source.refused(str(error).splitlines()[0][:300]) from None
        _materialise(rewritten(reading.source, reading.path, "utf-8"), table, reading.con)


FORMAT = Format("text", "text", claims, read)


def _materialise(path: Path, table: str, con: Any) -> None:
    con.execute(f"drop table if exists {table}")
    con.execute(
        f"create temp table {table} as from read_csv({literal(path)}, "
        "columns = {'c0': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', "
        f"header = false, auto_detect = false, {LINE_LIMITS})"
    )
