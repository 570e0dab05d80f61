"""Branches of one step beside each other: which can hold together, and which never matter.

Every branch that holds counts, so two that lead to different places are a question for a person.
"""

from collections.abc import Hashable, Iterator
from itertools import combinations

from runner.checks.subject import Finding, Subject, in_a_row
from runner.checks.worlds import MOST_BRANCHES, World, comparisons, shown, verdict, worlds
from runner.conditions.binding import Bound, BoundOtherwise, bound_outputs, person_parts
from runner.interpreter.program import Program
from runner.model.conditions import Verdict
from runner.model.frozen import frozen
from runner.model.runbook import Advice, Branch, Consequence, HandOver, SeeAction, Step


@frozen
class _Meeting:
    """Two branches with different jumps, and a world in which both hold."""

    first: Branch
    second: Branch
    bounds: tuple[Bound, Bound]
    world: World

    def shown(self) -> str:
        """What the KEY would have found."""
        found = (
            f"{ref.spec.label} {shown(value, ref, self.bounds)}"
            for ref, value in self.world.items()
        )
        return in_a_row(tuple(found))


def overlapping_branches(subject: Subject) -> Iterator[Finding]:
    """RB114: one value of one output for which two branches jump to different places."""
    for meeting in _meetings(subject, of_one_output=True):
        yield _elsewhere(meeting, "bound both, so that every value belongs to one of them")


def jumps_that_meet(subject: Subject) -> Iterator[Finding]:
    """RB118: two branches on different outputs that can hold together and part ways."""
    for meeting in _meetings(subject, of_one_output=False):
        yield _elsewhere(meeting, "say which comes first: `If … and not …`")


def _elsewhere(meeting: _Meeting, hint: str) -> Finding:
    first = meeting.first.text
    return Finding(
        f'with {meeting.shown()}, "{first}" holds too, and leads elsewhere: a person will choose',
        meeting.second.span,
        hint,
    )


def constant_conditions(subject: Subject) -> Iterator[Finding]:
    """RB116: a condition that no value can meet, or that every value meets."""
    for judged in subject.judged:
        possible = {verdict(judged.bound, world) for world in worlds((judged.bound,))}
        if possible in ({Verdict.FAILS}, {Verdict.HOLDS}) and _is_cut(judged.bound):
            never = possible == {Verdict.FAILS}
            yield Finding(
                "no value can meet this condition" if never else "every value meets this condition",
                judged.condition.span,
                "mend a bound, or the `and` or `or` between the parts",
            )


def shadowed_branches(subject: Subject) -> Iterator[Finding]:
    """RB115: an Otherwise that nothing is left for, and a branch that adds nothing to another."""
    for step in _walked(subject.program):
        branches = tuple(zip(step.branches, subject.program.branches[step.id], strict=True))
        if len(branches) > MOST_BRANCHES:
            continue
        yield from _idle_otherwise(branches)
        for (wide, wide_bound), (narrow, bound) in _ordered_pairs(branches):
            if _adds_nothing(subject.program, step, wide, narrow) and _implies(bound, wide_bound):
                yield Finding(
                    f'whenever this holds, "{wide.text}" holds too, and says the same',
                    narrow.span,
                    "delete it, or mend the bound or the target that was meant to differ",
                )


def _walked(program: Program) -> Iterator[Step]:
    """The places that a run moves between; from a verification check it moves nowhere."""
    return (program.step[place] for place in program.order)


def _meetings(subject: Subject, of_one_output: bool) -> Iterator[_Meeting]:
    for step in _walked(subject.program):
        bounds = subject.program.branches[step.id]
        jumping = [
            (branch, bound, jumps)
            for branch, bound in zip(step.branches, bounds, strict=True)
            if (jumps := _jumps(subject.program, step, branch)) and not person_parts(bound)
        ]
        if len(jumping) > MOST_BRANCHES:
            continue
        for (first, one, here), (second, other, there) in combinations(jumping, 2):
            outputs = {*bound_outputs(one), *bound_outputs(other)}
            if here == there or (len(outputs) == 1) is not of_one_output:
                continue
            if world := _together((one, other)):
                yield _Meeting(first, second, (one, other), world)


def _together(both: tuple[Bound, Bound]) -> World | None:
    for world in worlds(both):
        if {verdict(bound, world) for bound in both} == {Verdict.HOLDS}:
            return world
    return None


def _jumps(program: Program, step: Step, branch: Branch) -> frozenset[Hashable]:
    """Where a branch leads; two ways to the same step are one."""
    moves = (program.move(consequence, step.id) for consequence in branch.consequences)
    return frozenset(move.step or move.kind for move in moves if move)


def _is_cut(bound: Bound) -> bool:
    """Whether the condition has parts, or compares with what a value cannot be."""
    return any(True for _ in comparisons((bound,))) or len(bound_outputs(bound)) > 1


def _idle_otherwise(branches: tuple[tuple[Branch, Bound], ...]) -> Iterator[Finding]:
    before: tuple[Bound, ...] = ()
    for branch, bound in branches:
        if isinstance(bound, BoundOtherwise) and _covers_all(before):
            yield Finding(
                "nothing is left for Otherwise: one of the branches before it always holds",
                branch.span,
                "delete it, or mend the bound that was meant to leave something",
            )
        before = (*before, bound)


def _covers_all(bounds: tuple[Bound, ...]) -> bool:
    possible = worlds(bounds)
    return bool(possible) and all(
        any(verdict(bound, world) is Verdict.HOLDS for bound in bounds) for world in possible
    )


def _ordered_pairs(
    branches: tuple[tuple[Branch, Bound], ...],
) -> Iterator[tuple[tuple[Branch, Bound], tuple[Branch, Bound]]]:
    for one, other in combinations(branches, 2):
        yield one, other
        yield other, one


def _implies(narrow: Bound, wide: Bound) -> bool:
    """Whether `wide` holds wherever `narrow` may, and elsewhere too."""
    possible = worlds((narrow, wide))
    here = [world for world in possible if verdict(narrow, world) is not Verdict.FAILS]
    always = all(verdict(wide, world) is Verdict.HOLDS for world in here)
    return bool(here) and always and len(here) < len(_holding(wide, possible))


def _holding(bound: Bound, possible: tuple[World, ...]) -> tuple[World, ...]:
    return tuple(world for world in possible if verdict(bound, world) is Verdict.HOLDS)


def _adds_nothing(program: Program, step: Step, wide: Branch, narrow: Branch) -> bool:
    said = {_essence(program, step, consequence) for consequence in narrow.consequences}
    there = {_essence(program, step, consequence) for consequence in wide.consequences}
    return bool(said) and said <= there


def _essence(program: Program, step: Step, consequence: Consequence) -> Hashable:
    """A consequence without its spelling."""
    if move := program.move(consequence, step.id):
        return move.step or move.kind
    match consequence:
        case SeeAction(action=number):
            return ("action", number)
        case HandOver(runbook=name):
            return ("runbook", name.casefold())
        case Advice(text=text):
            return ("advice", " ".join(text.casefold().split()))
        case _:
            return type(consequence).__name__
