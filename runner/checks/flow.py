"""Where a run can get to: steps that nothing leads to, and loops that nothing leads out of."""

import re
from collections.abc import Iterator

from runner.checks.subject import Finding, Subject, place_name
from runner.interpreter.program import Program
from runner.interpreter.ways import Graph, Way, WayKind, graph, reached_from, with_exit
from runner.model.identity import PlaceKind, StepId
from runner.model.numbering import NUMBER, plain_number
from runner.model.runbook import Advice, Escalate, HandOver, Step
from runner.model.runs import Move, MoveKind
from runner.model.source import Span

_STEP = re.compile(rf"\bsteps?\s+({NUMBER})", re.I)


def unreachable_steps(subject: Subject) -> Iterator[Finding]:
    """RB204: a step that no branch leads to and that the step before never falls through to."""
    program = subject.program
    roots = {*_named_by_people(subject), *([program.start] if program.start else [])}
    reached = reached_from(_graph(program), roots)
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
    ways = _graph(program)
    start = [program.start] if program.start else []
    trapped = reached_from(ways, start) - with_exit(ways)
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
        if is_last and step.branches and not _lead_anywhere(program, step):
            yield Finding(
                f"the diagnosis ends with {place_name(step)}, and no branch of it leads anywhere",
                step.span,
                "let a branch name an action or another runbook, stop or escalate",
            )


def _graph(program: Program) -> Graph:
    """The ways of a run, and those on which its text sends a person."""
    written = graph(program)
    return {step: (*written[step], *_by_people(program, program.step[step])) for step in written}


def _by_people(program: Program, step: Step) -> Iterator[Way]:
    for branch in step.branches:
        for consequence in branch.consequences:
            if isinstance(consequence, Escalate | HandOver):
                yield Way(step.id, Move(MoveKind.END), WayKind.BRANCH, branch.ordinal)
            if isinstance(consequence, Advice):
                for named in _steps_in(program, consequence.text):
                    yield Way(
                        step.id, Move(MoveKind.TO_STEP, named), WayKind.BRANCH, branch.ordinal
                    )


def _lead_anywhere(program: Program, step: Step) -> bool:
    """Whether a branch names a place, an action or an outcome, be it there or not."""
    consequences = [found for branch in step.branches for found in branch.consequences]
    more_than_advice = any(not isinstance(found, Advice) for found in consequences)
    return more_than_advice or any(_by_people(program, step))


def _named_by_people(subject: Subject) -> set[StepId]:
    """Steps that actions, checks and their fields speak of: a person may go there."""
    runbook = subject.runbook
    texts = [action.body for action in runbook.actions]
    texts += [check.body for check in runbook.verification]
    return {step for text in texts for step in _steps_in(subject.program, text)}


def _steps_in(program: Program, text: str) -> set[StepId]:
    named = (StepId(PlaceKind.STEP, plain_number(match[1])) for match in _STEP.finditer(text))
    return {step for step in named if step in program.step}


def _way_back(program: Program, step_id: StepId) -> tuple[StepId, Span] | None:
    at = program.order.index(step_id)
    for branch in program.step[step_id].branches:
        for consequence in branch.consequences:
            move = program.move(consequence, step_id)
            target = move.step if move else None
            if target is not None and program.order.index(target) <= at:
                return target, consequence.span
    return None
