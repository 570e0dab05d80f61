# ruff: noqa: S608 - every value in the SQL passes through `quoting`
"""PostgreSQL's plain log (`stderr`), with a `log_line_prefix` that holds the time (%m, %t or %n).

An entry is a line with a severity, the lines that go on with it, and the DETAIL, HINT, CONTEXT and
STATEMENT lines of the same process. User, database and application are found where the prefix
labels them (`user=`, `db=`, `app=`) or writes `user@database`; the process id in `[…]`.
"""

import re
from typing import Any

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.lines import take_lines
from runner.kit.formats.postgres_fields import (
    NAMES,
    SEVERITIES,
    STAMP,
    duration_columns,
    moment_text,
    timed,
)
from runner.kit.quoting import literal
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import DeclaredInput

_MORE = ("DETAIL", "HINT", "CONTEXT", "STATEMENT", "QUERY", "LOCATION", "BACKTRACE")
_AT = STAMP.pattern
_START = (
    rf"^([^\t].{{0,200}}?)?({_AT}|\b\d{{10}}\.\d{{3}}\b)(.{{0,400}}?) ?"
    rf"\b({'|'.join((*SEVERITIES, *_MORE))}):  (.*)$"
)
_STARTS = re.compile(_START)
_TRIED_LINES, _TRIED_BYTES = 10, 2_000
_LEAST_SHARE = 0.3
"""Of the lines at the head; the others are taken to go on with an entry."""


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether one of its first lines is an entry, and enough of the others are."""
    lines = head.lines
    if not any(_STARTS.match(line[:_TRIED_BYTES]) for line in lines[:_TRIED_LINES]):
        return False
    own = [line[:_TRIED_BYTES] for line in lines if not line.startswith(("\t", " "))]
    return sum(bool(_STARTS.match(line)) for line in own) >= _LEAST_SHARE * len(own)


def read(reading: Reading) -> RawRecords:
    """All entries. Lines before the first one, and details of no entry, are unread records."""
    warnings, con = take_lines(reading), reading.con
    _split(con)
    _join(con)
    selected = ", ".join(f"{sql} as c{n}" for n, sql in enumerate(_columns(reading.zone)))
    con.execute("drop table if exists kit_raw")
    con.execute(
        f"create temp table kit_raw as select {selected} from "
        f"(select *, {timed('message')} as timed from kit_entries order by number)"
    )
    unread = _unread(con)
    for table in ("kit_lines", "kit_parts", "kit_entries"):
        con.execute(f"drop table {table}")
    here = {f"c{place}": name for place, name in enumerate(NAMES)}
    return RawRecords(here, unread[:UNREAD_KEPT], len(unread), warnings)


FORMAT = Format("postgres-stderr", "PostgreSQL log", claims, read)


def _split(con: Any) -> None:
    """`kit_parts`: lines that begin a part, with the lines that go on with it."""
    names = "['before', 'stamp', 'after', 'label', 'text']"
    con.execute(
        "create or replace temp table kit_parts as with begun as (select number, line, "
        f"regexp_extract(line, {literal(_START)}, {names}, 's') as part from kit_lines), "
        "numbered as (select *, sum((part.stamp <> '')::int) over (order by number "
        "rows unbounded preceding) as place from begun) "
        "select place, min(number) as number, first(part order by number) as part, "
        "string_agg(case when part.stamp <> '' then part.text else ltrim(line, chr(9)) end, "
        "chr(10) order by number) as text from numbered where place > 0 group by place"
    )


def _join(con: Any) -> None:
    """`kit_entries`: the entries with what the later lines of their process add."""
    labels = ", ".join(literal(label) for label in _MORE)
    own = {"detail": "DETAIL", "cause": "STATEMENT"}
    more = ", ".join(
        f"string_agg(text, chr(10) order by number) filter (label = {literal(label)}) as {name}"
        for name, label in own.items()
    )
    con.execute(
        "create or replace temp table kit_entries as with parts as ("
        "select number, part.stamp as stamp, part.before || ' ' || part.after as prefix, "
        f"part.label as label, text, part.label in ({labels}) as adds, "
        "regexp_extract(part.before || ' ' || part.after, '\\[(\\d+)', 1) as process "
        "from kit_parts), owned as (select *, max(case when not adds then number end) over "
        "(partition by process order by number rows unbounded preceding) as owner from parts) "
        "select owner as number, first(stamp order by number) as stamp, "
        "first(prefix order by number) as prefix, first(process order by number) as process, "
        "first(label order by number) as severity, first(text order by number) as message, "
        f"{more} from owned where owner is not null group by owner"
    )


def _unread(con: Any) -> tuple[Unread, ...]:
    found = con.execute(
        "select number, line from kit_lines where number < coalesce((select min(number) from "
        "kit_parts), 9223372036854775807) and trim(line) <> '' union all select number, "
        "part.label || ':  ' || text from kit_parts where number < coalesce((select min(number) "
        "from kit_entries), 9223372036854775807) order by 1"
    ).fetchall()
    said = "belongs to no entry of the log"
    return tuple(Unread(number, "NO ENTRY", f"line {number} {said}", line[:200])
                 for number, line in found)  # fmt: skip


def _columns(zone: str) -> list[str]:
    duration, phase, statement = duration_columns("timed", "cause")
    made = dict.fromkeys(NAMES, "null::varchar")
    made |= {
        "timestamp": f"case when stamp[11] = '.' then stamp else {moment_text('stamp', zone)} end",
        "user_name": _labelled("user|usr|u", "([^@\\s]+)@[^@\\s]+"),
        "database_name": _labelled("database|db|d", "[^@\\s]+@([^@\\s,]+)"),
        "application_name": _labelled("app|application|a", ""),
        "process_id": "nullif(process, '')",
        "severity": "severity",
        "message": "message",
        "detail": "detail",
        "duration_ms": duration,
        "phase": phase,
        "statement": statement,
        "dialect": "'postgres'",
    }
    return [made[name] for name in NAMES]


def _labelled(words: str, otherwise: str) -> str:
    """SQL for what the prefix gives under one of these words, else by a pattern of its own."""
    labelled = f"nullif(regexp_extract(prefix, '\\b(?:{words})=([^,\\s\\]]*)', 1), '')"
    if not otherwise:
        return labelled
    return f"coalesce({labelled}, nullif(regexp_extract(prefix, '{otherwise}', 1), ''))"
