"""Times as parameters give them."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from runner.kit.refusal import KitMisuse

_EPOCH = re.compile(r"\d{10}(\.\d+)?|\d{13}")


def moment(text: str | datetime | None, zone: str = "UTC") -> datetime | None:
    """The UTC time that `text` states; None stays None.

    ISO 8601, or seconds or milliseconds since 1970. A time without an offset is in `zone`.
    Raises KitMisuse for anything else, `22/11/2026` included, since its order is a guess.
    """
    if text is None or text == "":
        return None
    stamp = text if isinstance(text, datetime) else _parsed(str(text).strip())
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=zone_of(zone))
    return stamp.astimezone(UTC)


def table_time(text: str | datetime | None, zone: str = "UTC") -> datetime | None:
    """The same as `moment`, without an offset, as the tables of a KEY hold their times."""
    found = moment(text, zone)
    return found.replace(tzinfo=None) if found else None


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises KitMisuse where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise KitMisuse(f"`{name}` is not a time zone, such as UTC or Europe/Berlin") from None


def _parsed(text: str) -> datetime:
    if _EPOCH.fullmatch(text):
        seconds = float(text) if len(text.partition(".")[0]) == 10 else int(text) / 1000
        return datetime.fromtimestamp(seconds, UTC)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise KitMisuse(f"`{text}` is not a time such as 2026-11-22T10:00:00Z") from None
