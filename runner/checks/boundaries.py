"""Comparisons that leave out a value or a range, each with a counter-example.

The branches and expectations of a step that compare one output cut the numbers into ranges. What
they leave out counts where one condition covers the values below it and another those above.
"""

from collections.abc import Iterator
from decimal import Decimal

from runner.checks.subject import Finding, Subject
from runner.checks.worlds import MOST_BRANCHES, bound_points, comparisons, shown, values_of, verdict
from runner.conditions.binding import Bound, BoundComparison, BoundOtherwise, bound_outputs
from runner.conditions.vocabulary import OutputRef
from runner.model.conditions import Verdict
from runner.model.frozen import frozen
from runner.model.runbook import Step
from runner.model.values import OutputType


@frozen
class _Gap:
    """Numbers next to each other that nothing covers, in `judged`, between two covered ones."""

    output: OutputRef
    judged: tuple[Bound, ...]
    numbers: tuple[Decimal, ...]
    nearest: BoundComparison

    @property
    def is_one_number(self) -> bool:
        """Whether exactly one number is left out, and not one that stands for a range."""
        counts = self.output.spec.type is OutputType.COUNT
        first = self.numbers[0]
        is_point = counts or first in bound_points(self.judged, self.output)
        return len(self.numbers) == 1 and is_point

    def shown(self, number: Decimal) -> str:
        """A number of the gap as the runbook would write it."""
        return shown(number, self.output, self.judged)


def boundary_gaps(subject: Subject) -> Iterator[Finding]:
    """RB111: the value of a bound matches no branch and no expectation."""
    for gap in _all_gaps(subject):
        if gap.is_one_number:
            value = gap.shown(gap.numbers[0])
            yield Finding(
                f"{value} exactly matches no branch and no expectation of the step",
                gap.nearest.span,
                f"say which side {value} belongs to (<= or >=), or add an Otherwise",
            )


def range_gaps(subject: Subject) -> Iterator[Finding]:
    """RB113: a whole range between two branches matches no branch and no expectation."""
    for gap in _all_gaps(subject):
        if not gap.is_one_number:
            value = gap.shown(gap.numbers[len(gap.numbers) // 2])
            yield Finding(
                f"{value} matches no branch and no expectation of the step",
                gap.nearest.span,
                "say what follows in that range, or add an Otherwise",
            )


def _all_gaps(subject: Subject) -> Iterator[_Gap]:
    for step in subject.program.step.values():
        branches = subject.program.branches[step.id]
        is_closed = any(isinstance(bound, BoundOtherwise) for bound in branches)
        if is_closed or len(branches) > MOST_BRANCHES:
            continue
        for output in dict.fromkeys(part.output for part in comparisons(branches)):
            yield from _gaps(subject, step, output)


def _gaps(subject: Subject, step: Step, output: OutputRef) -> Iterator[_Gap]:
    branches = subject.program.branches[step.id]
    judged = tuple(
        bound
        for bound in branches + subject.program.expectations[step.id]
        if output in bound_outputs(bound)
    )
    numbers: list[Decimal] = []
    below: frozenset[Bound] = frozenset()
    for value in values_of(judged, output):
        verdicts = {bound: verdict(bound, {output: value}) for bound in judged}
        is_silent = set(verdicts.values()) == {Verdict.FAILS}
        holding = frozenset(b for b, said in verdicts.items() if said is Verdict.HOLDS)
        if is_silent and below and isinstance(value, Decimal):
            numbers.append(value)
        elif numbers and holding and not holding & below:
            nearest = _nearest(branches, output, numbers[0])
            yield _Gap(output, judged, tuple(numbers), nearest)
        if not is_silent:
            numbers, below = [], holding


def _nearest(branches: tuple[Bound, ...], output: OutputRef, number: Decimal) -> BoundComparison:
    compared = comparisons(branches, output)
    return min(compared, key=lambda part: abs(part.bound.magnitude - number))
