"""What can follow what: every way on which a run may leave a place, before any run."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from runner.interpreter.program import Program
from runner.model.conditions import Otherwise
from runner.model.frozen import frozen
from runner.model.identity import StepId
from runner.model.runbook import Branch, SeeAction
from runner.model.runs import Move, MoveKind


class WayKind(Enum):
    """What makes a run take a way."""

    BRANCH = "a branch holds"
    FALLS_THROUGH = "no branch leads elsewhere"
    GATE = "nothing that holds leads on, and a person decides"
    PASSED_OVER = "not done or undecided"
    LOOP = "entered too often"


@frozen
class Way:
    """A way from one place. `branch` is the ordinal of the branch that leads there, or 0."""

    step: StepId
    move: Move
    kind: WayKind
    branch: int = 0


Graph = Mapping[StepId, tuple[Way, ...]]
"""The ways from each place."""


def ways(program: Program) -> tuple[Way, ...]:
    """Every way of the walk from the first place to the last, in document order.

    A run takes no other: each DestinationChosen is one of these moves.
    """
    leading = {step: ways_from(program, step) for step in program.order}
    found: list[Way] = []
    for step in walk(program):
        found += leading[step]
        if _comes_back(leading, step):
            found.append(Way(step, Move(MoveKind.GAVE_UP), WayKind.LOOP))
    return tuple(found)


def walk(program: Program) -> tuple[StepId, ...]:
    """The places between the first and the last of the program, in document order."""
    order = program.order
    start = order.index(program.start) if program.start else 0
    end = order.index(program.last) + 1 if program.last else len(order)
    return order[start:end]


def ways_from(program: Program, step: StepId) -> tuple[Way, ...]:
    """The ways from one place; several of them may be the same move for different reasons."""
    found = [*_by_branches(program, step), *_without_a_branch(program, step)]
    passed_over = Way(step, program.onward(step), WayKind.PASSED_OVER)
    if target_of(passed_over.move) not in {target_of(way.move) for way in found}:
        found.append(passed_over)
    return tuple(found)


def target_of(move: Move) -> Move:
    """The move by its target alone: the next step is a step like any other."""
    return Move(MoveKind.TO_STEP, move.step) if move.step else move


def unreachable(program: Program) -> tuple[StepId, ...]:
    """Places of the walk to which no way leads from its beginning, passing over left aside."""
    reached = reached_from(graph(program), [program.start] if program.start else [])
    return tuple(step for step in walk(program) if step not in reached)


def graph(program: Program) -> Graph:
    """The ways from every place, passing over left aside: what the author wrote."""
    return {
        step: tuple(w for w in ways_from(program, step) if w.kind is not WayKind.PASSED_OVER)
        for step in program.order
    }


def reached_from(leading: Graph, begin: Iterable[StepId]) -> set[StepId]:
    """The places to which ways lead from `begin`, those included."""
    ahead, reached = list(begin), set[StepId]()
    while ahead:
        place = ahead.pop()
        if place not in reached:
            reached.add(place)
            ahead += [way.move.step for way in leading.get(place, ()) if way.move.step]
    return reached


def with_exit(leading: Graph) -> set[StepId]:
    """The places from which some ways lead out of the diagnosis."""
    leaving: set[StepId] = set()
    count = -1
    while count != len(leaving):
        count = len(leaving)
        leaving |= {place for place, found in leading.items() if _lead_out(found, leaving)}
    return leaving


def jumps(program: Program, step: StepId) -> tuple[Move, ...]:
    """The different targets to which branches of a place pull."""
    return tuple(dict.fromkeys(target_of(way.move) for way in _by_branches(program, step)))


def _by_branches(program: Program, step: StepId) -> Iterator[Way]:
    for branch in program.step[step].branches:
        for move in dict.fromkeys(_moves(program, step, branch)):
            yield Way(step, move, WayKind.BRANCH, branch.ordinal)


def _moves(program: Program, step: StepId, branch: Branch) -> Iterator[Move]:
    for consequence in branch.consequences:
        if move := program.move(consequence, step):
            yield move


def _without_a_branch(program: Program, step: StepId) -> Iterator[Way]:
    """What is left where no branch that holds moves the run."""
    branches = program.step[step].branches
    moves = all(any(_moves(program, step, branch)) for branch in branches)
    if moves and any(isinstance(branch.condition, Otherwise) for branch in branches):
        return
    if not program.is_gate(step):
        yield Way(step, program.onward(step), WayKind.FALLS_THROUGH)
        return
    yield Way(step, program.onward(step), WayKind.GATE)
    yield Way(step, Move(MoveKind.END), WayKind.GATE)
    for branch in branches:
        if any(isinstance(c, SeeAction) for c in branch.consequences):
            yield Way(step, Move(MoveKind.TO_ACTIONS), WayKind.BRANCH, branch.ordinal)


def _lead_out(found: tuple[Way, ...], leaving: set[StepId]) -> bool:
    return any(way.move.step is None or way.move.step in leaving for way in found)


def _comes_back(leading: Graph, step: StepId) -> bool:
    ahead = (way.move.step for way in leading[step] if way.move.step)
    return step in reached_from(leading, ahead)
