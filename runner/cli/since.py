"""Times as a person gives them to look back: how long ago, a day, a time. Days are those of UTC."""

import re
from datetime import UTC, date, datetime, timedelta

from runner.errors import UsageError

_AGO = re.compile(r"(\d{1,6}) ?(s|min|h|d|w)")
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_since(text: str, now: datetime) -> datetime:
    """The time from which on. A day is meant from its beginning. Raises UsageError."""
    return _read("--since", text, now, timedelta())


def read_until(text: str, now: datetime) -> datetime:
    """The time up to which, itself not included. A day is meant to its end. Raises UsageError."""
    return _read("--until", text, now, timedelta(days=1))


def _read(option: str, text: str, now: datetime, of_day: timedelta) -> datetime:
    said = text.strip()
    try:
        if found := _AGO.fullmatch(said):
            return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
        if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
            day = datetime.combine(date.fromisoformat(said), datetime.min.time(), UTC)
            return day + of_day
        if "T" in said or " " in said:
            at = datetime.fromisoformat(said)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        f"{option} {text!r} is no time",
        "",
        "write 90min, 2h, 3d or 1w (ago), 2026-11-23, or 2026-11-23T14:00; "
        "days and times without an offset are in UTC",
    )
