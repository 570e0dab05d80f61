# ruff: noqa: S608 - every name in the SQL passes through `quoting`
"""Amounts by day: days that are out of line, and an estimate of the days to come."""

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from runner.kit.partition import parts
from runner.kit.quoting import identifier
from runner.model.frozen import frozen

WEEK = 7
_FEWEST_DAYS = 7
_NORMAL_SPREAD = 1.4826
"""The median distance from the median, times this, is the standard deviation of a normal one."""
_TENTH = 1.2816
"""So many standard deviations leave out a tenth on either side."""
METHOD = "level since the last change, by day of the week where four weeks are known"


@frozen
class OddDay:
    """A day whose amount is out of line: its place, the amount, what was usual, and how far off it
    is in usual deviations."""

    place: int
    amount: float
    usual: float
    deviations: float


@frozen
class Forecast:
    """The total of the days to come: an estimate, and bounds that hold eight times of ten if the
    days to come are like those since the last change."""

    total: float
    low: float
    high: float


def odd_days(
    amounts: Sequence[float], *, deviations: float = 4.0, share: float = 0.2, least: float = 0.0
) -> tuple[OddDay, ...]:
    """Days that are off by so many deviations, by this share of what is usual, and by this amount.

    Usual is the median of the same weekday of the last four weeks. Where less than three of these
    are known, it is the nearest of them and of the median of the 14 days before, so that a first
    weekend is not odd. The first week is not judged. A deviation is at least a twentieth of what
    is usual.
    """
    found = []
    for place in range(_FEWEST_DAYS, len(amounts)):
        usual, spread = _usual(amounts, place)
        off = amounts[place] - usual
        scale = max(spread, abs(usual) / 20, 1e-9)
        is_odd = abs(off) >= deviations * scale and abs(off) >= max(share * abs(usual), least)
        if is_odd:
            found.append(OddDay(place, amounts[place], usual, off / scale))
    return tuple(found)


def forecast(amounts: Sequence[float], days: int) -> Forecast | None:
    """The days that follow, or None where fewer than seven days are known. See METHOD."""
    if len(amounts) < _FEWEST_DAYS:
        return None
    start = parts(amounts, _FEWEST_DAYS)[-1].start
    recent = amounts[start:]
    level = math.fsum(recent) / len(recent)
    weekly = _weekly(recent, level)
    first = len(recent)
    expected = [level * weekly[(first + day) % WEEK] for day in range(days)]
    rests = [amount - level * weekly[n % WEEK] for n, amount in enumerate(recent)]
    variance = math.fsum(rest * rest for rest in rests) / max(len(rests) - 1, 1)
    error = math.sqrt(variance * days + variance / len(recent) * days * days)
    total = math.fsum(expected)
    return Forecast(total, total - _TENTH * error, total + _TENTH * error)


def make_days(con: Any, source: str, name: str) -> None:
    """Make the table `name`: the `amount` of each `day` and each `name` of `source`, by day, name.

    `source` has `timestamp`, `name` and `amount`. A day without any is one of 0. The last day is
    left out where amounts come by the hour and it has not ended: a day that has just begun is
    neither cheap nor a trend.
    """
    con.execute(
        f"create or replace temp table {identifier(name)} as {_DAYS.format(identifier(source))}"
    )


def odd_days_by_name(con: Any, days: str, **limits: float) -> list[dict[str, Any]]:
    """The odd days of each name in a table of `make_days`, those that are off by most first.

    `limits` are those of `odd_days`.
    """
    series: dict[str, list[tuple[datetime, float]]] = {}
    query = f"select day, name, amount from {identifier(days)} order by name, day"
    for day, name, amount in con.execute(query).fetchall():
        series.setdefault(name, []).append((day, amount))
    found = [
        {
            "day": points[one.place][0],
            "name": name,
            "amount": round(one.amount, 6),
            "usual": round(one.usual, 6),
            "off_by": round(one.amount - one.usual, 6),
            "deviations": round(one.deviations, 1),
        }
        for name, points in series.items()
        for one in odd_days([amount for _, amount in points], **limits)
    ]
    return sorted(found, key=lambda row: (-abs(row["off_by"]), row["day"], row["name"]))


_DAYS = """
    with known as (select *, date_trunc('day', timestamp) as day from {0}),
    bounds as (
        select min(day) as first, case
            when bool_or(day < timestamp) and hour(max(timestamp)) < 23
            then max(day) - to_days(1) else max(day) end as last from known
    ), every as (
        select unnest(generate_series(first, last, to_days(1))) as day from bounds
    ), names as (select distinct name from known)
    select every.day, names.name, coalesce(sum(amount), 0)::double as amount
    from every cross join names
        left join known on known.day = every.day and known.name = names.name
    group by all order by every.day, names.name
"""


def _usual(amounts: Sequence[float], place: int) -> tuple[float, float]:
    """What is usual for a day, and the usual deviation from it."""
    weeks = range(place - WEEK, max(place - 5 * WEEK, -1), -WEEK)
    same_day = [amounts[day] for day in weeks if day >= 0]
    if len(same_day) >= 3:
        return median(same_day), _spread(same_day)
    recent = amounts[max(place - 2 * WEEK, 0) : place]
    known = (*same_day, median(recent))
    return min(known, key=lambda one: abs(one - amounts[place])), _spread(recent)


def _spread(amounts: Sequence[float]) -> float:
    middle = median(amounts)
    return _NORMAL_SPREAD * median(abs(amount - middle) for amount in amounts)


def _weekly(recent: Sequence[float], level: float) -> list[float]:
    if len(recent) < 4 * WEEK or not level:
        return [1.0] * WEEK
    days = [recent[n::WEEK] for n in range(WEEK)]
    return [math.fsum(day) / len(day) / level for day in days]
