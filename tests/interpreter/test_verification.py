"""The Verification section as a run: what is true by machine, and what is not."""

from typing import Any

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.interpreter.verification import CheckVerdict, check_results, verification_program
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.identity import KeyName, PlaceKind, StepId
from runner.model.rehearsals import Case
from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import Mode
from runner.model.source import SourceText
from runner.model.values import OutputType
from runner.runs.rehearse import rehearse

RUNBOOK = """\
# Queue

## Diagnosis Flow

### Step 1: Look

## Verification

### Immediate (within 5 minutes)

1. **The dashboard is green**
   - **Success**: every tile is green

### Ongoing (next 1 hour)

1. **The queue drains**
   - Use: `jupyter-queue-depth` KEY
   - **Success**: Depth < 100
   - If Depth > 5000: escalate to the broker team
2. **Nothing is stuck**
   - Use: `jupyter-queue-depth` KEY
   - **Success**: No stuck messages

## Rollback / Escalation

Escalate if:

- Depth > 10000
"""
CONTRACT = KeyContract(
    KeyName("jupyter-queue-depth"),
    "",
    "",
    "",
    (DeclaredInput("export", "export", ("csv",)),),
    (),
    (
        OutputSpec("depth", "Depth", OutputType.COUNT),
        OutputSpec("stuck", "Stuck messages", OutputType.COUNT),
    ),
)
WHOLE = Program(parse_runbook(SourceText("queue.md", RUNBOOK)).runbook, (CONTRACT,))
GOOD = {"depth": 5, "stuck": 0}
FAILURE = KeyFailure(FailureKind.CELL, "KeyError")


def check(number: int) -> StepId:
    return StepId(PlaceKind.VERIFICATION, str(number))


def verify(horizon: str, first: Any = GOOD, second: Any = GOOD) -> RunState:
    program = verification_program(WHOLE, horizon)
    outputs = tuple((s, o) for s, o in ((check(2), first), (check(3), second)) if s in program.step)
    return rehearse(program, Case("", Mode.VERIFICATION, outputs))


def verdicts(horizon: str, state: RunState) -> list[str]:
    program = verification_program(WHOLE, horizon)
    return [result.verdict.value for result in check_results(program, state)]


@pytest.mark.parametrize(
    ("horizon", "first", "second", "outcome", "code", "checks"),
    [
        ("ongoing", GOOD, GOOD, "healthy", 0, ["true", "true"]),
        ("ongoing", GOOD, {"depth": 5, "stuck": 1}, "broken", 1, ["true", "broken"]),
        ("ongoing", {"depth": 100}, GOOD, "broken", 1, ["broken", "true"]),
        ("ongoing", {"depth": None}, GOOD, "inconclusive", 5, ["open", "true"]),
        ("ongoing", FAILURE, GOOD, "failed", 4, ["failed", "true"]),
        ("ongoing", FAILURE, {"depth": 5, "stuck": 1}, "broken", 1, ["failed", "broken"]),
        ("immediate", GOOD, GOOD, "inconclusive", 5, ["open"]),
        ("all", GOOD, GOOD, "inconclusive", 5, ["open", "true", "true"]),
        ("all", {"depth": 100}, GOOD, "broken", 1, ["open", "broken", "true"]),
    ],
)
def test_a_verification_is_healthy_only_if_every_check_is_true_by_machine(
    horizon: str, first: Any, second: Any, outcome: str, code: int, checks: list[str]
) -> None:
    state = verify(horizon, first, second)
    assert state.finished is not None
    assert (state.finished.outcome.value, state.finished.exit_code) == (outcome, code)
    assert verdicts(horizon, state) == checks


def test_every_check_is_made_whatever_the_branches_of_one_say() -> None:
    state = verify("ongoing", {"depth": 20_000, "stuck": 0})
    assert state.finished is not None
    assert [str(move.step) for move in state.moves] == ["verification 2", "verification 3"]
    assert state.finished.escalations == ("Depth > 10000", "escalate to the broker team")


def test_a_key_runs_once_for_each_check_and_never_ahead() -> None:
    state = verify("ongoing")
    assert [(str(i), s.ahead) for i, s in state.attempts.items()] == [
        ("verification-2.1.1", False),
        ("verification-3.1.1", False),
    ]


def test_a_criterion_that_no_output_answers_is_a_persons() -> None:
    result = check_results(verification_program(WHOLE, "immediate"), verify("immediate"))[0]
    assert result.verdict is CheckVerdict.OPEN
    assert result.reasons[0].startswith("every tile is green: a person judges")


def test_a_horizon_that_the_runbook_does_not_have_leaves_nothing_to_walk() -> None:
    assert verification_program(WHOLE, "final").order == ()
