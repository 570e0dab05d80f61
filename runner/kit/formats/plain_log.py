# ruff: noqa: S608 - the SQL is made of constants of this module
"""Plain logs: lines that begin with a time, with the stack traces that follow them.

Where nearly all lines begin with a time, whatever does not belongs to the record before it.
Elsewhere, as where several programs write into one file, a record is a line and the lines after it
that look like a part of a stack trace.
"""

import re

from runner.kit.formats.delimited import looks_delimited
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.line_pattern import clf_time
from runner.kit.formats.lines import take_records
from runner.kit.places import Layout
from runner.kit.quoting import literal
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?"
CLF = r"\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
STARTS = rf"^[\[(<]?(?:{ISO}|{CLF})"
FOLLOWS = (
    r"^\s|^Caused by:|^\.\.\. \d+ "
    r"|^(?:[\w$]+\.)*[\w$]*(?:Error|Exception|Throwable|Interrupt)(?::|$)"
)
LEVEL = (
    r"\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|CRITICAL|CRIT|ALERT|FATAL|EMERG"
    r"|PANIC)\b"
    r"|(?:level|severity|lvl)[\"']?[=:] ?[\"']?([A-Za-z]+)"
)
_MOSTLY = 0.9


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether a third of its lines, stack traces aside, begin with a time or name their level."""
    if looks_delimited(head) or head.raw.startswith(b"PAR1"):
        return False
    heads = [line for line in head.lines if not re.match(FOLLOWS, line)]
    known = sum(bool(re.match(STARTS, line) or re.search(LEVEL, line[:160])) for line in heads)
    return bool(heads) and known * 3 > len(heads)


def read(reading: Reading) -> RawRecords:
    """Records with `timestamp`, `level` and `message`; the last is all text after the time."""
    warnings = take_records(reading)
    con = reading.con
    begins = literal(STARTS) if _is_timed(reading) else ""
    starts = f"regexp_matches(c0, {begins})" if begins else f"not regexp_matches(c0, '{FOLLOWS}')"
    con.execute(
        f"create or replace temp table kit_marked as select rowid as line, c0, {starts} as starts "
        "from kit_lines"
    )
    con.execute("drop table kit_lines")
    con.execute(_joined(con))
    con.execute("drop table if exists kit_raw")
    stamp = _time("c0", bool(begins))
    con.execute(
        f"create temp table kit_raw as select {stamp} as c0, {_level('c0')} as c1, "
        f"{_message('c0', bool(begins))} || coalesce(chr(10) || rest, '') as c2 "
        "from kit_joined order by line"
    )
    con.execute("drop table kit_joined; drop table kit_marked")
    names = {"c0": "timestamp", "c1": "level", "c2": "message"}
    layout = Layout(begins=STARTS) if begins else Layout(follows=FOLLOWS)
    return RawRecords(names, (), 0, warnings, layout=layout)


FORMAT = Format("log", "a plain log", claims, read)


def _is_timed(reading: Reading) -> bool:
    timed, other = reading.con.execute(
        f"select count(*) filter (regexp_matches(c0, {literal(STARTS)})), "
        f"count(*) filter (not regexp_matches(c0, {literal(STARTS)}) "
        f"and not regexp_matches(c0, {literal(FOLLOWS)}) and not starts_with(c0, 'Traceback')) "
        "from (from kit_lines limit 20000)"
    ).fetchall()[0]
    return bool(timed >= _MOSTLY * (timed + other))


def _joined(con: object) -> str:
    """One row a record: its first line, and the lines that follow it as one text.

    Lines before the first record are a record of their own.
    """
    return """
        create or replace temp table kit_joined as
        with numbered as (
            select line, c0, starts or line = 0 as starts,
                sum((starts or line = 0)::int)
                    over (order by line rows between unbounded preceding and current row) as record
            from kit_marked
        ), rests as (
            select record, string_agg(c0, chr(10) order by line) as rest
            from numbered where not starts group by record
        )
        select n.line, n.c0, r.rest from numbered n left join rests r using (record) where n.starts
    """


def _time(line: str, timed: bool) -> str:
    iso = f"regexp_extract({line}, '^[\\[(<]?({ISO})', 1)" if timed else (
        f"regexp_extract(left({line}, 240), '({ISO})', 1)"
    )  # fmt: skip
    iso = f"replace({iso}, ',', '.')"
    clf = f"regexp_extract(left({line}, 240), '({CLF})', 1)"
    found = f"case when {clf} <> '' then {clf_time(clf)} end"
    return f"coalesce(nullif({iso}, ''), {found})"


def _level(line: str) -> str:
    words = literal(LEVEL)
    part = f"left({line}, 200)"
    return (
        f"coalesce(nullif(regexp_extract({part}, {words}, 1), ''), "
        f"nullif(regexp_extract({part}, {words}, 2), ''))"
    )


def _message(line: str, timed: bool) -> str:
    if not timed:
        return line
    return f"regexp_replace({line}, '^[\\[(<]?(?:{ISO}|{CLF})[\\])>]?[\\s:]*', '')"
