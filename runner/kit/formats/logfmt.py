# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""logfmt: `key=value key="another value"`, a record a line."""

import re

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.line_pattern import QUOTED
from runner.kit.formats.lines import take_records
from runner.kit.places import Layout
from runner.kit.quoting import literal
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import DeclaredInput

MOST_NAMES = 300
_END = r"\s*"
_MOST_LETTERS = 2_000
_PAIR = rf'([A-Za-z_][\w.\-/@]*)=("{QUOTED}"|[^\s"]*)'
_BEGIN = rf'^\s*{_PAIR}(?:\s+(?:{_PAIR}|[^\s"]+))*'
_LINE = rf"^\s*{_PAIR}\s+{_PAIR}"


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether most of its lines begin with two pairs."""
    return head.share_of_lines(re.compile(_LINE)) > 0.5


def read(reading: Reading) -> RawRecords:
    """A column for each key, by first appearance.

    A line that begins with no pair, or whose quotes are not closed, is unread.
    """
    warnings = take_records(reading)
    con = reading.con
    con.execute(
        "create or replace temp table kit_pairs as select rowid as line, c0, "
        f"regexp_extract_all(c0, {literal(_PAIR)}, 1) as keys, "
        f"regexp_extract_all(c0, {literal(_PAIR)}, 2) as said, "
        f"regexp_full_match(c0, {literal(_BEGIN + _END)}) as fits from kit_lines"
    )
    found = con.execute(
        "select key from (select unnest(keys) as key, line from kit_pairs where fits) "
        f"group by key order by min(line), key limit {MOST_NAMES}"
    ).fetchall()
    names = {f"c{place}": key for place, (key,) in enumerate(found)}
    values = ", ".join(f"{_value(key)} as {place}" for place, key in names.items()) or "null as c0"
    con.execute("drop table if exists kit_raw")
    con.execute(f"create temp table kit_raw as select {values} from kit_pairs where fits")
    unread = con.execute(
        f"select line + 1, left(c0, {_MOST_LETTERS}) from kit_pairs where not fits order by line "
        f"limit {UNREAD_KEPT}"
    ).fetchall()
    count = con.execute("select count(*) from kit_pairs where not fits").fetchall()[0][0]
    con.execute("drop table kit_pairs; drop table kit_lines")
    lost = tuple(Unread(n, "NO MATCH", _fault(text), text) for n, text in unread)
    return RawRecords(names, lost, count, warnings, layout=Layout())


FORMAT = Format("logfmt", "logfmt", claims, read)


def _fault(line: str) -> str:
    fits = re.match(_BEGIN, line)
    return f"column {fits.end() + 1 if fits else 1}: expected key=value" + (
        ", or a quote that is closed" if fits else ""
    )


def _value(key: str) -> str:
    """SQL for the value of a key, without its quotes; a key that is absent is null."""
    raw = f"said[nullif(list_position(keys, {literal(key)}), 0)]"
    plain = f"replace(replace({raw}[2:-2], '\\\"', '\"'), '\\\\', '\\')"
    return f"case when {raw}[1] = '\"' then {plain} else {raw} end"
