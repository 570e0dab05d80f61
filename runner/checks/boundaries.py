"""Comparisons that leave out exactly one value, each with that value as a counter-example.

The branches and expectations of a step that compare one output cut the numbers into ranges. A
bound is a gap when the values right below it and right above it are covered and it is not.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from runner.checks.subject import Finding, Subject
from runner.conditions.binding import (
    Bound,
    BoundAll,
    BoundAny,
    BoundComparison,
    BoundNot,
    BoundOtherwise,
    bound_outputs,
)
from runner.conditions.showing import show_bound
from runner.conditions.vocabulary import OutputRef
from runner.model.conditions import Comparator, Verdict
from runner.model.runbook import Step
from runner.model.values import OutputType, Quantity


def boundary_gaps(subject: Subject) -> Iterator[Finding]:
    """RB111: the value of a bound matches no branch and no expectation."""
    for step in subject.program.step.values():
        branches = subject.program.branches[step.id]
        if any(isinstance(bound, BoundOtherwise) for bound in branches):
            continue
        for output in dict.fromkeys(part.output for part in _comparisons(branches)):
            yield from _gaps(subject, step, output)


def _gaps(subject: Subject, step: Step, output: OutputRef) -> Iterator[Finding]:
    branches = subject.program.branches[step.id]
    judged = tuple(
        bound
        for bound in branches + subject.program.expectations[step.id]
        if output in bound_outputs(bound)
    )
    compared = tuple(part for part in _comparisons(judged) if part.output == output)
    points = _points(compared, output.spec.type is OutputType.COUNT)
    covers = [_covers(judged, output, point) for point in points]
    for (at, point), is_covered in zip(enumerate(points), covers, strict=True):
        beside = 0 < at < len(points) - 1 and covers[at - 1] and covers[at + 1]
        if not beside or is_covered or _may_hold(judged, output, point):
            continue
        nearest = min(_comparisons(branches, output), key=lambda c: _distance(c, point))
        bound = nearest.bound
        value = show_bound(Quantity(point, bound.dimension, bound.written, bound.currency))
        yield Finding(
            f"{value} exactly matches no branch and no expectation of the step",
            nearest.span,
            f"say which side {value} belongs to (<= or >=), or add an Otherwise",
        )


def _points(compared: tuple[BoundComparison, ...], is_count: bool) -> tuple[Decimal, ...]:
    """The bounds, and a value on each side of each; whole numbers where the output counts."""
    bounds = sorted({part.bound.magnitude for part in compared})
    if is_count:
        around = {bound.to_integral_value() + step for bound in bounds for step in range(-2, 3)}
        return tuple(sorted(around))
    between = [(low + high) / 2 for low, high in pairwise(bounds)]
    return tuple(sorted({bounds[0] - 1, *bounds, *between, bounds[-1] + 1}))


def _covers(judged: tuple[Bound, ...], output: OutputRef, point: Decimal) -> bool:
    return any(_at(bound, output, point) is Verdict.HOLDS for bound in judged)


def _may_hold(judged: tuple[Bound, ...], output: OutputRef, point: Decimal) -> bool:
    return any(_at(bound, output, point) is Verdict.UNKNOWN for bound in judged)


def _distance(comparison: BoundComparison, point: Decimal) -> Decimal:
    return abs(comparison.bound.magnitude - point)


def _comparisons(
    bounds: tuple[Bound, ...], output: OutputRef | None = None
) -> Iterator[BoundComparison]:
    for bound in bounds:
        match bound:
            case BoundComparison() if output in (None, bound.output):
                yield bound
            case BoundAll(parts=parts) | BoundAny(parts=parts):
                yield from _comparisons(parts, output)
            case BoundNot(part=part):
                yield from _comparisons((part,), output)
            case _:
                pass


def _at(bound: Bound, output: OutputRef, point: Decimal) -> Verdict:
    """The verdict where the output has this value and everything else is open."""
    match bound:
        case BoundComparison() if bound.output == output:
            holds = _compares(point, bound.comparator, bound.bound.magnitude)
            return Verdict.HOLDS if holds else Verdict.FAILS
        case BoundAll(parts=parts):
            return _all({_at(part, output, point) for part in parts})
        case BoundAny(parts=parts):
            return _negated(_all({_negated(_at(part, output, point)) for part in parts}))
        case BoundNot(part=part):
            return _negated(_at(part, output, point))
        case _:
            return Verdict.UNKNOWN


def _all(verdicts: set[Verdict]) -> Verdict:
    if Verdict.FAILS in verdicts:
        return Verdict.FAILS
    return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.HOLDS


def _negated(verdict: Verdict) -> Verdict:
    match verdict:
        case Verdict.HOLDS:
            return Verdict.FAILS
        case Verdict.FAILS:
            return Verdict.HOLDS
        case Verdict.UNKNOWN:
            return Verdict.UNKNOWN


def _compares(value: Decimal, comparator: Comparator, bound: Decimal) -> bool:
    match comparator:
        case Comparator.LESS:
            return value < bound
        case Comparator.AT_MOST:
            return value <= bound
        case Comparator.MORE:
            return value > bound
        case Comparator.AT_LEAST:
            return value >= bound
        case Comparator.EQUAL:
            return value == bound
        case Comparator.NOT_EQUAL:
            return value != bound
