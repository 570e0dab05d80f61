"""When an entry is due, on nights when clocks change above all."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.runs.schedule.timetable import Timetable, cron_problem, zone_problem
from tests.runs.schedule.entries import at

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
)
CRONS = (
    "0 6 * * *",
    "30 2 * * *",
    "0 0 * * *",
    "*/15 2 * * *",
    "0 1-3 * * *",
    "15,45 */2 * * *",
    "0 * * * *",
    "*/20 * * * *",
    "0 2 29 2 *",
    "5 0 13 * 5",
    "0 12 L * *",
    "30 1 * * 1#1",
)


def times(cron: str, zone: str, first: str, last: str) -> list[str]:
    found: list[str] = []
    for due in Timetable(cron, zone).after(at(first) - timedelta(seconds=1)):
        if due > at(last):
            return found
        found.append(f"{due:%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "day", "due"),
    [
        # The clocks of Berlin jump from 02:00 to 03:00 at 01:00 UTC on 29 March.
        ("30 2 * * *", "Europe/Berlin", "2026-03-29", ["29 01:00"]),
        ("*/15 2 * * *", "Europe/Berlin", "2026-03-29", ["29 01:00"]),
        ("0 2,3 * * *", "Europe/Berlin", "2026-03-29", ["29 01:00"]),
        ("30 1-3 * * *", "Europe/Berlin", "2026-03-29", ["29 00:30", "29 01:00", "29 01:30"]),
        # They go back from 03:00 to 02:00 at 01:00 UTC on 25 October: 02:30 exists twice.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25", ["25 00:30"]),
        ("0,30 2 * * *", "Europe/Berlin", "2026-10-25", ["25 00:00", "25 00:30"]),
        ("0 */6 * * *", "Europe/Berlin", "2026-10-25", ["25 05:00", "25 11:00", "25 17:00"]),
        # Midnight itself does not exist in Santiago on 6 September.
        ("0 0 * * *", "America/Santiago", "2026-09-06", ["06 04:00"]),
        # Lord Howe moves its clocks by half an hour.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03", ["03 15:30"]),
    ],
)  # fmt: skip
def test_a_time_that_is_skipped_or_repeated_is_due_once(
    cron: str, zone: str, day: str, due: list[str]
) -> None:
    assert times(cron, zone, f"{day} 00:00", f"{day} 22:00") == due


def test_every_hour_is_every_hour_also_when_clocks_change() -> None:
    for day in ("2026-03-29", "2026-10-25"):
        hours = times("0 * * * *", "Europe/Berlin", f"{day} 00:00", f"{day} 23:59")
        assert len(hours) == 24


@settings(max_examples=60, deadline=None)
@given(
    cron=st.sampled_from(CRONS),
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),
)
def test_times_are_in_order_and_the_latest_is_the_one_before(
    cron: str, zone: str, start: datetime
) -> None:
    table = Timetable(cron, zone)
    begin = start.replace(tzinfo=UTC)
    found = list(islice(table.after(begin), 12))
    assert all(early < late for early, late in pairwise([begin, *found]))
    for early, late in pairwise(found):
        assert next(table.after(early)) == late
        assert table.latest(late) == late
        assert table.latest(late - timedelta(seconds=1)) == early


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("0 6 * * *", ""),
        ("61 * * * *", "it cannot be read: bad minute"),
        ("0 6 * *", "it has 4 fields; five are wanted: minute hour day month weekday"),
        ("0 0 6 * * *", "it has 6 fields; five are wanted: minute hour day month weekday"),
        ("0 0 30 2 *", "it cannot be read: bad day-of-month"),
        ("@daily", "it has 1 fields; five are wanted: minute hour day month weekday"),
        ("* * */20 * 1L", "it has no time at all in 50 years"),
    ],
)
def test_what_is_wrong_with_an_expression(cron: str, problem: str) -> None:
    assert cron_problem(cron) == problem


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "europe", "/etc/passwd"])
def test_what_is_no_time_zone(name: str) -> None:
    assert "no time zone" in zone_problem(name)
