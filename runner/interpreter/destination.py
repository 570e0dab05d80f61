"""Where a step leads, given the verdicts of its branches."""

from itertools import product

from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.model.conditions import Verdict
from runner.model.events import BranchDecided
from runner.model.frozen import frozen
from runner.model.runbook import Branch, SeeAction
from runner.model.runs import Move, MoveKind

_MOST_UNKNOWN = 6


@frozen
class Conflict:
    """Jumps to different places: a person chooses."""

    moves: tuple[tuple[Branch, Move], ...]


@frozen
class ClosedGate:
    """Nothing that holds leads on, and going on was meant to be conditional."""


@frozen
class Onward:
    """A move that is decided, and why."""

    move: Move
    why: str


Destination = Onward | Conflict | ClosedGate


def destination(program: Program, visit: Visit, holding: tuple[Branch, ...]) -> Destination:
    """Where the branches that hold lead: by rules 2 and 4 of the language, section 7."""
    step, _ = visit
    jumps: dict[Move, Branch] = {}
    for branch in holding:
        for consequence in branch.consequences:
            move = program.move(consequence, step)
            if move is not None:
                jumps.setdefault(_same(move), branch)
    if len(jumps) == 1:
        move, branch = next(iter(jumps.items()))
        return Onward(move, f"If {branch.text}")
    if jumps:
        return Conflict(tuple((branch, move) for move, branch in jumps.items()))
    if not program.is_gate(step):
        return Onward(program.onward(step), "no branch leads elsewhere")
    if any(isinstance(c, SeeAction) for branch in holding for c in branch.consequences):
        why = "the gate stayed closed, and an action was named"
        return Onward(Move(MoveKind.TO_ACTIONS), why)
    return ClosedGate()


def holding_branches(program: Program, state: RunState, visit: Visit) -> tuple[Branch, ...]:
    """The branches of a visit that hold."""
    return _with_verdict(program, state.decided(visit), Verdict.HOLDS)


def unknown_that_matter(program: Program, state: RunState, visit: Visit) -> tuple[Branch, ...]:
    """The unknown branches of a visit, if their answers could change where the run goes."""
    decided = state.decided(visit)
    holding = _with_verdict(program, decided, Verdict.HOLDS)
    unknown = _with_verdict(program, decided, Verdict.UNKNOWN)
    if not unknown:
        return ()
    settled = destination(program, visit, holding)
    for answers in _answers(len(unknown)):
        assumed = tuple(b for b, yes in zip(unknown, answers, strict=True) if yes)
        if not _same_place(settled, destination(program, visit, (*holding, *assumed))):
            return unknown
    return ()


def _answers(count: int) -> list[tuple[bool, ...]]:
    if count <= _MOST_UNKNOWN:
        return list(product((False, True), repeat=count))
    return [tuple(i == yes for i in range(count)) for yes in range(count)] + [(True,) * count]


def _same_place(one: Destination, other: Destination) -> bool:
    if isinstance(one, Onward) and isinstance(other, Onward):
        return one.move == other.move
    return one == other


def _same(move: Move) -> Move:
    return Move(MoveKind.TO_STEP, move.step) if move.step else move


def _with_verdict(
    program: Program, decided: tuple[BranchDecided, ...], verdict: Verdict
) -> tuple[Branch, ...]:
    if not decided:
        return ()
    branches = program.step[decided[0].step].branches
    return tuple(branches[d.ordinal - 1] for d in decided if d.reason.verdict is verdict)
