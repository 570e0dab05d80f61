"""The seed's example, walked: outputs of Step 3, unattended, against the outcome and the way."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.keys.catalog import Library
from runner.model.identity import PlaceKind, StepId
from runner.model.rehearsals import Case
from runner.model.runs import Mode, MoveKind
from runner.model.source import SourceText
from runner.runs.loading import load_runbook
from runner.runs.rehearse import rehearse

ROOT = Path(__file__).parents[2]
QUIET = {
    "events": 100_000,
    "delivery_success_rate": Decimal("0.995"),
    "signature_errors": 0,
    "timeout_errors": 0,
    "processing_errors": 0,
    "connection_errors": 0,
}


@pytest.fixture(scope="module")
def program() -> Program:
    """The shipped runbook with the expectation worded as in the seed: more than 95 %."""
    shipped = load_runbook(Library((ROOT,)), "webhook-failures").program
    text = shipped.runbook.source.text.replace("should be at least 95%", "should be > 95%")
    runbook = parse_runbook(SourceText("webhook-failures.md", text)).runbook
    return Program(runbook, shipped.contracts)


def walk(program: Program, **outputs: Any) -> RunState:
    step = StepId(PlaceKind.STEP, "3")
    return rehearse(program, Case("", Mode.UNATTENDED, ((step, {**QUIET, **outputs}),)))


def way(state: RunState) -> list[str]:
    return [move.step.number for move in state.moves if move.step.kind is PlaceKind.STEP]


ROWS: tuple[tuple[dict[str, Any], str, list[str], tuple[str, ...]], ...] = (
    (
        {"delivery_success_rate": Decimal("0.912"), "signature_errors": 410},
        "actions_recommended",
        ["1", "2", "3", "4", "5"],
        ("1",),
    ),
    (
        {"delivery_success_rate": Decimal("0.992"), "signature_errors": 3},
        "healthy",
        ["1", "2", "3"],
        (),
    ),
    (
        {"delivery_success_rate": Decimal("0.992"), "signature_errors": 900},
        "actions_recommended",
        ["1", "2", "3"],
        ("1",),
    ),
    ({}, "healthy", ["1", "2", "3"], ()),
    ({"delivery_success_rate": Decimal("0.95")}, "inconclusive", ["1", "2", "3"], ()),
    (
        {"delivery_success_rate": Decimal("0.6"), "connection_errors": 40_000},
        "inconclusive",
        ["1", "2", "3", "4", "5"],
        (),
    ),
    ({"delivery_success_rate": None, "events": 0}, "inconclusive", ["1", "2", "3", "4", "5"], ()),
    ({"delivery_success_rate": Decimal("0.4")}, "escalate", ["1", "2", "3", "4", "5"], ()),
)


@pytest.mark.parametrize(("outputs", "outcome", "steps", "actions"), ROWS)
def test_outputs_lead_where_a_careful_reader_would_go(
    program: Program,
    outputs: dict[str, Any],
    outcome: str,
    steps: list[str],
    actions: tuple[str, ...],
) -> None:
    state = walk(program, **outputs)
    assert state.finished is not None
    assert state.finished.outcome.value == outcome
    assert way(state) == steps
    assert state.finished.recommended_actions == actions


def test_a_healthy_run_says_which_steps_nobody_did(program: Program) -> None:
    state = walk(program)
    assert state.finished is not None
    assert [line.split(":")[0] for line in state.finished.not_done] == [
        "safety 1",
        "safety 2",
        "step 1",
        "step 2",
    ]


def test_a_closed_gate_that_named_an_action_goes_to_the_action_steps(program: Program) -> None:
    state = walk(program, signature_errors=900)
    assert state.moves[-1].move.kind is MoveKind.TO_ACTIONS


def test_an_undefined_rate_is_an_open_question_and_never_a_no(program: Program) -> None:
    state = walk(program, delivery_success_rate=None, events=0)
    assert state.finished is not None
    assert any("Success Rate < 95%" in question for question in state.finished.open_questions)
