"""When an entry is due: the one module that knows cronsim.

A cron expression with `*` as its hour means elapsed time: every hour, also in the night when the
clocks change. Any other means times on the wall: one that does not exist is due when the clocks
have jumped over it, one that exists twice is due the first time, and none is due twice.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from runner.model.frozen import frozen

_LONGEST_GAP = timedelta(hours=3)
_A_MONDAY = datetime(2024, 1, 1)


@frozen
class Timetable:
    """The times of a cron expression with five fields in an IANA time zone."""

    cron: str
    timezone: str

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Every time later than `instant`, in UTC, each once and in order."""
        last = instant.astimezone(UTC)
        for found in CronSim(self.cron, self._beginning(instant)):
            due = self._instant(found)
            if due > last:
                last = due
                yield due

    def latest(self, instant: datetime) -> datetime | None:
        """The last time at or before `instant`, in UTC; None where 50 years have none."""
        margin = timedelta(seconds=1) if self._is_elapsed else _LONGEST_GAP
        beginning = self._beginning(instant + margin)
        for found in CronSim(self.cron, beginning, reverse=True):
            if (due := self._instant(found)) <= instant:
                return due
        return None

    @property
    def _is_elapsed(self) -> bool:
        return self.cron.split()[1] == "*"

    def _beginning(self, instant: datetime) -> datetime:
        local = instant.astimezone(ZoneInfo(self.timezone)).replace(microsecond=0)
        return local if self._is_elapsed else local.replace(tzinfo=None, fold=0)

    def _instant(self, found: datetime) -> datetime:
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        zone = ZoneInfo(self.timezone)
        first = found.replace(tzinfo=zone, fold=0)
        due = first.astimezone(UTC)
        if due.astimezone(zone).replace(tzinfo=None) == found:
            return due
        return _end_of_gap(due, zone)


def cron_problem(cron: str) -> str:
    """Why `cron` is no expression that can be used; empty where it is one."""
    fields = len(cron.split())
    if fields != 5:
        return f"it has {fields} fields; five are wanted: minute hour day month weekday"
    try:
        next(CronSim(cron, _A_MONDAY))
    except CronSimError as error:
        return f"it cannot be read: {str(error).lower()}"
    except StopIteration:
        return "it has no time at all in 50 years"
    return ""


def zone_problem(name: str) -> str:
    """Why `name` is no IANA time zone that is known here; empty where it is one."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return "no time zone of this name is known; write one such as Europe/Berlin or UTC"
    return ""


def _end_of_gap(inside: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after the gap that a time on the wall fell into.

    `inside` is that time with the offset from before the gap, so it lies after the jump by as
    much as the time lies behind the beginning of the gap.
    """
    early, late = inside - _LONGEST_GAP, inside
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
