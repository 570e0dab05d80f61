"""When a metric was worse than before, by how much, and whether it recovered."""

from collections.abc import Sequence

from runner.kit.partition import ChangePoint, Part, change_points, parts
from runner.model.frozen import frozen


@frozen
class Worse:
    """A stretch in which the level was worse: its places from `start` up to, and without, `end`,
    and the worst level of its parts. It is over where something follows it."""

    start: int
    end: int
    level: float


@frozen
class LevelHistory:
    """The level before, the level at the end, the worse stretches in order, and every change.

    The level before is that of the first part: nobody knows what was before the data.
    """

    before: float
    last: float
    worse: tuple[Worse, ...]
    changes: tuple[ChangePoint, ...]
    length: int

    @property
    def recovered(self) -> bool | None:
        """Whether no worse stretch lasts to the end; None where there was none."""
        return self.worse[-1].end < self.length if self.worse else None

    @property
    def factor(self) -> float | None:
        """The worst level against the level before, at least 1; None where one of them is zero."""
        if not self.worse:
            return None
        levels = [one.level for one in self.worse]
        worst = max(levels) if levels[0] > self.before else min(levels)
        if worst * self.before <= 0:
            return None
        return max(worst / self.before, self.before / worst)


def level_history(
    values: Sequence[float], *, higher_is_worse: bool = True, least_factor: float = 1.2
) -> LevelHistory | None:
    """The history of a series, or None for one that is empty.

    A level is worse if it differs from the level before by at least `least_factor`: a change that
    is certain need not matter.
    """
    found = parts(values)
    if not found:
        return None
    before = found[0].level
    bad = [part for part in found if _is_worse(part.level, before, higher_is_worse, least_factor)]
    return LevelHistory(
        before, found[-1].level, _joined(bad, higher_is_worse), change_points(values), len(values)
    )


def _is_worse(level: float, before: float, higher: bool, factor: float) -> bool:
    if higher:
        return level > before and (before <= 0 or level >= before * factor)
    return level < before and level * factor <= before


def _joined(bad: list[Part], higher: bool) -> tuple[Worse, ...]:
    """Worse parts that follow one another are one stretch."""
    worst = max if higher else min
    made: list[Worse] = []
    for part in bad:
        if made and made[-1].end == part.start:
            last = made.pop()
            made.append(Worse(last.start, part.end, worst(last.level, part.level)))
        else:
            made.append(Worse(part.start, part.end, part.level))
    return tuple(made)
