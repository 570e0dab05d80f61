"""A runbook as cards with rows: what a picture of its plan shows, whatever draws it.

A card is a place or an action. A row is one way out of it: a condition, and where it leads.
"""

from collections.abc import Iterator
from enum import Enum

from runner.interpreter.foresight import why_a_persons
from runner.interpreter.program import Program
from runner.interpreter.questions import move_in_words
from runner.interpreter.ways import Way, WayKind, unreachable, walk, ways
from runner.model.conditions import Otherwise
from runner.model.frozen import frozen
from runner.model.identity import StepId
from runner.model.runbook import (
    Action,
    Branch,
    Consequence,
    Escalate,
    HandOver,
    Reversibility,
    SeeAction,
)
from runner.model.runs import MoveKind
from runner.model.safe_text import safe_line


class Tone(Enum):
    """What kind of thing a card or an exit is."""

    SAFETY = "safety"
    STEP = "step"
    PERSON = "person"
    ACTION = "action"
    IRREVERSIBLE = "irreversible"
    STOP = "stop"
    END = "end"
    ESCALATE = "escalate"
    HAND_OVER = "handover"


@frozen
class Exit:
    """Where a row leads: words, and the node of the card it leads to; empty for an end."""

    text: str
    tone: Tone
    node: str = ""


_UNNUMBERED = Exit("Action Steps", Tone.ACTION)


@frozen
class Row:
    """A condition and its exits. `certain` is false for what happens only if nothing is known."""

    words: str
    exits: tuple[Exit, ...]
    certain: bool = True


@frozen
class Card:
    """A place or an action. `node` is an identifier of letters and digits."""

    node: str
    heading: str
    notes: tuple[str, ...]
    tone: Tone
    rows: tuple[Row, ...] = ()


def cards(program: Program, given: frozenset[str]) -> tuple[Card, ...]:
    """Every place of the walk, then every action, in document order."""
    leading = ways(program)
    lost = unreachable(program)
    places = tuple(
        _place(program, step, tuple(way for way in leading if way.step == step), given, lost)
        for step in walk(program)
    )
    return (*places, *(_action(action) for action in program.runbook.actions))


def node_of(step: StepId) -> str:
    """The node of a place."""
    return f"{step.kind.value}{step.number}"


def _place(
    program: Program,
    step: StepId,
    leading: tuple[Way, ...],
    given: frozenset[str],
    lost: tuple[StepId, ...],
) -> Card:
    place = program.step[step]
    kind = "Safety check" if step.kind.value == "safety" else "Step"
    why = why_a_persons(program, step, given)
    notes = [f"KEY {call.key.text}" for call in place.invocations]
    notes += [f"done by a person{f': {why}' if why else ''}"] if why is not None else []
    notes += ["no way leads here"] if step in lost else []
    tone = Tone.SAFETY if kind != "Step" else Tone.STEP if why is None else Tone.PERSON
    rows = [_row(program, step, branch, leading) for branch in place.branches]
    rows += _other_rows(program, leading)
    heading = f"{kind} {step.number}: {safe_line(place.title)}"
    return Card(node_of(step), heading, tuple(map(safe_line, notes)), tone, tuple(rows))


def _row(program: Program, step: StepId, branch: Branch, leading: tuple[Way, ...]) -> Row:
    exits = [_to(way) for way in leading if way.branch == branch.ordinal]
    exits += [found for c in branch.consequences if (found := _beside(program, c))]
    if any(isinstance(c, SeeAction) for c in branch.consequences):
        exits = [one for one in exits if one != _UNNUMBERED]
    word = "" if isinstance(branch.condition, Otherwise) else "If "
    if not exits:
        exits = [_said(c) for c in branch.consequences[:1]]
    return Row(f"{word}{safe_line(branch.text)}", tuple(dict.fromkeys(exits)))


def _other_rows(program: Program, leading: tuple[Way, ...]) -> Iterator[Row]:
    """A row for each reason to go somewhere without a branch, with the places that it leads to."""
    words = {
        WayKind.FALLS_THROUGH: "if none of these leads elsewhere",
        WayKind.GATE: "if nothing that holds leads on: a person decides",
        WayKind.PASSED_OVER: "if it is not done, or stays undecided",
        WayKind.LOOP: "if it was entered too often",
    }
    for kind, said in words.items():
        exits = tuple(_to(way) for way in leading if way.kind is kind)
        if exits:
            alone = not program.step[leading[0].step].branches
            certain = kind is WayKind.FALLS_THROUGH
            yield Row("then" if certain and alone else said, exits, certain)


def _to(way: Way) -> Exit:
    tones = {MoveKind.STOP: Tone.STOP, MoveKind.TO_ACTIONS: Tone.ACTION}
    if way.move.step:
        return Exit(move_in_words(way.move), Tone.STEP, node_of(way.move.step))
    return Exit(move_in_words(way.move), tones.get(way.move.kind, Tone.END))


def _beside(program: Program, consequence: Consequence) -> Exit | None:
    match consequence:
        case SeeAction(action=number):
            found = program.runbook.action(number)
            tone = _tone_of(found) if found else Tone.ACTION
            return Exit(f"Action {number}", tone, f"action{number}" if found else "")
        case HandOver(runbook=runbook):
            return Exit(safe_line(runbook), Tone.HAND_OVER)
        case Escalate(text=text):
            return Exit(safe_line(text), Tone.ESCALATE)
        case _:
            return None


def _said(consequence: Consequence) -> Exit:
    return Exit(safe_line(consequence.text), Tone.PERSON)


def _action(action: Action) -> Card:
    notes = [action.reversibility.value] if action.reversibility.value != "unstated" else []
    notes += ["use with caution"] if action.with_caution else []
    precondition = safe_line(action.field_text("precondition"))
    notes += [f"precondition: {precondition}"] if precondition else []
    heading = f"Action {action.number}: {safe_line(action.title)}"
    return Card(f"action{action.number}", heading, tuple(notes), _tone_of(action))


def _tone_of(action: Action) -> Tone:
    final = action.reversibility is Reversibility.IRREVERSIBLE
    return Tone.IRREVERSIBLE if final else Tone.ACTION
