"""What the runner read out of a runbook, as the lines that the format reference shows."""

from collections.abc import Iterator

from runner.model.identity import StepId
from runner.model.runbook import (
    Action,
    Advice,
    Consequence,
    Escalate,
    GoOn,
    GoToSection,
    GoToStep,
    HandOver,
    Rerun,
    Runbook,
    SeeAction,
    Step,
    Stop,
)


def outline_of(runbook: Runbook) -> str:
    """Every place, action and standing condition, with what stands in it."""
    return "\n".join(_lines(runbook)) + "\n"


def _lines(runbook: Runbook) -> Iterator[str]:
    yield f"runbook {runbook.slug}: {runbook.title}"
    yield from (f"alert {alert}" for alert in runbook.alerts)
    for step in (*runbook.safety_checks, *runbook.steps):
        yield from _step(step)
    yield from (f"do not: {words}" for words in runbook.do_not)
    for action in runbook.actions:
        yield _action(action)
    for check in runbook.verification:
        yield from _step(check)
    yield from (f"{s.kind.value} if {s.text}" for s in runbook.standing)


def _step(step: Step) -> Iterator[str]:
    yield f"{step.id}: {step.title}"
    for call in step.invocations:
        inputs = [
            f"{spec.product} of {spec.produced_by}" if spec.produced_by else spec.text
            for spec in call.inputs
        ]
        yield f"  calls {call.key.text}" + (f" with {'; '.join(inputs)}" if inputs else "")
    yield from (f"  expects {expectation.text}" for expectation in step.expectations)
    for branch in step.branches:
        led_to = "; ".join(_consequence(consequence) for consequence in branch.consequences)
        yield f"  if {branch.text} -> {led_to or 'nothing'}"


def _action(action: Action) -> str:
    caution = ", with caution" if action.with_caution else ""
    return f"action {action.number}: {action.title} ({action.reversibility.value}{caution})"


def _consequence(consequence: Consequence) -> str:
    match consequence:
        case GoToStep(step=step):
            return f"go to {step}"
        case GoOn():
            return "go on"
        case SeeAction(action=action):
            return f"see action {action}"
        case HandOver(runbook=other):
            return f"hand over to {other}"
        case GoToSection(section=section):
            return f"go to {section.value}"
        case Rerun(step=step):
            return f"run {_again(step)} again"
        case Stop():
            return "stop"
        case Escalate(text=text):
            return f"escalate ({text})"
        case Advice(text=text):
            return f"advice ({text})"


def _again(step: StepId | None) -> str:
    return str(step) if step else "this step"
