"""When the level of a series changed: exact optimal partitioning (PELT) by least squares.

The parts of a series are those that make the squares within them, plus a penalty for each part,
least. The penalty is 3 ln n variances of the series, so that no threshold needs tuning, and one
without noise is treated like any other. Killick, Fearnhead and Eckley, 2012. A large change raises
the variance, and so hides a small one: each part is divided again by its own variance.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from runner.model.frozen import frozen

T = TypeVar("T")
LEAST = 3
"""The fewest values of a part."""
PENALTY = 3.0


@frozen
class Part:
    """Values from the place `start` up to, and without, `end`, and their mean."""

    start: int
    end: int
    level: float


@frozen
class ChangePoint:
    """Where a part begins: its place, the means before and after, and their difference in
    standard deviations within the two parts (None where those have no spread)."""

    place: int
    before: float
    after: float
    effect: float | None


def parts(values: Sequence[float], least: int = LEAST) -> tuple[Part, ...]:
    """The parts of the series, in order; empty for an empty one.

    Time grows with the square of the length where nothing changes: give at most some thousand.
    """
    bounds = _divided(values, 0, len(values), least)
    return tuple(
        Part(start, end, math.fsum(values[start:end]) / (end - start))
        for start, end in pairwise(bounds)
    )


def partition(values: Sequence[float], least: int = LEAST) -> tuple[int, ...]:
    """The bounds, from 0 to the length, of the cheapest partition of the series, which is exact."""
    count = len(values)
    if not count:
        return ()
    middle = math.fsum(values) / count
    sums, squares = _running([value - middle for value in values])
    penalty = PENALTY * math.log(count) * squares[-1] / count
    return (0, *_ends(sums, squares, penalty, least)) if penalty > 0 else (0, count)


def change_points(values: Sequence[float], least: int = LEAST) -> tuple[ChangePoint, ...]:
    """Every place at which the level changed, with its effect."""
    found = parts(values, least)
    return tuple(
        ChangePoint(after.start, before.level, after.level, _effect(values, before, after))
        for before, after in pairwise(found)
    )


def recovered_at(steps: Sequence[tuple[T, float]]) -> T | None:
    """The time of the first step from which on the level is below half of what it was, or None."""
    changes = change_points([value for _, value in steps])
    return next((steps[one.place][0] for one in changes if one.after < one.before / 2), None)


def _divided(values: Sequence[float], start: int, end: int, least: int) -> list[int]:
    """The bounds of the parts between two places, each part divided until none is any more."""
    found = partition(values[start:end], least)
    if len(found) <= 2:
        return [start + place for place in found]
    bounds = [start]
    for first, last in pairwise(found):
        bounds += _divided(values, start + first, start + last, least)[1:]
    return bounds


def _running(values: Sequence[float]) -> tuple[list[float], list[float]]:
    sums, squares = [0.0], [0.0]
    for value in values:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)
    return sums, squares


def _ends(sums: list[float], squares: list[float], penalty: float, least: int) -> list[int]:
    """The ends of the parts. A start is dropped once no later end can make it the best one."""
    count = len(sums) - 1
    best, last = [math.inf] * (count + 1), [0] * (count + 1)
    best[0] = -penalty
    starts = [0]
    for end in range(min(least, count), count + 1):
        costs = []
        for start in starts:
            total = sums[end] - sums[start]
            within = squares[end] - squares[start] - total * total / (end - start)
            costs.append(best[start] + within)
        lowest = min(costs)
        last[end] = starts[costs.index(lowest)]
        best[end] = lowest + penalty
        starts = [s for s, cost in zip(starts, costs, strict=True) if cost <= best[end]]
        if end + 1 - least > 0 and best[end + 1 - least] < math.inf:
            starts.append(end + 1 - least)
    ends = [count]
    while last[ends[-1]]:
        ends.append(last[ends[-1]])
    return ends[::-1]


def _effect(values: Sequence[float], before: Part, after: Part) -> float | None:
    within = [
        (value - part.level) ** 2
        for part in (before, after)
        for value in values[part.start : part.end]
    ]
    spread = math.sqrt(math.fsum(within) / len(within))
    scale = max(abs(before.level), abs(after.level))
    return (after.level - before.level) / spread if spread > 1e-9 * scale else None
