"""How a run may end: the outcomes that a runbook allows, and what each would take."""

from collections.abc import Iterator

from runner.errors import ExitCode
from runner.interpreter.foresight import why_a_persons
from runner.interpreter.outcome import EXIT_CODES
from runner.interpreter.program import Program
from runner.interpreter.ways import walk, ways
from runner.model.frozen import frozen
from runner.model.runbook import Branch, Escalate, HandOver, SeeAction, StandingKind
from runner.model.runs import MoveKind, Outcome


@frozen
class Prospect:
    """An outcome that is possible, its exit code, and what leads to it."""

    outcome: Outcome
    exit_code: ExitCode
    because: tuple[str, ...]


def prospects(program: Program, given: frozenset[str]) -> tuple[Prospect, ...]:
    """The outcomes that a run may have, strongest first. Aborted, which is anybody's, is left out.

    Healthy takes a KEY that runs, so a runbook without one never gets there.
    """
    because = {
        Outcome.ESCALATE: tuple(_escalations(program)),
        Outcome.ACTIONS_RECOMMENDED: tuple(_actions(program)),
        Outcome.HANDED_OVER: tuple(_hand_overs(program)),
        Outcome.FAILED: ("a KEY fails, and its answer mattered",) if _runs_keys(program) else (),
        Outcome.INCONCLUSIVE: ("something that matters stays open, or an expectation is broken",),
        Outcome.RESOLVED: tuple(_resolved(program)),
        Outcome.HEALTHY: _healthy(program, given),
    }
    return tuple(
        Prospect(outcome, EXIT_CODES[outcome], tuple(dict.fromkeys(why)))
        for outcome, why in because.items()
        if why
    )


def _branches(program: Program) -> Iterator[tuple[str, Branch]]:
    for step in walk(program):
        for branch in program.step[step].branches:
            yield f"{step}: if {branch.text}", branch


def _escalations(program: Program) -> Iterator[str]:
    for standing in program.runbook.standing:
        if standing.kind is StandingKind.ESCALATE:
            yield f"at any time: if {standing.text}"
    for words, branch in _branches(program):
        if any(isinstance(c, Escalate) for c in branch.consequences):
            yield words


def _actions(program: Program) -> Iterator[str]:
    for words, branch in _branches(program):
        for consequence in branch.consequences:
            if isinstance(consequence, SeeAction):
                yield f"{words} (Action {consequence.action})"
            elif (move := program.move(consequence, walk(program)[0])) and (
                move.kind is MoveKind.TO_ACTIONS
            ):
                yield f"{words} (Action Steps)"


def _hand_overs(program: Program) -> Iterator[str]:
    for words, branch in _branches(program):
        for consequence in branch.consequences:
            if isinstance(consequence, HandOver):
                yield f"{words} ({consequence.runbook})"


def _resolved(program: Program) -> Iterator[str]:
    for way in ways(program):
        if way.move.kind is MoveKind.STOP:
            condition = program.step[way.step].branches[way.branch - 1].text
            yield f"{way.step}: if {condition}, and a person confirms it"
    if program.runbook.actions:
        yield "a person does and verifies every action that is called for"


def _healthy(program: Program, given: frozenset[str]) -> tuple[str, ...]:
    by_key = [step for step in walk(program) if why_a_persons(program, step, given) is None]
    if not by_key:
        return ()
    return ("the KEYs run, every expectation holds, and no branch that matters does",)


def _runs_keys(program: Program) -> bool:
    return any(program.calls(step) for step in walk(program))
