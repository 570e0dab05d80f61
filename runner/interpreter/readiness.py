"""Whether the precondition of an action is met, as far as the branches that hold tell."""

import re
from enum import IntEnum
from itertools import chain

from runner.conditions.names import plain_phrase
from runner.interpreter.destination import holding_branches
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.numbering import NUMBER, plain_number
from runner.model.runbook import Action, Branch

_STEP = re.compile(rf"\bstep\s+({NUMBER})", re.I)
_ACTION = re.compile(rf"\baction\s+({NUMBER})", re.I)
_NOT = r"(?<!\bno )(?<!\bnot )(?<!\bwithout )"


class Ready(IntEnum):
    """How far a precondition is met; the order in which actions are offered."""

    MET = 0
    NOT_KNOWN = 1
    WAITS = 2
    """It speaks of an action that is not confirmed yet."""


@frozen
class Readiness:
    """Whether an action's turn has come, and what says so."""

    ready: Ready
    because: str = ""


def readiness(program: Program, state: RunState, action: Action) -> Readiness:
    """What the run says about the precondition of an action. Only a person can say it is met."""
    written = action.field_text("precondition")
    phrase = plain_phrase(written)
    waits = [n for n in map(plain_number, _ACTION.findall(written)) if not _confirmed(state, n)]
    if waits:
        return Readiness(Ready.WAITS, f"Action {waits[0]} is not confirmed")
    held = [(v, b) for v in walked(state) for b in holding_branches(program, state, v)]
    named = (
        (visit, branch)
        for visit, branch in held
        if any(_mentions(phrase, name) for name in _names(program, state, visit, branch))
    )
    steps = frozenset(map(plain_number, _STEP.findall(written)))
    of_step = ((visit, branch) for visit, branch in held if visit[0].number in steps)
    for visit, branch in chain(named, of_step):
        return Readiness(Ready.MET, f"{visit[0]}: If {branch.text}")
    return Readiness(Ready.NOT_KNOWN)


def walked(state: RunState) -> tuple[Visit, ...]:
    """The visits of the run, in order."""
    return tuple(dict.fromkeys((step, visit) for step, visit, _ in state.branches))


def _mentions(phrase: str, name: str) -> bool:
    return bool(name) and re.search(rf"{_NOT}\b{re.escape(name)}\b", phrase) is not None


def _names(program: Program, state: RunState, visit: Visit, branch: Branch) -> tuple[str, ...]:
    """The condition, and the names of the output that decided it."""
    reason = state.branches[*visit, branch.ordinal].reason
    contract = program.by_key.get(KeyName(reason.key))
    spec = contract.output(reason.output) if contract else None
    names = (branch.text, *(spec.names if spec else ()))
    return tuple(plain_phrase(name) for name in names)


def _confirmed(state: RunState, number: str) -> bool:
    answer = state.answers.get(f"action {number}")
    return answer is not None and "y" in answer.chosen
