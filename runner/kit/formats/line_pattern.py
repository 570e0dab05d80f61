# ruff: noqa: S608 - the SQL is made of constants of the formats
"""Formats in which a record is one line of a fixed pattern."""

import re

from runner.kit.formats.format import Head, Reading
from runner.kit.formats.lines import take_records
from runner.kit.places import Layout
from runner.kit.quoting import literal
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread
from runner.model.frozen import frozen

_MOST_LETTERS = 2_000
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
QUOTED = r"(?:[^\"\\]|\\.)*"
"""What stands between quotes, where a backslash takes the next character along."""


@frozen
class LinePattern:
    """How a line is read. `parts` are its parts, each with what people call it and its pattern;
    together they have the groups `groups`, in what Python and RE2 share.

    `columns` are the columns of a record: SQL over `p`, the struct of the groups, in which a group
    that took no part is empty. The group `first` is never empty where the pattern fits.
    """

    parts: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    first: str = "timestamp"

    @property
    def pattern(self) -> str:
        """The pattern of the whole line."""
        return "".join(pattern for _, pattern in self.parts)

    def fault(self, line: str) -> str:
        """Where a line that does not fit stops to fit, and what is expected there."""
        for count in range(len(self.parts) - 1, -1, -1):
            begins = "".join(pattern for _, pattern in self.parts[:count])
            if fits := re.match(begins, line, re.ASCII):
                return f"column {fits.end() + 1}: expected {self.parts[count][0]}"
        return "not a line of this format"

    def share_of(self, head: Head) -> float:
        """The share of the lines of a head that it fits."""
        return head.share_of_lines(re.compile(self.pattern, re.ASCII))


def read_lines(reading: Reading, pattern: LinePattern) -> RawRecords:
    """The lines that fit as records; others are unread. Blank lines are no records."""
    warnings = take_records(reading)
    con = reading.con
    groups = ", ".join(literal(group) for group in pattern.groups)
    con.execute(
        "create or replace temp table kit_parts as select rowid as line, c0, "
        f"regexp_extract(c0, {literal(pattern.pattern)}, [{groups}]) as p from kit_lines"
    )
    con.execute("drop table kit_lines")
    names = {f"c{place}": name for place, (name, _) in enumerate(pattern.columns)}
    made = ", ".join(f"{sql} as c{place}" for place, (_, sql) in enumerate(pattern.columns))
    con.execute("drop table if exists kit_raw")
    con.execute(
        f"create temp table kit_raw as select {made} from kit_parts where p.{pattern.first} <> ''"
    )
    unread, count = _unread(reading, pattern)
    con.execute("drop table kit_parts")
    return RawRecords(names, unread, count, warnings, layout=Layout())


def clf_time(text: str) -> str:
    """SQL for the ISO form of `22/Nov/2026:10:00:00 +0000`."""
    month = f"lpad(((position({text}[4:6] in '{MONTHS}') + 2) // 3)::varchar, 2, '0')"
    offset = f"case {text}[22:26] when '+0000' then 'Z' else {text}[22:26] end"
    return (
        f"{text}[8:11] || '-' || {month} || '-' || {text}[1:2] || 'T' || {text}[13:20] || {offset}"
    )


def _unread(reading: Reading, pattern: LinePattern) -> tuple[tuple[Unread, ...], int]:
    other = f"from kit_parts where p.{pattern.first} = ''"
    found = reading.con.execute(
        f"select line + 1, left(c0, {_MOST_LETTERS}) {other} order by line limit {UNREAD_KEPT}"
    ).fetchall()
    count = reading.con.execute(f"select count(*) {other}").fetchall()[0][0]
    unread = (Unread(line, "NO MATCH", pattern.fault(text), text) for line, text in found)
    return tuple(unread), count
