# ruff: noqa: S608 - every value in the SQL passes through `quoting`
"""The MySQL slow query log, of MySQL 5.6 and later, MariaDB and Percona Server."""

import re
from typing import Any

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.lines import take_lines
from runner.kit.quoting import literal
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import DeclaredInput

NAMES = (
    "timestamp",
    "user_name",
    "client",
    "database_name",
    "process_id",
    "duration_ms",
    "lock_ms",
    "rows_sent",
    "rows_examined",
    "phase",
    "statement",
    "dialect",
)
_HEADING = r"^\S*(mysqld|mariadbd)\S*, Version: |^Tcp port: |^Time +Id +Command"
_METRICS = re.compile(r"^# Query_time: \d", re.MULTILINE)


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether the comment lines of an entry are there."""
    return "# User@Host: " in head.text and bool(_METRICS.search(head.text))


def read(reading: Reading) -> RawRecords:
    """All entries. The server's headings are none; an entry without a time is an unread record."""
    warnings, con = take_lines(reading), reading.con
    _gather(con)
    selected = ", ".join(f"{sql} as c{n}" for n, sql in enumerate(_columns()))
    con.execute("drop table if exists kit_raw")
    con.execute(
        f"create temp table kit_raw as select {selected} from kit_entries "
        "where metrics <> '' and entry > 0 order by entry"
    )
    unread = tuple(
        Unread(entry, "NO ENTRY", f"line {number} begins no entry with a query time", text[:200])
        for entry, number, text in con.execute(
            "select entry + 1, number, head || statement from kit_entries "
            "where metrics = '' or entry = 0 order by entry"
        ).fetchall()
    )
    for table in ("kit_lines", "kit_entries"):
        con.execute(f"drop table {table}")
    here = {f"c{place}": name for place, name in enumerate(NAMES)}
    return RawRecords(here, unread[:UNREAD_KEPT], len(unread), warnings)


FORMAT = Format("mysql-slow", "MySQL slow query log", claims, read)


def _gather(con: Any) -> None:
    """`kit_entries`: comment lines and statement of each entry; 0 are the lines before the first.

    An entry begins at `# Time:`, or at `# User@Host:` where the comment before it is no `# Time:`.
    """
    con.execute(
        "create or replace temp table kit_entries as with kept as (select number, line from "
        f"kit_lines where not regexp_matches(line, {literal(_HEADING)})), marked as (select *, "
        "starts_with(line, '# Time: ') or (starts_with(line, '# User@Host: ') and not "
        "coalesce(starts_with(last_value(case when starts_with(line, '# ') then line end "
        "ignore nulls) over (order by number rows between unbounded preceding and 1 preceding), "
        "'# Time: '), false)) as begins "
        "from kept), numbered as (select *, sum(begins::int) over (order by number rows unbounded "
        "preceding) as entry from marked), parts as (select entry, min(number) as number, "
        "coalesce(string_agg(line, chr(10) order by number) filter (starts_with(line, '# ')), '') "
        "as head, coalesce(string_agg(line, chr(10) order by number) filter "
        "(not starts_with(line, '# ') or starts_with(line, '# admin')), '') as statement "
        "from numbered group by entry) select *, regexp_extract(head, 'Query_time: ([0-9.]+)', 1) "
        "as metrics from parts where head <> '' or trim(statement, chr(10) || ' ') <> ''"
    )


_PATTERNS = {
    "database_name": ("head", r"Schema: ([^\s]+)"),
    "client": ("head", r"User@Host: [^@]*@ *([^\s\[]*)"),
    "process_id": ("head", r"(?:\bId|Thread_id): *(\d+)"),
    "rows_sent": ("head", r"Rows_sent: (\d+)"),
    "rows_examined": ("head", r"Rows_examined: (\d+)"),
}
_USED, _SET = r"(?im)^use `?([^`;]+)`?;", r"(?i)SET timestamp=(\d+)"
_USER, _LOGIN = r"User@Host: [^\[]*\[([^\]]+)\]", r"User@Host: ([^\[\s]*)\["


def _columns() -> list[str]:
    made = {name: _of(text, pattern) for name, (text, pattern) in _PATTERNS.items()}
    made |= {
        "timestamp": f"coalesce({_of('statement', _SET)}, {_stamp()})",
        "user_name": f"coalesce({_of('head', _USER)}, {_of('head', _LOGIN)})",
        "database_name": f"coalesce({made['database_name']}, {_of('statement', _USED)})",
        "duration_ms": _milliseconds("Query_time"),
        "lock_ms": _milliseconds("Lock_time"),
        "phase": "case when starts_with(statement, '# admin') then 'command' else 'statement' end",
        "statement": _statement(),
        "dialect": "'mysql'",
    }
    return [made[name] for name in NAMES]


def _of(text: str, pattern: str) -> str:
    return f"nullif(regexp_extract({text}, {literal(pattern)}, 1), '')"


def _milliseconds(name: str) -> str:
    seconds = _of("head", rf"{name}: ([0-9.]+)")
    return f"(try_cast({seconds} as decimal(20, 6)) * 1000)::varchar"


def _stamp() -> str:
    """The time of the entry's comment: ISO 8601, or `261122  9:05:03` of old servers."""
    text = _of("head", r"# Time: (\S[^\n]*?)\s*(?:\n|$)")
    old = f"try_strptime({text}, '%y%m%d %H:%M:%S')"
    return f"coalesce({old}::varchar, {text})"


def _statement() -> str:
    """The statement without the `use` and `SET timestamp` that the server puts before it."""
    prelude = r"(?i)^(\s*use [^;\n]*;\n|\s*SET timestamp=\d+;\n?)+"
    return f"trim(regexp_replace(statement, {literal(prelude)}, ''), chr(10) || ' ')"
