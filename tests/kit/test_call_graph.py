from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from runner.kit.call_graph import make_calls, make_dependents, make_suspects
from runner.kit.engine import connect

COLUMNS = (
    "timestamp timestamp, source text, target text, calls bigint, errors bigint, service text, "
    "operation text, trace_id text, span_id text, parent_span_id text, error boolean, "
    "duration_ms decimal(38, 9), peer text"
)


@pytest.fixture
def con(tmp_path: Path) -> Any:
    con = connect(tmp_path, 1_000_000_000)
    con.execute(f"create temp table raw ({COLUMNS})")
    return con


def span(con: Any, name: str, parent: str, service: str, **more: Any) -> None:
    """A span of the one trace: errors and durations as given, 10 ms without."""
    row = {"error": False, "duration_ms": 10, "timestamp": "2026-11-22 10:00:00"} | more
    con.execute(
        "insert into raw (trace_id, span_id, parent_span_id, service, error, duration_ms, "
        "timestamp, peer) values ('t', ?, nullif(?, ''), ?, ?, ?, ?, ?)",
        [
            name,
            parent,
            service,
            row["error"],
            row["duration_ms"],
            row["timestamp"],
            row.get("peer"),
        ],
    )


def edge(con: Any, minute: int, source: str, target: str, calls: int, errors: int) -> None:
    con.execute(
        "insert into raw (timestamp, source, target, calls, errors, duration_ms) "
        f"values (timestamp '2026-11-22 10:{minute:02d}:00', ?, ?, ?, ?, 10)",
        [source, target, calls, errors],
    )


def rows(con: Any, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = con.execute(query).fetchall()
    return found


def test_a_span_within_its_service_is_no_call(con: Any) -> None:
    span(con, "a", "", "web")
    span(con, "b", "a", "web")
    span(con, "c", "b", "cart")
    make_calls(con, "raw", "calls")

    assert rows(con, "select source, target from calls order by target desc") == [
        (None, "web"),
        ("web", "cart"),
    ]


def test_a_peer_that_sends_spans_itself_is_called_once(con: Any) -> None:
    span(con, "a", "", "web")
    span(con, "b", "a", "web", peer="cart")
    span(con, "c", "b", "cart", peer="redis")
    make_calls(con, "raw", "calls")

    found = rows(con, "select source, target from calls where source is not null order by 1")
    assert found == [("cart", "redis"), ("web", "cart")]


def test_errors_and_time_of_its_own_are_those_that_no_callee_gave(con: Any) -> None:
    span(con, "a", "", "web", error=True, duration_ms=100)
    span(con, "b", "a", "cart", error=True, duration_ms=70)
    make_calls(con, "raw", "calls")

    found = rows(con, "select target, own_errors, own_ms from calls order by target")
    assert found == [("cart", 1, 70.0), ("web", 0, 30.0)]


def test_who_calls_a_service_directly_or_not_depends_on_it_even_in_a_circle(con: Any) -> None:
    for source, target in (("web", "cart"), ("cart", "db"), ("db", "cart"), ("web", "search")):
        edge(con, 0, source, target, 1, 0)
    make_calls(con, "raw", "calls")
    make_dependents(con, "calls", "dependents")

    found = rows(con, "select service, distance from dependents where of = 'db' order by 2")
    assert found == [("db", 0), ("cart", 1), ("web", 2)]


def shop(con: Any, errors_after: int) -> None:
    """An hour of edges; from the 30th minute on the database fails, and what is above it."""
    for minute in range(60):
        failed = errors_after if minute >= 30 else 0
        for source, target in (("", "web"), ("web", "cart"), ("cart", "db"), ("web", "search")):
            edge(con, minute, source, target, 100, 0 if target == "search" else failed)
    make_calls(con, "raw", "calls")


def test_the_service_whose_errors_are_its_own_is_the_most_suspect(con: Any) -> None:
    shop(con, 20)
    make_suspects(con, "calls", datetime(2026, 11, 22, 10, 30), "suspects")

    found = rows(con, "select service, suspicion from suspects order by suspicion desc, service")
    assert found == [("db", 1.0), ("cart", 0.0), ("search", 0.0), ("web", 0.0)]


def test_where_hardly_anything_is_new_nobody_is_suspect(con: Any) -> None:
    shop(con, 0)
    make_suspects(con, "calls", datetime(2026, 11, 22, 10, 30), "suspects")

    assert rows(con, "select distinct suspicion from suspects") == [(0.0,)]


def test_without_a_beginning_suspicion_is_unknown(con: Any) -> None:
    shop(con, 20)
    make_suspects(con, "calls", None, "suspects")

    assert rows(con, "select distinct suspicion from suspects") == [(None,)]
