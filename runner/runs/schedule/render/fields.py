"""The fields of a cron expression as numbers, and as lists that every cron reads alike."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from runner.errors import UsageError
from runner.model.frozen import frozen
from runner.runs.schedule.entry import ScheduleEntry

LAST = CronSim.LAST
LAST_WORKING_DAY = CronSim.LAST_WEEKDAY
ALL_DAYS, ALL_WEEKDAYS = 31, 7
_HOUR = timedelta(hours=1)
_DAYS_AHEAD = 550


@frozen
class Fields:
    """The five fields as numbers in order; weekdays from 0, a Sunday.

    The specials are the days that few others know: L and LW, 5L and 1#2. `is_either` says that a
    day counts if the day of the month or the weekday fits, as cron has it where both are given.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    special_days: tuple[int, ...]
    special_weekdays: tuple[tuple[int, int], ...]
    is_either: bool

    @property
    def has_every_day(self) -> bool:
        """Whether the day of the month is left open."""
        return len(self.days) == ALL_DAYS

    @property
    def has_every_weekday(self) -> bool:
        """Whether the weekday is left open."""
        return len(self.weekdays) == ALL_WEEKDAYS


def fields_of(cron: str) -> Fields:
    """The fields of an expression that is known to be sound."""
    simulated = CronSim(cron, datetime(2024, 1, 1))
    found = simulated.weekdays
    return Fields(
        tuple(sorted(simulated.minutes)),
        tuple(sorted(simulated.hours)),
        tuple(sorted(day for day in simulated.days if day > 0)),
        tuple(sorted(simulated.months)),
        tuple(sorted({day % 7 for day in found if isinstance(day, int)})),
        tuple(sorted(day for day in simulated.days if day < 0)),
        tuple(sorted((day[0] % 7, day[1]) for day in found if isinstance(day, tuple))),
        not simulated.day_and,
    )


def listed(numbers: tuple[int, ...], of: int) -> str:
    """Numbers with commas; `*` where they are all `of` them."""
    return "*" if len(numbers) == of else ",".join(str(number) for number in numbers)


def plain_cron(entry: ScheduleEntry, scheduler: str) -> str:
    """The expression in lists of numbers.

    Raises UsageError for days that only few crons know, and for a step such as `*/2` beside
    other days, which crons read in two ways.
    """
    fields = fields_of(entry.cron)
    if fields.special_days or fields.special_weekdays:
        raise refused(entry, scheduler, "it knows no L, LW or #")
    if not (fields.is_either or fields.has_every_day or fields.has_every_weekday):
        raise refused(entry, scheduler, "a step of days beside weekdays is read in two ways")
    days, weekdays = listed(fields.days, ALL_DAYS), listed(fields.weekdays, ALL_WEEKDAYS)
    if fields.is_either and "*" in (days, weekdays):
        days = weekdays = "*"  # one of the two allows every day, and either will do
    hours, minutes = listed(fields.hours, 24), listed(fields.minutes, 60)
    return f"{minutes} {hours} {days} {listed(fields.months, 12)} {weekdays}"


def utc_crons(entry: ScheduleEntry, now: datetime, scheduler: str) -> tuple[str, ...]:
    """Expressions in UTC that together are due whenever the entry is.

    One for each offset that its zone has in the next eighteen months; at the other offset it
    gives a signal when nothing is due. Raises UsageError where that cannot be said.
    """
    plain = plain_cron(entry, scheduler)
    offsets = sorted(_offsets(entry.timezone, now))
    is_hourly = plain.endswith(" * * * *")
    if offsets == [timedelta(0)] or plain == "* * * * *":
        return (plain,)
    if any(offset % _HOUR for offset in offsets):
        raise refused(entry, scheduler, "it knows UTC only, and this zone is off by half hours")
    if is_hourly:
        return (plain,)
    shifted = [_shifted(entry, plain, offset // _HOUR, scheduler) for offset in offsets]
    return tuple(dict.fromkeys(cron for crons in shifted for cron in crons))


def _shifted(entry: ScheduleEntry, plain: str, offset: int, scheduler: str) -> list[str]:
    minutes, _, days, months, weekdays = plain.split(" ")
    hours = [hour - offset for hour in fields_of(entry.cron).hours]
    found: list[str] = []
    for days_on in sorted({hour // 24 for hour in hours}):
        if days_on and (days != "*" or months != "*"):
            raise refused(entry, scheduler, "it knows UTC only, where these are other days")
        there = ",".join(str(hour % 24) for hour in hours if hour // 24 == days_on)
        found.append(f"{minutes} {there} {days} {months} {_moved(weekdays, days_on)}")
    return found


def _moved(weekdays: str, by: int) -> str:
    if weekdays == "*":
        return weekdays
    return ",".join(str(day) for day in sorted((int(d) + by) % 7 for d in weekdays.split(",")))


def _offsets(timezone: str, now: datetime) -> set[timedelta]:
    zone = ZoneInfo(timezone)
    days = (now.astimezone(UTC) + timedelta(days=day) for day in range(_DAYS_AHEAD))
    return {day.astimezone(zone).utcoffset() or timedelta(0) for day in days}


def refused(entry: ScheduleEntry, scheduler: str, why: str) -> UsageError:
    """The error for a time that a scheduler cannot keep."""
    return UsageError(
        f"{entry.name}: {scheduler} cannot keep {entry.cron!r} in {entry.timezone}: {why}",
        "Nothing was rendered.",
        "change the entry, or let `runbook schedule run` keep its times",
    )
