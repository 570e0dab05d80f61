"""Text files as lines in the engine, and what was done to their bytes to get there."""

from runner.kit.formats import text
from runner.kit.formats.format import Reading
from runner.kit.readable_file import is_utf8, rewritten
from runner.kit.records import LATIN_1

_WITHOUT_CR = "case when suffix(c0, chr(13)) then rtrim(c0, chr(13)) else c0 end"
"""Trimming every line would cost more than reading them."""


def take_lines(reading: Reading) -> tuple[str, ...]:
    """Put every line into the table `kit_lines` (number from 1, line); gives the warnings.

    Bytes that are not UTF-8 make the file Latin-1. A carriage return at a line's end goes.
    """
    return _take(reading, f"rowid + 1 as number, coalesce({_WITHOUT_CR}, '') as line from kit_text")


def take_records(reading: Reading) -> tuple[str, ...]:
    """The same for files with a record a line: `kit_lines` (c0), blank lines left out."""
    return _take(
        reading,
        f"{_WITHOUT_CR} as c0 from kit_text "
        "where case when ascii(c0) > 32 then true else trim(c0, ' \t' || chr(13)) <> '' end",
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
