"""Entries as the tests of schedules need them."""

from datetime import datetime

from runner.runs.schedule.entry import OnMissed, OnOverlap, ScheduleEntry

RUN_ONCE, SKIP = OnMissed.RUN_ONCE, OnMissed.SKIP


def entry(
    cron: str,
    timezone: str = "UTC",
    on_missed: OnMissed = OnMissed.RUN_ONCE,
    on_overlap: OnOverlap = OnOverlap.SKIP,
) -> ScheduleEntry:
    return ScheduleEntry(
        "daily", "webhook-failures", cron, timezone, on_missed=on_missed, on_overlap=on_overlap
    )


def at(text: str) -> datetime:
    """A time such as 2026-03-29 01:00, in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")
