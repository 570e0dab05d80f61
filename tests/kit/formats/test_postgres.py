import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from runner import kit
from runner.kit.formats.postgres_fields import FIXED_OFFSETS
from tests.kit.formats.server_logs import LOG, csv_row, json_line

STDERR = """\
2026-11-22 10:00:00.000 UTC [41] app@shop LOG:  duration: 12.500 ms  statement: select *
\tfrom orders
\twhere id = 7
2026-11-22 10:00:01.000 UTC [42] app@shop ERROR:  duplicate key value violates "pk"
2026-11-22 10:00:01.000 UTC [41] app@shop LOG:  duration: 3.000 ms  execute s1: select 1
2026-11-22 10:00:01.000 UTC [42] app@shop DETAIL:  Key (id)=(7) already exists.
2026-11-22 10:00:01.000 UTC [42] app@shop STATEMENT:  insert into orders values (7)
2026-11-22 10:00:02.000 UTC [1] LOG:  checkpoint starting: time
"""


def load(key: kit.Key, text: str, **more: Any) -> Any:
    Path("server.log").write_text(text)
    return key.load("server_log", "server.log", **more)


def rows(key: kit.Key, columns: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = key.sql(f"select {columns} from server_log").fetchall()
    return found


@pytest.mark.parametrize("width", [23, 24, 26])
def test_csvlog_of_every_version_is_read(key: kit.Key, width: int) -> None:
    entries = [
        csv_row(width, message='duration: 12.500 ms  statement: select ""a"",\n 1 from t'),
        csv_row(width, severity="ERROR", message="deadlock detected", query="update t"),
        csv_row(width, message="duration: 0.250 ms"),
    ]

    loaded = load(key, "".join(entries))

    assert (loaded.format, loaded.rows_read, loaded.rows_bad) == ("PostgreSQL csvlog", 3, 0)
    assert rows(key, "timestamp, severity, duration_ms::varchar, phase, statement") == [
        (LOG, "LOG", "12.500000000", "statement", 'select "a",\n 1 from t'),
        (LOG, "ERROR", None, None, "update t"),
        (LOG, "LOG", "0.250000000", None, None),
    ]
    ids = [("5577006791947779410" if width == 26 else None,)] * 3
    assert rows(key, "query_id") == ids
    assert rows(key, "distinct user_name, database_name, session_id, process_id") == [
        ("app", "shop", "65a.1", "41")
    ]


@pytest.mark.parametrize(
    ("message", "phase", "statement"),
    [
        ("duration: 1.0 ms  statement: select 1", "statement", "select 1"),
        ("duration: 1.0 ms  parse <unnamed>: select 2", "parse", "select 2"),
        ("duration: 1.0 ms  bind <unnamed>: select 3", "bind", "select 3"),
        ("duration: 1.0 ms  execute S_1/C_2: select ':: '", "execute", "select ':: '"),
        ("duration: 1.0 ms  plan:\nQuery Text: select 5\nSeq Scan on t", "plan", "select 5"),
        ("duration: 1.0 ms", None, None),
        ("durations: 1.0 ms  statement: x", None, None),
        ("statement: select 6", None, None),
    ],
)
def test_a_duration_is_told_with_its_phase_and_statement(
    key: kit.Key, message: str, phase: str | None, statement: str | None
) -> None:
    load(key, csv_row(26, message=message))

    assert rows(key, "phase, statement") == [(phase, statement)]


def test_jsonlog_has_the_same_fields(key: kit.Key) -> None:
    text = json_line(message="duration: 12.5 ms  statement: select 1") + json_line(
        error_severity="ERROR", message="boom", statement="select 2", state_code="XX000"
    )

    loaded = load(key, text)

    assert (loaded.format, loaded.rows_read, loaded.rows_bad) == ("PostgreSQL jsonlog", 2, 0)
    assert rows(key, "timestamp, severity, sql_state, phase, statement, database_name") == [
        (LOG, "LOG", None, "statement", "select 1", "shop"),
        (LOG, "ERROR", "XX000", None, "select 2", "shop"),
    ]


def test_jsonlog_without_rare_keys_is_read(key: kit.Key) -> None:
    entry = json.loads(json_line(message="checkpoint starting: time"))
    for name in ("user", "dbname", "session_id", "query_id", "application_name"):
        entry.pop(name, None)

    load(key, json.dumps(entry) + "\n")

    assert rows(key, "message, user_name, query_id") == [("checkpoint starting: time", None, None)]


def test_the_plain_log_joins_the_lines_of_an_entry(key: kit.Key) -> None:
    loaded = load(key, STDERR)

    assert (loaded.format, loaded.rows_read, loaded.rows_bad) == ("PostgreSQL log", 4, 0)
    assert rows(key, "severity, message, detail, statement, process_id, database_name") == [
        (
            "LOG",
            "duration: 12.500 ms  statement: select *\nfrom orders\nwhere id = 7",
            None,
            "select *\nfrom orders\nwhere id = 7",
            "41",
            "shop",
        ),
        (
            "ERROR",
            'duplicate key value violates "pk"',
            "Key (id)=(7) already exists.",
            "insert into orders values (7)",
            "42",
            "shop",
        ),
        ("LOG", "duration: 3.000 ms  execute s1: select 1", None, "select 1", "41", "shop"),
        ("LOG", "checkpoint starting: time", None, None, "1", None),
    ]


@pytest.mark.parametrize(
    ("prefix", "user", "database"),
    [
        ("2026-11-22 10:00:00 UTC [41]: [3-1] user=app,db=shop,app=web,client=::1 ", "app", "shop"),
        ("2026-11-22 10:00:00.000 UTC [41] app@shop ", "app", "shop"),
        ("2026-11-22 10:00:00.000 UTC [41] ", None, None),
        ("2026-11-22 11:00:00.000 CET [41] ", None, None),
        ("2026-11-22 05:00:00.000 -05 [41] ", None, None),
        ("1795341600.000 [41] ", None, None),
        ("app@shop 2026-11-22 10:00:00 UTC [41] ", "app", "shop"),
        ("2026-11-22 10:00:00 UTC:10.0.0.1(4711):app@shop:[41]:", "app", "shop"),
    ],
)
def test_the_prefix_of_the_plain_log_may_be_any_with_a_time(
    key: kit.Key, prefix: str, user: str | None, database: str | None
) -> None:
    loaded = load(key, f"{prefix}LOG:  duration: 5 ms  statement: select 1\n" * 3)

    assert (loaded.rows_read, loaded.rows_bad) == (3, 0)
    assert rows(key, "distinct timestamp, process_id, duration_ms::int") == [(LOG, "41", 5)]
    if user:
        found = rows(key, "distinct user_name, database_name")[0]
        assert (str(found[0]).split(":")[-1], str(found[1]).split(":")[0]) == (user, database)


def test_parts_of_no_entry_are_bad_records(key: kit.Key) -> None:
    orphan = "2026-11-22 10:00:00.000 UTC [41] app@shop DETAIL:  of what came before\n\tand more\n"

    loaded = load(key, orphan + STDERR)

    assert (loaded.rows_read, loaded.rows_bad) == (4, 1)
    assert loaded.bad_records[0].why.startswith("line 1 belongs to no entry of the log: DETAIL:")


def test_an_abbreviation_of_several_zones_has_a_reading_in_a_given_zone(key: kit.Key) -> None:
    text = csv_row(26, log_time="2026-11-22 04:00:00.000 CST", message="x")

    with pytest.raises(kit.InputRefused, match=r"not a time that has one reading: .* CST"):
        load(key, text)
    load(key, text, timezone="America/Chicago")
    assert rows(key, "timestamp") == [(LOG,)]


def test_both_hours_of_the_night_in_which_clocks_go_back_are_told_apart(key: kit.Key) -> None:
    first, second = "2026-10-25 02:30:00.000 CEST", "2026-10-25 02:30:00.000 CET"

    load(key, "".join(csv_row(26, log_time=at, message="x") for at in (first, second)))

    assert rows(key, "timestamp") == [
        (datetime(2026, 10, 25, 0, 30),),
        (datetime(2026, 10, 25, 1, 30),),
    ]


def test_fixed_abbreviations_mean_one_offset_all_over_the_world() -> None:
    offsets: dict[str, set[str]] = {}
    for zone in available_timezones():
        for year in (2010, 2018, 2026):
            for month in (1, 7):
                at = datetime(year, month, 15, tzinfo=ZoneInfo(zone))
                offset = at.strftime("%z")
                offsets.setdefault(at.tzname() or "", set()).add(offset)
    for name, offset in FIXED_OFFSETS:
        written = offset.replace(":", "")
        assert offsets.get(name) in ({written + "00"[: 5 - len(written)]}, None), name


def test_a_log_that_is_still_written_loses_its_last_line_only(key: kit.Key) -> None:
    loaded = load(key, csv_row(26, message="x") * 3 + csv_row(26, message="x")[:40])

    assert (loaded.rows_read, loaded.rows_bad) == (3, 1)
