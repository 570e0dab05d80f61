"""The branches of one step beside each other: doubled ones, and what stands behind Otherwise."""

from collections.abc import Hashable, Iterator

from runner.checks.subject import Finding, Subject
from runner.conditions.binding import (
    Bound,
    BoundAll,
    BoundAny,
    BoundComparison,
    BoundNot,
    BoundOtherwise,
    BoundPresence,
    BoundRelative,
    BoundState,
    ForPerson,
)
from runner.model.identity import StepId
from runner.model.runbook import Branch


def duplicate_conditions(subject: Subject) -> Iterator[Finding]:
    """RB109: the same condition twice in a step, whatever its spelling."""
    first: dict[tuple[StepId, Hashable], Branch] = {}
    for step, branch, bound in subject.branches():
        meaning = (step.id, _meaning(subject, bound))
        if meaning in first and not isinstance(bound, BoundOtherwise):
            before = first[meaning]
            line = subject.runbook.source.position(before.span.start).line
            yield Finding(
                f'this is the condition of line {line}, "{before.text}", once more',
                branch.span,
                "put both consequences under one condition, or mend the one that is wrong",
            )
        first.setdefault(meaning, branch)


def otherwise_not_last(subject: Subject) -> Iterator[Finding]:
    """RB110: branches behind Otherwise, which speaks only of those before it."""
    for step in subject.program.step.values():
        bounds = subject.program.branches[step.id]
        for branch, bound in zip(step.branches, bounds, strict=True):
            behind = step.branches[branch.ordinal :]
            beside = [b for b in behind if b.span.start != branch.span.start]
            if isinstance(bound, BoundOtherwise) and beside:
                yield Finding(
                    f'"{branch.text}" is not the last branch: those behind it do not count',
                    branch.span,
                    "move it behind the last condition of the step",
                )


def _meaning(subject: Subject, bound: Bound) -> Hashable:
    """A bound condition without its place and spelling; words for a person as they stand."""
    match bound:
        case BoundComparison():
            quantity = bound.bound
            amount = (quantity.magnitude, quantity.dimension, quantity.currency)
            return ("compares", bound.output, bound.comparator, amount)
        case BoundRelative():
            return ("compares", bound.output, bound.comparator, bound.factor, bound.other)
        case BoundPresence():
            return ("is there", bound.output)
        case BoundState():
            return ("state", bound.output, bound.state)
        case ForPerson():
            return ("person", subject.text(bound.span).casefold())
        case BoundAll():
            return ("all", frozenset(_meaning(subject, part) for part in bound.parts))
        case BoundAny():
            return ("any", frozenset(_meaning(subject, part) for part in bound.parts))
        case BoundNot():
            return ("not", _meaning(subject, bound.part))
        case BoundOtherwise():
            return "otherwise"
