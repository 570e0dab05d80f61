"""What several KEYs ask of their records: the dominant cause, counts over time, findings, times."""

from datetime import datetime
from typing import Any

import pytest

from runner import kit

RUNS = """
    select timestamp '2026-11-22 10:00:00' + to_minutes(n) as timestamp,
        if(n < 8, 'mail', 'bill') as job, n < 6 as failed from range(10) as numbers(n)
"""


@pytest.fixture
def runs(key: kit.Key) -> kit.Key:
    key.view("runs", RUNS)
    return key


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"share": 0.8, "least": 6}, "mail"),
        ({"share": 0.8, "least": 7}, None),
        ({"share": 0.8, "least": 6, "choices": 3}, None),
    ],
)
def test_one_value_dominates_where_it_has_enough_of_the_failures(
    runs: kit.Key, limits: dict[str, Any], found: str | None
) -> None:
    assert runs.dominant("runs", "failed", "job", **limits) == found


def test_records_are_counted_by_step_and_kind(runs: kit.Key) -> None:
    found = runs.counts("runs", "hour", "job", "failures", where="failed")

    assert found.columns == ["hour", "job", "failures"]
    assert found.fetchall() == [(datetime(2026, 11, 22, 10), "mail", 6)]
    assert runs.counts("runs", 5, "job", "runs").columns == ["time", "job", "runs"]


def test_rows_of_unknown_words_are_told(runs: kit.Key) -> None:
    runs.warn_of("runs", "failed", "job", "runs failed")
    runs.warn_of("runs", "false", "job", "never said")
    runs.publish(events=1)

    assert list(runs._warnings) == ["6 runs failed: mail"]


def test_findings_of_none_are_left_out() -> None:
    found = kit.counted("jobs", ("Lost", 1200, "list"), ("Stuck", 0, "x"), ("Twice", None, "x"))

    assert found == [("Lost", None, "1,200 jobs", "list")]


def test_a_time_is_given_as_tables_hold_it() -> None:
    assert kit.table_time("2026-11-22T10:00", "Europe/Berlin") == datetime(2026, 11, 22, 9)
    assert kit.table_time("") is None


def test_a_level_has_recovered_where_it_falls_by_half() -> None:
    steps = [(n, 0.5 if 10 <= n < 20 else 0.01) for n in range(30)]

    assert kit.recovered_at(steps) == 20
    assert kit.recovered_at(steps[:20]) is None
