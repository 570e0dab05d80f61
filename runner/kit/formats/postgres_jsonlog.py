# ruff: noqa: S608 - every value in the SQL passes through `quoting`
"""PostgreSQL jsonlog (since version 15): one object a line, absent keys instead of empty ones."""

import json

from runner.kit.formats import json_records
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.postgres_fields import NAMES, duration_columns, moment_text, timed
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_TRIED_LINES = 10
_KEYS = {
    "user_name": "user",
    "database_name": "dbname",
    "process_id": "pid",
    "session_id": "session_id",
    "application_name": "application_name",
    "backend_type": "backend_type",
    "severity": "error_severity",
    "sql_state": "state_code",
    "message": "message",
    "detail": "detail",
}


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether one of its first lines is an object with the keys that every entry has."""
    return any(_is_entry(line) for line in head.lines[:_TRIED_LINES])


def read(reading: Reading) -> RawRecords:
    """All entries; a line that is no object is an unread record."""
    raw = json_records.read_lines(reading)
    place = {name: place for place, name in raw.names.items()}
    selected = ", ".join(f"{sql} as c{n}" for n, sql in enumerate(_columns(place, reading.zone)))
    con = reading.con
    con.execute(f"create or replace temp table kit_entries as select {selected} from kit_raw")
    con.execute("drop table kit_raw")
    con.execute("alter table kit_entries rename to kit_raw")
    here = {f"c{number}": name for number, name in enumerate(NAMES)}
    return RawRecords(here, raw.unread, raw.unread_count, raw.warnings, layout=raw.layout)


FORMAT = Format("postgres-jsonlog", "PostgreSQL jsonlog", claims, read)


def _is_entry(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return {"timestamp", "pid", "error_severity", "backend_type"} <= set(json.loads(line))
    except (ValueError, RecursionError):
        return False


def _columns(place: dict[str, str], zone: str) -> list[str]:
    def of(key: str) -> str:
        return place.get(key, "null::varchar")

    duration, phase, statement = duration_columns(f"({timed(of('message'))})", of("statement"))
    made = {name: of(key) for name, key in _KEYS.items()}
    made["timestamp"] = moment_text(of("timestamp"), zone)
    made["query_id"] = f"nullif({of('query_id')}, '0')"
    made |= {"duration_ms": duration, "phase": phase, "statement": statement}
    made["dialect"] = "'postgres'"
    return [made[name] for name in NAMES]
