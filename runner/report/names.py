"""How places, targets and source lines are called in every view."""

from runner.interpreter.program import Program
from runner.interpreter.questions import move_in_words
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import (
    Advice,
    Consequence,
    Escalate,
    GoOn,
    GoToSection,
    GoToStep,
    HandOver,
    Rerun,
    SeeAction,
    Stop,
)
from runner.model.runs import Move
from runner.model.source import Span

_PLACES = {
    PlaceKind.SAFETY: "Safety check",
    PlaceKind.STEP: "Step",
    PlaceKind.VERIFICATION: "Verification",
}


def place_name(step: StepId) -> str:
    """A place by its name: `Step 3`, `Safety check 1`."""
    return f"{_PLACES[step.kind]} {step.number}"


def move_name(move: Move) -> str:
    """Where a move leads: `Step 4`, `Action Steps`, `end of the diagnosis`."""
    return place_name(move.step) if move.step else move_in_words(move)


def target_name(consequence: Consequence) -> str:
    """What a branch leads to, in short; advice keeps its words."""
    match consequence:
        case GoToStep(step=step):
            return place_name(step)
        case GoOn():
            return "next"
        case SeeAction(action=action):
            return f"Action {action}"
        case HandOver(runbook=runbook):
            return f"runbook {runbook}"
        case GoToSection(section=section):
            return section.value
        case Rerun(step=step):
            return f"{place_name(step)} again" if step else "again"
        case Stop():
            return "stop"
        case Escalate():
            return "escalate"
        case Advice(text=text):
            return text


def line_of(program: Program, span: Span) -> int:
    """The source line, from 1, at which a part of the runbook begins."""
    return program.runbook.source.position(span.start).line
