"""A service and a timer of systemd for each entry."""

from runner.model.safe_text import safe_line
from runner.runs.schedule.entry import OnMissed, ScheduleEntry
from runner.runs.schedule.render.fields import (
    LAST,
    LAST_WORKING_DAY,
    Fields,
    fields_of,
    listed,
    refused,
)
from runner.runs.schedule.render.setting import COMPLETED_CODES, RenderedFile, Setting, here, quoted

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def systemd_files(entry: ScheduleEntry, setting: Setting) -> tuple[RenderedFile, ...]:
    """`runbook-NAME.service` and `.timer`. Raises UsageError for times that systemd cannot say."""
    unit = f"runbook-{entry.name}"
    command = here(entry, setting)
    quoted(command)  # refuses what no unit can hold
    codes = " ".join(str(code) for code in COMPLETED_CODES)
    calendars = "".join(f"OnCalendar={line}\n" for line in on_calendar(entry))
    persistent = "true" if entry.on_missed is OnMissed.RUN_ONCE else "false"
    service = (
        f"[Unit]\nDescription=Runbook {_text(entry.runbook)} ({entry.name})\n\n"
        "[Service]\nType=oneshot\n"
        f"WorkingDirectory={specifiers_of(str(setting.config.parent))}\n"
        f"ExecStart={' '.join(word_of(word) for word in command)}\n"
        "# 10, 11 and 12 are runs that completed and found something.\n"
        f"SuccessExitStatus={codes}\n"
        "KillMode=mixed\nTimeoutStopSec=90\n"
    )
    timer = (
        f"[Unit]\nDescription=Times of runbook {_text(entry.runbook)} ({entry.name})\n\n"
        f"[Timer]\n{calendars}Persistent={persistent}\nAccuracySec=1s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return RenderedFile(f"{unit}.service", service), RenderedFile(f"{unit}.timer", timer)


def on_calendar(entry: ScheduleEntry) -> tuple[str, ...]:
    """The OnCalendar values of a timer that is due when the entry is; any of them counts."""
    fields = fields_of(entry.cron)
    months = listed(fields.months, 12)
    hours, minutes = listed(fields.hours, 24), listed(fields.minutes, 60)
    time = f"{hours}:{minutes}:00 {entry.timezone}"
    return tuple(f"{dates} {time}" for dates in _dates(entry, fields, f"*-{months}"))


def _dates(entry: ScheduleEntry, fields: Fields, months: str) -> list[str]:
    if LAST_WORKING_DAY in fields.special_days:
        raise refused(entry, "systemd", "it knows no LW, the last working day of a month")
    days = [f"{months}-{listed(fields.days, 31)}"] if fields.days else []
    days += [f"{months}~01"] if fields.special_days else []
    names = ",".join(_DAYS[day] for day in fields.weekdays)
    weekdays = [f"{names} {months}-*"] if names else []
    weekdays += [f"{_DAYS[day]} {_nth(months, nth)}" for day, nth in fields.special_weekdays]
    if fields.is_either:
        return days + weekdays
    if fields.has_every_weekday:
        return days
    if fields.has_every_day:
        return weekdays
    if fields.special_weekdays:
        raise refused(entry, "systemd", "a weekday of a set week on set days")
    return [f"{names} {day}" for day in days]


def _nth(months: str, nth: int) -> str:
    if nth == LAST:
        return f"{months}~07/1"
    return f"{months}-{7 * nth - 6}..{min(7 * nth, 31)}"


def word_of(word: str) -> str:
    """A word of ExecStart: quoted, with nothing in it that systemd would fill in."""
    escaped = specifiers_of(word).replace("$", "$$").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if set(escaped) & set(" \t\"'\\;") else escaped


def specifiers_of(text: str) -> str:
    """A text of a unit, with nothing in it that systemd would fill in."""
    return text.replace("%", "%%")


def _text(text: str) -> str:
    return specifiers_of(safe_line(text)).rstrip("\\")
