"""Logs whose entries run over several lines: the lines in the engine, and what was done to them."""

from runner.kit.formats import text
from runner.kit.formats.format import Reading
from runner.kit.readable_file import is_utf8, rewritten
from runner.kit.records import LATIN_1


def take_lines(reading: Reading) -> tuple[str, ...]:
    """Put every line into the table `kit_lines` (number from 1, line); gives the warnings.

    Bytes that are not UTF-8 make the file Latin-1. A carriage return at a line's end goes.
    """
    warnings: tuple[str, ...] = ()
    if not is_utf8(reading.path):
        reading = reading.at(rewritten(reading.source, reading.path, "latin-1"))
        warnings = (f"{reading.source.name}: {LATIN_1}",)
    con = reading.con
    con.execute("create or replace temp table kit_text (c0 varchar)")
    text.fill(reading, "kit_text")
    con.execute(
        "create or replace temp table kit_lines as "
        "select rowid + 1 as number, rtrim(coalesce(c0, ''), chr(13)) as line from kit_text"
    )
    con.execute("drop table kit_text")
    return warnings
