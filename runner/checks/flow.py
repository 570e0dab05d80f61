"""Where a run can get to: steps that nothing leads to, and loops that nothing leads out of."""

import re
from collections.abc import Iterator, Mapping

from runner.checks.subject import Finding, Subject, place_name
from runner.interpreter.program import Program
from runner.model.conditions import Otherwise
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import Advice, Branch, Escalate, HandOver, Step
from runner.model.source import Span

_STEP = re.compile(r"\bsteps?\s+(\d\w*)", re.I)

Ways = Mapping[StepId, frozenset[StepId | None]]
"""For each place, where a run may go from there; None is out of the diagnosis."""


def unreachable_steps(subject: Subject) -> Iterator[Finding]:
    """RB204: a step that no branch leads to and that the step before never falls through to."""
    program = subject.program
    roots = {program.start, *_named_by_people(subject)}
    reached = _reachable(_ways(program), roots)
    for step in subject.runbook.steps:
        if step.id not in reached and program.step[step.id] is step:
            yield Finding(
                f"no way leads to {place_name(step)}",
                step.span,
                "name it as a target, or let a branch of the step before fall through",
            )


def endless_loops(subject: Subject) -> Iterator[Finding]:
    """RB205: a step from which every way leads back, for ever."""
    program = subject.program
    ways = _ways(program)
    trapped = _reachable(ways, {program.start}) - _with_exit(ways)
    for step_id in program.order:
        back = _way_back(program, step_id) if step_id in trapped else None
        if back:
            target, span = back
            yield Finding(
                f"every way from {place_name(program.step[step_id])} leads back to "
                f"{place_name(program.step[target])}: nothing ends this loop",
                span,
                "add a branch that goes on, stops or escalates",
            )


def dead_ends(subject: Subject) -> Iterator[Finding]:
    """RB209: the last place of the diagnosis, where whatever is found leads to nothing."""
    program = subject.program
    for step in subject.runbook.steps:
        is_last = program.step[step.id] is step and program.onward(step.id).step is None
        if is_last and step.branches and not any(_leads(program, step, b) for b in step.branches):
            yield Finding(
                f"the diagnosis ends with {place_name(step)}, and no branch of it leads anywhere",
                step.span,
                "let a branch name an action or another runbook, stop or escalate",
            )


def _leads(program: Program, step: Step, branch: Branch) -> bool:
    """Whether a branch names a place, an action or an outcome, be it there or not."""
    more_than_advice = any(not isinstance(found, Advice) for found in branch.consequences)
    return more_than_advice or bool(_moves(program, step, branch))


def _ways(program: Program) -> Ways:
    return {step: _ways_from(program, program.step[step]) for step in program.order}


def _ways_from(program: Program, step: Step) -> frozenset[StepId | None]:
    ways: set[StepId | None] = set()
    for branch in step.branches:
        ways |= _moves(program, step, branch)
    if not _always_moves(program, step):
        ways.add(program.onward(step.id).step)
    return frozenset(ways)


def _moves(program: Program, step: Step, branch: Branch) -> set[StepId | None]:
    """Where a branch may lead: by its moves, by what it asks of a person, or out by escalation."""
    ways: set[StepId | None] = set()
    for consequence in branch.consequences:
        if move := program.move(consequence, step.id):
            ways.add(move.step)
        if isinstance(consequence, Escalate | HandOver):
            ways.add(None)
        if isinstance(consequence, Advice):
            ways |= _steps_in(program, consequence.text)
    return ways


def _always_moves(program: Program, step: Step) -> bool:
    """Whether some branch always holds, and every one of them moves the run."""
    closed = any(isinstance(branch.condition, Otherwise) for branch in step.branches)
    return closed and all(
        any(program.move(consequence, step.id) for consequence in branch.consequences)
        for branch in step.branches
    )


def _named_by_people(subject: Subject) -> set[StepId]:
    """Steps that actions, checks and their fields speak of: a person may go there."""
    runbook = subject.runbook
    texts = [action.body for action in runbook.actions]
    texts += [check.body for check in runbook.verification]
    return {step for text in texts for step in _steps_in(subject.program, text)}


def _steps_in(program: Program, text: str) -> set[StepId]:
    named = (StepId(PlaceKind.STEP, match[1]) for match in _STEP.finditer(text))
    return {step for step in named if step in program.step}


def _reachable(ways: Ways, roots: set[StepId | None] | set[StepId]) -> set[StepId]:
    reached: set[StepId] = set()
    ahead = [root for root in roots if root is not None]
    while ahead:
        step = ahead.pop()
        if step not in reached:
            reached.add(step)
            ahead += [way for way in ways.get(step, ()) if way is not None]
    return reached


def _with_exit(ways: Ways) -> set[StepId]:
    """The places from which the run can leave the diagnosis."""
    leaving: set[StepId | None] = {None}
    count = 0
    while count != len(leaving):
        count = len(leaving)
        leaving |= {step for step, ahead in ways.items() if ahead & leaving}
    return {step for step in leaving if step is not None}


def _way_back(program: Program, step_id: StepId) -> tuple[StepId, Span] | None:
    at = program.order.index(step_id)
    for branch in program.step[step_id].branches:
        for consequence in branch.consequences:
            move = program.move(consequence, step_id)
            target = move.step if move else None
            if target is not None and program.order.index(target) <= at:
                return target, consequence.span
    return None
