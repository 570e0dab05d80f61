"""An independent runbook with its verdicts: each case of the cases file, run as a rehearsal."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.identity import KeyName, PlaceKind, StepId
from runner.model.runbook import Reversibility, StandingKind
from runner.model.runs import Mode, MoveKind
from runner.model.source import SourceText
from runner.model.values import OutputType
from runner.runs.rehearse import Case, rehearse

EXAMPLES = Path(__file__).parents[1] / "examples"
CASES: dict[str, Any] = tomllib.loads((EXAMPLES / "queue-backlog.cases.toml").read_text())


def contract(plain: dict[str, Any]) -> KeyContract:
    inputs = tuple(DeclaredInput(n, n.replace("_", " "), ("csv",)) for n in plain["inputs"])
    outputs = tuple(
        OutputSpec(
            o["name"],
            o["label"],
            OutputType(o["type"]),
            tuple(o.get("aliases", ())),
            o.get("unit", ""),
            tuple(o.get("values", ())),
        )
        for o in plain["outputs"]
    )
    return KeyContract(KeyName(plain["slug"]), "", "", "", inputs, (), outputs)


@pytest.fixture(scope="module")
def program() -> Program:
    text = (EXAMPLES / "queue-backlog.md").read_text()
    runbook = parse_runbook(SourceText("queue-backlog.md", text)).runbook
    return Program(runbook, tuple(contract(plain) for plain in CASES["key"]))


def way(state: RunState) -> list[str]:
    passed_over = {(skipped.step, skipped.visit) for skipped in state.skipped}
    places = [
        f"{move.step} (person)" if (move.step, move.visit) in passed_over else str(move.step)
        for move in state.moves
    ]
    return places + ["stop" for move in state.moves if move.move.kind is MoveKind.STOP]


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_a_run_goes_where_a_careful_reader_would(program: Program, case: dict[str, Any]) -> None:
    outputs = tuple(
        (StepId(PlaceKind.STEP, name.removeprefix("step")), values)
        for name, values in case.items()
        if name.startswith("step")
    )
    mode = Mode.SCRIPTED if case["mode"] == "interactive" else Mode.UNATTENDED
    answers = tuple(case.get("answers", {}).items())
    state = rehearse(program, Case(case["name"], mode, outputs, answers))
    finished = state.finished
    assert finished is not None
    assert finished.outcome.value == case.get("outcome", finished.outcome.value)
    assert way(state) == case.get("path", way(state))
    assert list(finished.open_items) == case.get("open_items", list(finished.open_items))
    wanted = [str(number) for number in case.get("actions", [])]
    assert list(finished.recommended_actions)[: len(wanted)] == wanted
    held = [s.text for s in state.standing if s.kind is StandingKind.ESCALATE]
    assert held == case.get("escalation_triggers", held)


def test_the_runbook_parses_into_what_its_author_meant(program: Program) -> None:
    runbook = program.runbook
    assert [step.title for step in runbook.steps] == [
        "What is piling up",
        "Are there enough consumers",
        "Poison messages",
    ]
    assert [call.key.text for step in runbook.steps for call in step.invocations] == [
        "jupyter-queue-backlog-analysis",
        "jupyter-message-trace-analysis",
    ]
    assert [action.reversibility for action in runbook.actions] == [
        Reversibility.REVERSIBLE,
        Reversibility.REVERSIBLE,
        Reversibility.IRREVERSIBLE,
    ]
    assert [action.with_caution for action in runbook.actions] == [False, True, False]
    assert [len(step.branches) for step in runbook.steps] == [3, 2, 3]
    assert [len(check.branches) for check in runbook.safety_checks] == [2, 2]
    assert len(runbook.do_not) == 2


def test_a_table_of_an_earlier_step_is_the_input_of_a_later_one(program: Program) -> None:
    (call,) = program.runbook.steps[2].invocations
    (wanted,) = call.inputs
    assert (wanted.product, str(wanted.produced_by)) == ("Poison list", "step 1")


def test_a_slogan_that_begins_with_if_is_no_branch(program: Program) -> None:
    conditions = [branch.text for step in program.step.values() for branch in step.branches]
    assert not any("not written down" in text for text in conditions)
