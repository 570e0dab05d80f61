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
    KeyInvocation,
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


def follow_ups_of(program: Program) -> tuple[str, ...]:
    """What Post-Incident Follow-Ups calls, each KEY with its data and the command that runs it."""
    return tuple(_follow_up(call) for call in program.runbook.follow_ups)


def follow_up_command(call: KeyInvocation) -> str:
    """The command that runs a KEY by itself; empty for a KEY of another runtime."""
    if not call.key.is_notebook:
        return ""
    many = len(call.inputs) > 1
    return " ".join(
        [
            "runbook keys run",
            call.key.text,
            *("-i NAME=FILE" if many else "-i FILE" for _ in call.inputs),
        ]
    )


def _follow_up(call: KeyInvocation) -> str:
    data = "; ".join(spec.text for spec in call.inputs)
    named = f"{call.key.text} on {data}" if data else call.key.text
    return f"{named}: {follow_up_command(call) or 'by hand, it belongs to another runtime'}"


def line_of(program: Program, span: Span) -> int:
    """The source line, from 1, at which a part of the runbook begins."""
    return program.runbook.source.position(span.start).line
