from datetime import datetime, timedelta

import duckdb
import pytest

from runner.kit.onset import onset

START = datetime(2026, 11, 22)


@pytest.mark.parametrize(
    ("failing", "began"),
    [
        (range(600, 1000), START + timedelta(minutes=600)),
        (range(1000), START),
        ((), None),
        ((100, 400, 800), None),
        ((700,), None),
    ],
)
def test_failures_begin_where_their_rate_turns(
    failing: range | tuple[int, ...], began: datetime | None
) -> None:
    con = duckdb.connect()
    con.execute("create table jobs (timestamp timestamp, state varchar)")
    for minute in range(1000):
        states = ["failed" if minute in failing else "done", "done"]
        con.executemany(
            "insert into jobs values (?, ?)",
            [(START + timedelta(minutes=minute), s) for s in states],
        )

    assert onset(con, "jobs", "state = 'failed'") == began


def test_no_records_have_no_onset() -> None:
    con = duckdb.connect()
    con.execute("create table jobs (timestamp timestamp, state varchar)")

    assert onset(con, "jobs", "state = 'failed'") is None
