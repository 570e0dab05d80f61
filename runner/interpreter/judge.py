"""Verdicts of a step: its expectations, its branches, and the conditions that stand all along."""

from collections.abc import Iterator

from runner.conditions.binding import BoundOtherwise
from runner.conditions.evaluation import evaluate
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.interpreter.windows import outputs_of_run, outputs_of_visit
from runner.model.conditions import Ground, Reason, Verdict
from runner.model.events import (
    BranchDecided,
    Event,
    ExpectationJudged,
    StandingConditionHeld,
)
from runner.model.runbook import Branch


def judgement(program: Program, state: RunState, visit: Visit) -> tuple[Event, ...]:
    """The verdicts of a visit that are not recorded yet."""
    found: list[Event] = []
    found += _expectations(program, state, visit)
    if not state.decided(visit):
        found += _branches(program, state, visit)
    found += _standing(program, state, visit)
    return tuple(found)


def with_answers(
    program: Program, state: RunState, visit: Visit, chosen: frozenset[int], said: str
) -> tuple[BranchDecided, ...]:
    """The branches of a visit as a person's answer leaves them.

    Those in `chosen` hold; others that were unknown do not; what the outputs decided stays.
    """
    step, _ = visit
    verdicts: list[Verdict] = []
    changed: list[BranchDecided] = []
    bound = program.branches[step]
    for branch, known in zip(program.step[step].branches, state.decided(visit), strict=True):
        reason = known.reason
        if isinstance(bound[branch.ordinal - 1], BoundOtherwise) and branch.ordinal not in chosen:
            reason = evaluate(
                BoundOtherwise(), outputs_of_visit(program, state, visit), tuple(verdicts)
            )
        elif _is_answered(reason):
            pass
        elif branch.ordinal in chosen:
            reason = Reason(Verdict.HOLDS, said, Ground.PERSON, parts=(known.reason,))
        elif reason.verdict is Verdict.UNKNOWN:
            reason = Reason(Verdict.FAILS, said, Ground.PERSON, parts=(known.reason,))
        verdicts.append(reason.verdict)
        if reason != known.reason:
            changed.append(_decided(program, visit, branch, reason))
    return tuple(changed)


def _is_answered(reason: Reason) -> bool:
    return reason.ground is Ground.PERSON and reason.verdict is not Verdict.UNKNOWN


def _expectations(program: Program, state: RunState, visit: Visit) -> Iterator[ExpectationJudged]:
    step, number = visit
    read = outputs_of_visit(program, state, visit)
    for at, expectation in enumerate(program.step[step].expectations, 1):
        if (step, number, at) not in state.expectations:
            reason = evaluate(program.expectations[step][at - 1], read)
            yield ExpectationJudged(step, number, at, expectation.text, reason)


def _branches(program: Program, state: RunState, visit: Visit) -> Iterator[BranchDecided]:
    step, _ = visit
    read = outputs_of_visit(program, state, visit)
    verdicts: list[Verdict] = []
    for branch, bound in zip(program.step[step].branches, program.branches[step], strict=True):
        reason = evaluate(bound, read, tuple(verdicts))
        verdicts.append(reason.verdict)
        yield _decided(program, visit, branch, reason)


def _decided(program: Program, visit: Visit, branch: Branch, reason: Reason) -> BranchDecided:
    line = program.runbook.source.position(branch.span.start).line
    leads_to = tuple(consequence.text for consequence in branch.consequences)
    return BranchDecided(*visit, branch.ordinal, branch.text, reason, leads_to, line)


def _standing(program: Program, state: RunState, visit: Visit) -> Iterator[StandingConditionHeld]:
    held = {condition.ordinal for condition in state.standing}
    read = outputs_of_run(program, state)
    for condition, bound in zip(program.runbook.standing, program.standing, strict=True):
        if condition.ordinal in held:
            continue
        reason = evaluate(bound, read)
        if reason.verdict is Verdict.HOLDS:
            yield StandingConditionHeld(
                condition.kind, condition.ordinal, condition.text, reason, visit[0]
            )
