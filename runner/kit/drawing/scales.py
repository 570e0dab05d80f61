"""Where a value stands on an axis, and which round values are written beside it."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from runner.model.frozen import frozen

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_TIME_STEPS = (
    1, 2, 5, 10, 15, 30,
    _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR,
    _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY, 56 * _DAY, 112 * _DAY, 364 * _DAY,
)  # fmt: skip
"""Seconds between two marks of a time axis."""


@frozen
class Tick:
    """A mark on an axis: the value, and what is written beside it."""

    value: float
    label: str


@frozen
class Scale:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; the middle where all values are one."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def number_ticks(
    low: float, high: float, most: int, is_share: bool = False, is_whole: bool = False
) -> tuple[Tick, ...]:
    """About `most` round numbers that enclose `low` and `high`, written alike.

    Where the values are whole numbers, so are these.
    """
    high = high if high > low else low + (abs(low) or 1)
    step = _round_step((high - low) / max(most - 1, 1))
    if is_whole and step < 5:
        step = float(math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    values = [round(n * step, 12) for n in range(first, last + 1)]
    shown = step * (100 if is_share else 1)
    places = next((n for n in range(9) if abs(shown * 10**n - round(shown * 10**n)) < 1e-6), 9)
    return tuple(Tick(value, number_label(value, places, is_share)) for value in values)


def decade_ticks(low: float, high: float) -> tuple[Tick, ...]:
    """Round numbers at their decimal logarithms, from 10**low to 10**high: 100, 200, 500, 1,000."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    steps = (1, 2, 5) if high - low < 3 else (1,)
    at = [(math.log10(step * 10.0**n), step * 10.0**n) for n in decades for step in steps]
    shown = [(x, value) for x, value in at if low - 1e-9 <= x <= high + 1e-9]
    return tuple(Tick(x, f"{value:,.10g}") for x, value in shown)


def number_label(value: float, places: int, is_share: bool = False) -> str:
    """A number as it stands beside an axis: 1,200 or 12.5 % or 3.4 M."""
    if is_share:
        return f"{value * 100:.{places}f} %"
    for size, letter in ((1e9, " G"), (1e6, " M")):
        if abs(value) >= size:
            return f"{value / size:.2f}".rstrip("0").rstrip(".") + letter
    return f"{value:,.{places}f}"


def time_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """At most `most` round moments between two, in seconds since 1970; dates where a day begins."""
    span = max(high - low, 1)
    step = next((step for step in _TIME_STEPS if span / step < most), _TIME_STEPS[-1])
    return tuple(_time_labels(math.ceil(low / step) * step, high, step))


def time_text(seconds: float) -> str:
    """A moment in UTC, such as `22 Nov 2026 14:05`."""
    return f"{_utc(seconds):%d %b %Y %H:%M}"


def _time_labels(at: float, high: float, step: int) -> Iterator[Tick]:
    day = None
    while at <= high:
        stamp = _utc(at)
        new, day = stamp.date() != day, stamp.date()
        clock = f"{stamp:%H:%M:%S}" if step < _MINUTE else f"{stamp:%H:%M}"
        date = f"{stamp:%d %b}"
        yield Tick(at, date if step >= _DAY else f"{date} {clock}" if new else clock)
        at += step


def _utc(seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _round_step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 2.5, 5, 10) if rough <= size * factor + 1e-12)
