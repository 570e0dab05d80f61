"""Text files as lines in the engine, and what was done to their bytes to get there."""

from runner.kit.formats import text
from runner.kit.formats.format import Reading
from runner.kit.readable_file import is_utf8, rewritten
from runner.kit.records import LATIN_1


def take_lines(reading: Reading) -> tuple[str, ...]:
    """Put every line into the table `kit_lines` (number from 1, line); gives the warnings.

    Bytes that are not UTF-8 make the file Latin-1. A carriage return at a line's end goes.
    """
    return _take(
        reading, "rowid + 1 as number, rtrim(coalesce(c0, ''), chr(13)) as line from kit_text"
    )


def take_records(reading: Reading) -> tuple[str, ...]:
    """The same for files with a record a line: `kit_lines` (c0), blank lines left out."""
    return _take(
        reading,
        "rtrim(c0, chr(13)) as c0 from kit_text where trim(c0, ' \t' || chr(13)) <> ''",
    )


def _take(reading: Reading, what: str) -> tuple[str, ...]:
    warnings: tuple[str, ...] = ()
    if not is_utf8(reading.path):
        reading = reading.at(rewritten(reading.source, reading.path, "latin-1"))
        warnings = (f"{reading.source.name}: {LATIN_1}",)
    text.fill(reading, "kit_text")
    reading.con.execute(f"create or replace temp table kit_lines as select {what}")
    reading.con.execute("drop table kit_text")
    return warnings
