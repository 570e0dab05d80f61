"""What can be said of a run before it begins: its questions, its KEYs, its possible outcomes."""

from collections.abc import Iterator
from enum import Enum

from runner.conditions.binding import person_parts
from runner.interpreter import action_questions, questions
from runner.interpreter.calls import made_by, may_run_ahead
from runner.interpreter.destination import Conflict
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.interpreter.ways import jumps, walk
from runner.model.events import DestinationChosen, Event, InputStaged, StepEntered
from runner.model.frozen import frozen
from runner.model.identity import StepId
from runner.model.results import StagedInput
from runner.model.runbook import Branch, KeyInvocation, SeeAction, Step
from runner.model.runs import Move, MoveKind, OpenQuestion


class AskedWhen(Enum):
    """When a question is put to a person."""

    REACHED = "when the step is reached"
    OPEN = "if the outputs leave it open"
    CONFLICT = "if branches lead to different places"
    GATE = "if nothing that holds leads on"
    STOP = "if it says STOP"
    FAILED = "if the KEY fails"
    CALLED_FOR = "if the action is called for"
    UNNUMBERED = "if the run goes to the action steps and no action is named"
    DONE = "after an action was done"


@frozen
class Foreseen:
    """A question that a run may ask. `place` is a step, an action or empty, as in `--answer`."""

    place: str
    when: AskedWhen
    question: OpenQuestion


class Source(Enum):
    """Where an input of a KEY call comes from."""

    GIVEN = "given"
    MADE = "made by an earlier step"
    MISSING = "missing"
    LEFT_OUT = "optional, not given"


@frozen
class NeededInput:
    """An input of a KEY call. `made_by` is the step that makes it, where one does."""

    step: StepId
    call: KeyInvocation
    name: str
    label: str
    source: Source
    made_by: StepId | None = None


def needed_inputs(program: Program, given: frozenset[str]) -> tuple[NeededInput, ...]:
    """The inputs of all KEY calls of the walk, in order."""
    found: list[NeededInput] = []
    for step in walk(program):
        for call in program.calls(step):
            contract = program.by_key[call.key]
            for declared in contract.inputs:
                maker = made_by(contract, declared, call)
                source = Source.MISSING if declared.required else Source.LEFT_OUT
                if declared.name in given:
                    source = Source.GIVEN
                elif maker:
                    source = Source.MADE
                found.append(NeededInput(step, call, declared.name, declared.label, source, maker))
    return tuple(found)


def runs_ahead(program: Program) -> tuple[tuple[StepId, KeyInvocation, frozenset[StepId]], ...]:
    """The KEY calls that may run before their step is reached, once their inputs are there.

    With each stand the steps that must be left first; none means from the beginning on.
    """
    if program.start is None:
        return ()
    found = []
    for step in walk(program):
        first = program.steps_named_in_when(step)
        done = (DestinationChosen(one, 1, Move(MoveKind.END), "") for one in first)
        state = _before(program, (StepEntered(program.start, 1), *done))
        ahead = {invoke.invocation for invoke in may_run_ahead(program, state)}
        for call in program.calls(step):
            if program.invocation(step, call.ordinal, 1) in ahead:
                found.append((step, call, first))
    return tuple(found)


def foreseen(program: Program, given: frozenset[str]) -> tuple[Foreseen, ...]:
    """Every question that a run with these inputs may put to a person, in document order.

    A value that turns out to be undefined leaves its conditions open, whoever decides them here.
    """
    found: list[Foreseen] = []
    for step in walk(program):
        found += _of_step(program, step, given)
    return (*found, *_of_actions(program))


def why_a_persons(program: Program, step: StepId, given: frozenset[str]) -> str | None:
    """Why a step is done by a person; empty where it calls no KEY, None where its KEYs do it."""
    place = program.step[step]
    missing = [i for i in needed_inputs(program, given) if i.source is Source.MISSING]
    for call in place.invocations:
        if not call.key.is_notebook:
            return f"{call.key.text} belongs to another runtime"
        if call.key not in program.by_key:
            return f"{call.key.text} is not installed"
        lacking = next((i for i in missing if (i.step, i.call) == (step, call)), None)
        if lacking:
            return f"no input {lacking.name} ({lacking.label}) was given"
    return None if place.invocations else ""


def _of_step(program: Program, step: StepId, given: frozenset[str]) -> Iterator[Foreseen]:
    place, visit, nothing = program.step[step], (step, 1), RunState()
    why = why_a_persons(program, step, given)
    if why is not None:
        asked = questions.about_step(program, nothing, visit, why)
        yield Foreseen(str(step), AskedWhen.REACHED, asked)
    elif undecided := _may_stay_open(program, place):
        asked = questions.about_branches(program, nothing, visit, undecided)
        yield Foreseen(str(step), AskedWhen.OPEN, asked)
    moves = jumps(program, step)
    if len(moves) > 1:
        conflict = Conflict(tuple((_branch_to(program, place, move), move) for move in moves))
        asked = questions.about_destination(program, visit, conflict)
        yield Foreseen(str(step), AskedWhen.CONFLICT, asked)
    if program.is_gate(step):
        yield Foreseen(str(step), AskedWhen.GATE, questions.about_gate(program, visit, False))
    if any(move.kind is MoveKind.STOP for move in moves):
        yield Foreseen("stop", AskedWhen.STOP, questions.about_stop(program, visit))


def _of_actions(program: Program) -> Iterator[Foreseen]:
    runbook = program.runbook
    if runbook.actions:
        unnumbered = action_questions.about_unnumbered_actions(program, RunState())
        yield Foreseen("actions", AskedWhen.UNNUMBERED, unnumbered)
    for action in runbook.actions:
        asked = action_questions.about_action(program, RunState(), action)
        yield Foreseen(f"action {action.number}", AskedWhen.CALLED_FOR, asked)
    checks = runbook.verification if runbook.actions else ()
    for check in (c for c in checks if c.horizon == checks[0].horizon):
        yield Foreseen(
            str(check.id),
            AskedWhen.DONE,
            action_questions.about_verification(program, RunState(), check),
        )


def _may_stay_open(program: Program, place: Step) -> tuple[Branch, ...]:
    """The branches that a person decides, if any of them could change where the run goes."""
    bound = zip(place.branches, program.branches[place.id], strict=True)
    undecided = tuple(branch for branch, meaning in bound if person_parts(meaning))
    gate = program.is_gate(place.id)
    matters = any(
        program.move(c, place.id) or (gate and isinstance(c, SeeAction))
        for branch in undecided
        for c in branch.consequences
    )
    return undecided if matters else ()


def _branch_to(program: Program, place: Step, move: Move) -> Branch:
    leading = (
        branch
        for branch in place.branches
        for c in branch.consequences
        if (found := program.move(c, place.id)) and _same_target(found, move)
    )
    return next(leading)


def _same_target(one: Move, other: Move) -> bool:
    return one.step == other.step if other.step else one == other


def _before(program: Program, events: tuple[Event, ...]) -> RunState:
    """A state in which every input is staged, and these events have happened."""
    names = {i.name for contract in program.contracts for i in contract.inputs}
    made = {i.name for i in needed_inputs(program, frozenset()) if i.source is Source.MADE}
    staged = (InputStaged(StagedInput(n, "", "", 0, "")) for n in sorted(names - made))
    return fold([*staged, *events])
