"""What is due, told as journals: what was, the moment, and what is journaled."""

from datetime import timedelta
from functools import reduce

from runner.runs.schedule.decide import Moment, decide
from runner.runs.schedule.entry import OnOverlap
from runner.runs.schedule.events import (
    Ended,
    Fired,
    Missed,
    Overlap,
    Overlapped,
    Rewound,
    ScheduleEvent,
    ScheduleState,
    Watched,
    apply,
)
from tests.runs.schedule.entries import SKIP, at, entry

DAILY = entry("0 6 * * *")
HOURLY = entry("0 * * * *")
HOURLY_QUEUED = entry("0 * * * *", on_overlap=OnOverlap.QUEUE)


def watched(since: str, cron: str = "0 6 * * *") -> Watched:
    return Watched("daily", cron, "UTC", at(since))


def state(*events: ScheduleEvent) -> ScheduleState:
    return reduce(apply, events, ScheduleState())


def moment(now: str, is_held: bool = False) -> Moment:
    return Moment(at(now), is_held)


def test_an_entry_seen_first_owes_nothing() -> None:
    decided = decide(DAILY, ScheduleState(), moment("2026-05-01 06:00:01"))
    assert decided == (watched("2026-05-01 06:00:01"),)


def test_a_caller_who_keeps_the_time_is_owed_the_last_one() -> None:
    called = Moment(at("2026-05-01 06:00:20"), False, timedelta(minutes=5), owes_last=True)
    decided = decide(DAILY, ScheduleState(), called)
    assert decided == (watched("2026-05-01 05:59:59"), Fired(at("2026-05-01 06:00"), 20.0))


def test_a_time_is_run_once() -> None:
    before = state(watched("2026-05-01 00:00"))
    decided = decide(DAILY, before, moment("2026-05-01 06:00"))
    assert decided == (Fired(at("2026-05-01 06:00"), 0.0),)
    after = state(watched("2026-05-01 00:00"), *decided, Ended(at("2026-05-01 06:00"), "r", 0))
    assert decide(DAILY, after, moment("2026-05-01 06:00")) == ()
    assert decide(DAILY, after, moment("2026-05-01 05:59")) == ()


def test_what_was_missed_is_run_once_and_the_rest_is_on_record() -> None:
    decided = decide(DAILY, state(watched("2026-05-01 00:00")), moment("2026-05-04 12:00"))
    why = "nobody was there; a later time is run"
    assert decided == (
        Missed(at("2026-05-01 06:00"), at("2026-05-03 06:00"), 3, why),
        Fired(at("2026-05-04 06:00"), 21_600.0),
    )


def test_what_was_missed_is_skipped_where_that_is_wanted() -> None:
    skipping = entry("0 6 * * *", on_missed=SKIP)
    decided = decide(skipping, state(watched("2026-05-01 00:00")), moment("2026-05-04 12:00"))
    why = "nobody was there, and missed runs are skipped"
    assert decided == (Missed(at("2026-05-01 06:00"), at("2026-05-04 06:00"), 4, why),)


def test_a_time_during_a_run_is_skipped_and_says_so() -> None:
    before = state(watched("2026-05-01 00:30", "0 * * * *"), Fired(at("2026-05-01 01:00"), 0.0))
    decided = decide(HOURLY, before, moment("2026-05-01 02:00", is_held=True))
    two = at("2026-05-01 02:00")
    assert decided == (Overlapped(two, two, 1, Overlap.SKIPPED),)


def test_a_time_during_a_run_waits_and_only_one_does() -> None:
    one, two, three = (at(f"2026-05-01 0{hour}:00") for hour in (1, 2, 3))
    events: tuple[ScheduleEvent, ...] = (watched("2026-05-01 00:30", "0 * * * *"), Fired(one, 0.0))
    decided = decide(HOURLY_QUEUED, state(*events), moment("2026-05-01 02:00", is_held=True))
    assert decided == (Overlapped(two, two, 1, Overlap.QUEUED),)
    events += decided
    decided = decide(HOURLY_QUEUED, state(*events), moment("2026-05-01 03:00", is_held=True))
    assert decided == (Overlapped(three, three, 1, Overlap.SKIPPED),)
    events += (*decided, Ended(one, "r", 0))
    decided = decide(HOURLY_QUEUED, state(*events), moment("2026-05-01 03:10"))
    assert decided == (Fired(two, 4200.0),)


def test_new_times_of_an_entry_owe_nothing_of_the_past() -> None:
    before = state(watched("2026-05-01 00:00"), Fired(at("2026-05-01 06:00"), 0.0))
    changed = entry("0 9 * * *")
    assert decide(changed, before, moment("2026-05-01 12:00")) == (
        Watched("daily", "0 9 * * *", "UTC", at("2026-05-01 12:00")),
    )


def test_a_clock_set_back_by_years_counts_again_without_running_twice() -> None:
    before = state(watched("2026-05-01 00:00"), Fired(at("2036-05-01 06:00"), 0.0))
    decided = decide(DAILY, before, moment("2026-05-02 12:00"))
    assert decided == (Rewound(at("2026-05-02 12:00")),)
    ahead, to = at("2026-05-02 06:00"), at("2026-05-01 12:00")
    again = state(watched("2026-05-01 00:00"), Fired(ahead, 0.0), Rewound(to))
    assert decide(DAILY, again, moment("2026-05-02 07:00")) == ()


def test_ten_years_of_minutes_do_not_take_for_ever() -> None:
    minutely = entry("* * * * *")
    before = state(watched("2016-05-01 00:00", "* * * * *"))
    missed, fired = decide(minutely, before, moment("2026-05-01 12:00:30"))
    assert isinstance(missed, Missed)
    assert missed.count == 10_000
    assert fired == Fired(at("2026-05-01 12:00"), 30.0)
