"""When a series was worse than the rest of the time: one stretch, with or without an end."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from runner.kit.quoting import identifier
from runner.model.frozen import frozen

LEAST = 3
"""The fewest places of a stretch, and of what is before it."""
_PENALTY = 5.0
"""How many times the noise a stretch has to save, for each e-fold of the length."""


@frozen
class Stretch:
    """Where it was worse: from the first place up to, and without, the last; the end is the length
    of the series where it did not get better again."""

    start: int
    end: int


@frozen
class Degradation:
    """When it began, when it was over (None: it was not), both UTC without a zone."""

    began_at: datetime
    ended_at: datetime | None


def worst_stretch(values: Sequence[float]) -> Stretch | None:
    """The stretch whose mean is above that of the rest, and of what was before, by most.

    By most means in squares saved, as PELT counts.
    None where the saving is what noise alone gives: noise is taken from the differences between
    neighbours, and the bar grows with the logarithm of the length.
    """
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    count, total = len(values), sums[-1]
    best, most = None, _PENALTY * _noise(values) * math.log(max(count, 2))
    for start in range(LEAST, count - LEAST + 1):
        for end in range(start + LEAST, count + 1):
            inside, length = sums[end] - sums[start], end - start
            others, rest = total - inside, count - length
            higher = inside / length - others / rest
            if higher > 0 and inside / length - sums[start] / start >= higher / 2:
                saved = inside**2 / length + others**2 / rest - total**2 / count
                if saved > most:
                    best, most = Stretch(start, end), saved
    return best


def degradation(con: Any, source: str, value: str) -> Degradation | None:
    """The stretch in which the column `value` of `source`, by `bucket`, was highest, or None.

    Ratios count, so 100 ms to 200 ms is as much as 1 s to 2 s; values that are null or not above
    zero are left out.
    """
    rows = con.execute(
        f"select bucket, ln({identifier(value)}::double) from {identifier(source)} "  # noqa: S608
        f"where {identifier(value)} > 0 order by bucket"
    ).fetchall()
    found = worst_stretch([number for _, number in rows])
    if found is None:
        return None
    return Degradation(rows[found.start][0], rows[found.end][0] if found.end < len(rows) else None)


def _noise(values: Sequence[float]) -> float:
    """The variance of the noise, from the median difference between neighbours; never zero."""
    steps = sorted(abs(b - a) for a, b in pairwise(values))
    median = steps[len(steps) // 2] if steps else 0.0
    return max((median / 0.954) ** 2, 1e-6)
