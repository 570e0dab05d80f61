"""What a step does not say: the case that its author did not think of at three in the morning."""

from collections.abc import Iterator

from runner.checks.subject import Finding, Subject
from runner.checks.worlds import verdict, worlds
from runner.conditions.binding import (
    Bound,
    BoundNot,
    BoundOtherwise,
    BoundPresence,
    BoundState,
    bound_outputs,
    person_parts,
)
from runner.interpreter.program import Program
from runner.model.conditions import Verdict
from runner.model.identity import PlaceKind
from runner.model.runbook import Branch, Step, Stop


def unwritten_negatives(subject: Subject) -> Iterator[Finding]:
    """RB117: "Errors Found" moves the run, and nothing says what follows without; once a step."""
    program = subject.program
    for step in program.step.values():
        if step.id.kind is PlaceKind.STEP and (branch := _one_sided(program, step)):
            yield Finding(
                f'nothing says what follows without "{branch.text}"',
                branch.span,
                "add `**Otherwise**: …`, or the opposite condition",
            )


def _one_sided(program: Program, step: Step) -> Branch | None:
    """The first branch that moves the run by a yes, where no condition speaks of the no."""
    bounds = program.branches[step.id]
    if any(isinstance(bound, BoundOtherwise) or person_parts(bound) for bound in bounds):
        return None
    judged = bounds + program.expectations[step.id]
    for branch, bound in zip(step.branches, bounds, strict=True):
        is_asked = _asks_yes_or_no(bound) and _jumps(program, step, branch)
        if is_asked and _is_silent_without(bound, judged):
            return branch
    return None


def _asks_yes_or_no(bound: Bound) -> bool:
    inner = bound.part if isinstance(bound, BoundNot) else bound
    return isinstance(inner, BoundPresence | BoundState)


def _jumps(program: Program, step: Step, branch: Branch) -> bool:
    """Whether a branch leads somewhere else in the runbook; a Stop says that nothing is left."""
    found = (c for c in branch.consequences if not isinstance(c, Stop))
    return any(program.move(consequence, step.id) for consequence in found)


def _is_silent_without(bound: Bound, judged: tuple[Bound, ...]) -> bool:
    """Whether for some value every condition on this output fails."""
    output = bound_outputs(bound)[0]
    speaking = tuple(other for other in judged if output in bound_outputs(other))
    possible = ({output: world[output]} for world in worlds(speaking))
    return any({verdict(b, world) for b in speaking} == {Verdict.FAILS} for world in possible)
