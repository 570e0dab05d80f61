"""PostgreSQL csvlog: no header, 23 columns up to version 12, 24 in 13, 26 since 14."""

import csv
import io
from contextlib import suppress
from itertools import islice

from runner.kit.formats import delimited
from runner.kit.formats.delimited import Header
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.postgres_fields import (
    NAMES,
    SEVERITIES,
    STAMP,
    duration_columns,
    moment_text,
    timed,
)
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

WIDTHS = (23, 24, 26)
_TRIED_ROWS = 10
"""A copied log may begin with the command that copied it, or in the middle of an entry."""
_SEVERITY, _MESSAGE, _QUERY, _BACKEND, _QUERY_ID = 11, 13, 19, 23, 25
_DIRECT = {
    "user_name": 1,
    "database_name": 2,
    "process_id": 3,
    "session_id": 5,
    "application_name": 22,
    "severity": _SEVERITY,
    "sql_state": 12,
    "message": _MESSAGE,
    "detail": 14,
}


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether one of its first records has the width, time and severity of a csvlog."""
    return _width(head.text) > 0


def read(reading: Reading) -> RawRecords:
    """All entries; the width is that of the first record that is one."""
    width = _width(delimited.first_lines(reading))
    select = ", ".join(f"{sql} as c{n}" for n, sql in enumerate(_columns(width, reading.zone)))
    return delimited.read_rows(reading, Header(("",) * width, ",", False, select, NAMES))


FORMAT = Format("postgres-csvlog", "PostgreSQL csvlog", claims, read)


def _columns(width: int, zone: str) -> list[str]:
    struct = timed(f"c{_MESSAGE}")
    duration, phase, statement = duration_columns(f"({struct})", f"c{_QUERY}")
    made = {name: f"c{place}" for name, place in _DIRECT.items()}
    made["timestamp"] = moment_text("c0", zone)
    made["backend_type"] = f"c{_BACKEND}" if width > _BACKEND else "null::varchar"
    made["query_id"] = f"nullif(c{_QUERY_ID}, '0')" if width > _QUERY_ID else "null::varchar"
    made |= {"duration_ms": duration, "phase": phase, "statement": statement}
    made["dialect"] = "'postgres'"
    return [made[name] for name in NAMES]


def _width(text: str) -> int:
    """The columns of the first record that is an entry, or 0 where none of the first ones is."""
    rows = csv.reader(io.StringIO(text, newline=""))
    with suppress(csv.Error):
        for row in islice(rows, _TRIED_ROWS):
            if len(row) in WIDTHS and STAMP.match(row[0]) and row[_SEVERITY] in SEVERITIES:
                return len(row)
    return 0
