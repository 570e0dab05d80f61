from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from runner import kit

HEADING = """\
/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
"""
ENTRY = """\
# Time: 2026-11-22T10:00:02.500000Z
# User@Host: app[app] @ web1 [10.0.0.1]  Id:    42
# Query_time: 2.500123  Lock_time: 0.000010 Rows_sent: 1  Rows_examined: 100000
use shop;
SET timestamp=1795341600;
SELECT *
FROM orders -- all of them
WHERE id = 7;
"""
OLD = """\
# Time: 261122 10:00:00
# User@Host: app[app] @ localhost []
# Thread_id: 42  Schema: shop  QC_hit: No
# Query_time: 2.500123  Lock_time: 0.000010  Rows_sent: 1  Rows_examined: 100000
SELECT *
FROM orders -- all of them
WHERE id = 7;
"""
COLUMNS = "timestamp, user_name, database_name, process_id, duration_ms::double, rows_examined::int"
WANTED = (datetime(2026, 11, 22, 10), "app", "shop", "42", 2500.123, 100000)


def load(key: kit.Key, text: str) -> Any:
    Path("slow.log").write_text(text)
    return key.load("server_log", "slow.log")


def rows(key: kit.Key, columns: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = key.sql(f"select {columns} from server_log").fetchall()
    return found


@pytest.mark.parametrize("text", [ENTRY, OLD, HEADING + ENTRY, ENTRY.replace("\n", "\r\n")])
def test_an_entry_is_read_whichever_server_wrote_it(key: kit.Key, text: str) -> None:
    loaded = load(key, text)

    assert (loaded.format, loaded.rows_read, loaded.rows_bad) == ("MySQL slow query log", 1, 0)
    assert rows(key, COLUMNS) == [WANTED]
    statement = "SELECT *\nFROM orders -- all of them\nWHERE id = 7;"
    assert rows(key, "phase, statement, dialect") == [("statement", statement, "mysql")]


def test_entries_of_one_second_may_share_their_time(key: kit.Key) -> None:
    second = "".join(ENTRY.splitlines(keepends=True)[1:]).replace("7", "8")

    loaded = load(key, ENTRY + second + HEADING + ENTRY)

    assert (loaded.rows_read, loaded.rows_bad) == (3, 0)
    ends = [row[0][-3:] for row in rows(key, "statement")]
    assert ends == [" 7;", " 8;", " 7;"]


def test_commands_of_the_server_are_told_from_statements(key: kit.Key) -> None:
    load(key, ENTRY[: ENTRY.index("use")] + "# administrator command: Quit;\n")

    assert rows(key, "phase, statement") == [("command", "# administrator command: Quit;")]


def test_what_has_no_query_time_is_a_bad_record(key: kit.Key) -> None:
    broken = "# Time: 2026-11-22T10:00:03Z\nSELECT 1;\n"

    loaded = load(key, f"SELECT of nothing;\n{ENTRY}{broken}{ENTRY * 3}")

    assert (loaded.rows_read, loaded.rows_bad) == (4, 2)
    assert [bad.why[:50] for bad in loaded.bad_records] == [
        "line 1 begins no entry with a query time: SELECT o",
        "line 10 begins no entry with a query time: # Time:",
    ]
