"""What a branch says to do, in the spellings of people: nothing behind a target is lost."""

import pytest

from runner.document.parse import parse_runbook
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
from runner.model.source import SourceText


def shown(consequence: Consequence) -> str:
    match consequence:
        case GoToStep(step=step):
            return f"to {step}"
        case SeeAction(action=number):
            return f"action {number}"
        case HandOver(runbook=runbook):
            return f"runbook {runbook}"
        case GoToSection(section=section):
            return f"section {section.value}"
        case Rerun(step=step):
            return f"again {step or 'here'}"
        case GoOn():
            return "on"
        case Stop():
            return "stop"
        case Escalate():
            return "escalate"
        case Advice(text=text):
            return f"advice: {text}"


def read(line: str) -> list[tuple[str, str]]:
    """The condition of each branch of `If odd: …`, behind "odd", and what it says to do."""
    text = f"# Example\n\n### Step 1: Look\n\n- If odd: {line}\n"
    (step,) = parse_runbook(SourceText("example.md", text)).runbook.steps
    return [
        (branch.text.removeprefix("odd").removeprefix(" and "), shown(consequence))
        for branch in step.branches
        for consequence in branch.consequences
    ]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("See Action 1, tell the owner", ["action 1", "advice: tell the owner"]),
        ("See Action 1 and tell the owner", ["action 1", "advice: tell the owner"]),
        ("See Action 1 (secret), tell the owner", ["action 1", "advice: tell the owner"]),
        (
            "See Actions 1, 2 and 3, tell all",
            ["action 1", "action 2", "action 3", "advice: tell all"],
        ),
        ("See Actions 1, 2, and 3 in order", ["action 1", "action 2", "action 3"]),
        ("See Actions 1-3", ["action 1", "action 2", "action 3"]),
        ("See Actions 1 through 3", ["action 1", "action 2", "action 3"]),
        ("See Action 1 or Action 2", ["action 1", "action 2"]),
        ("See Action 1 - 3 pods hang", ["action 1"]),
        ("Apply Action 1, 30 minutes later", ["action 1"]),
        ("Continue to Step 4, note the time", ["to step 4", "advice: note the time"]),
        ("Continue to Step 4 and note the time", ["to step 4", "advice: note the time"]),
        ("Continue to Step 4 (check, then note)", ["to step 4"]),
        ("Continue to Step 4 to check the logs", ["to step 4"]),
        ("Continue to Step 2 or Step 3", ["to step 2", "to step 3"]),
        ("Continue to Steps 2, 3 or 4", ["to step 2", "to step 3", "to step 4"]),
        ("Continue to Step 2, 3 minutes later", ["to step 2"]),
        ("Immediately continue to Step 4", ["to step 4"]),
        ("Proceed directly to Step #4", ["to step 4"]),
        ("-> Step 4", ["to step 4"]),
        ("Skip Step 4", ["advice: Skip Step 4"]),
        ("Skip Step 4 and go to Step 5", ["advice: Skip Step 4", "to step 5"]),
        ("Skip ahead to Step 5", ["to step 5"]),
        ("Skip to the next step", ["on"]),
        ("Continue below", ["on"]),
        ("Return to Step 1 and repeat", ["to step 1", "advice: repeat"]),
        ("Rerun", ["again here"]),
        ("Run Step 2 again", ["again step 2"]),
        ("Go to Verification and tell all", ["section Verification", "advice: tell all"]),
        ("Stop here, the issue is resolved", ["stop"]),
        ("Stop the consumer", ["advice: Stop the consumer"]),
        ("Restart it & go to Step 4", ["advice: Restart it", "to step 4"]),
        ("Restart it — go to Step 4", ["advice: Restart it", "to step 4"]),
        ("Restart it or go to Step 4", ["advice: Restart it or go to Step 4"]),
        ("Do not continue to Step 4", ["advice: Do not continue to Step 4"]),
        ("Go to Step 4 only after approval", ["advice: Go to Step 4 only after approval"]),
        ("See the Disk Full runbook and stop", ["runbook Disk Full Runbook", "stop"]),
        ("Use runbook `disk-full`", ["runbook disk-full"]),
        ('Use the "Disk Full" runbook', ["runbook Disk Full Runbook"]),
        ("Hand over to the Disk Full Runbook", ["runbook Disk Full Runbook"]),
        ("Escalate to the lead, the owner", ["escalate"]),
    ],
)
def test_a_line_says_all_that_is_to_be_done(line: str, wanted: list[str]) -> None:
    assert read(line) == [("", one) for one in wanted]


def test_an_if_in_parentheses_behind_a_target_is_a_condition() -> None:
    assert read("Continue to Step 4 (only if errors exist)") == [("errors exist", "to step 4")]
    assert read("See Action 1 (unless it is Friday)") == [("not it is Friday", "action 1")]
