"""The plan is the skeleton of the later run: every move of a run is one of the plan's ways."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.foresight import (
    AskedWhen,
    Source,
    foreseen,
    needed_inputs,
    runs_ahead,
    why_a_persons,
)
from runner.interpreter.program import Program
from runner.interpreter.prospects import prospects
from runner.interpreter.state import RunState
from runner.interpreter.ways import WayKind, target_of, unreachable, ways
from runner.keys.catalog import Library
from runner.model.identity import PlaceKind, StepId
from runner.model.rehearsals import Case
from runner.model.runs import Mode, Move, MoveKind, Outcome, QuestionKind
from runner.model.source import SourceText
from runner.runs.loading import load_runbook
from runner.runs.rehearsal_file import decode_rehearsal
from runner.runs.rehearse import rehearse

ROOT = Path(__file__).parents[2]
LOOP = """\
# Loop

## Diagnosis Flow

### Step 1: Look

- If odd: Continue to Step 2
- If even: Continue to Step 3

### Step 2: Look closer

- **If better**: STOP HERE
- Otherwise: return to Step 1

### Step 3: Wait

- If it ends: see Action 1
- Otherwise: return to Step 1

### Step 4: Nobody comes here

Look.

## Action Steps

### Action 1: Mend it (REVERSIBLE)
"""
ANSWERS = tuple(
    tuple((step, answer) for step, answer in zip(("1", "2", "3"), chosen, strict=True) if answer)
    for chosen in product(("1", "2", "1,2", "none", ""), repeat=3)
)


def parsed(text: str) -> Program:
    return Program(parse_runbook(SourceText("r.md", text)).runbook, ())


@pytest.fixture(scope="module")
def webhooks() -> Program:
    library = Library.find(ROOT, ROOT, {})
    return load_runbook(library, "webhook-failures").program


@pytest.fixture(scope="module")
def loop() -> Program:
    return parsed(LOOP)


def step(number: str) -> StepId:
    return StepId(PlaceKind.STEP, number)


def rehearsed(program: Program, outputs: dict[str, Any], answers: Any, mode: Mode) -> RunState:
    given = ((step("3"), outputs),)
    return rehearse(program, Case("", mode, given, tuple(answers)))


def check_against_the_plan(program: Program, state: RunState) -> None:
    edges = {(way.step, target_of(way.move)) for way in ways(program)}
    taken = {(move.step, target_of(move.move)) for move in state.moves}
    assert taken <= edges
    inputs = frozenset(staged.name for staged in state.inputs)
    kinds = {(f.place, f.question.kind) for f in foreseen(program, inputs)}
    for question in state.questions.values():
        place = question.id.split("/")[0]
        if question.kind is QuestionKind.BRANCHES:  # a value was undefined, which no plan knows
            assert place in {str(one) for one in program.order if program.calls(one)}
        else:
            assert (place, question.kind) in kinds
    assert state.finished is not None
    allowed = {prospect.outcome for prospect in prospects(program, inputs)}
    assert state.finished.outcome in allowed


@pytest.mark.parametrize("rate", [0.4, 0.912, 0.95, 0.99, None])
@pytest.mark.parametrize("signatures", [0, 900, None])
@pytest.mark.parametrize("two", ["1", "2", "3", "1,2", "none", ""])
def test_every_move_of_the_webhook_runbook_is_in_its_plan(
    webhooks: Program, rate: float | None, signatures: int | None, two: str
) -> None:
    outputs = {
        "events": 1000,
        "delivery_success_rate": rate,
        "signature_errors": signatures,
        "timeout_errors": 0,
        "processing_errors": 0,
    }
    answers = [("2", two), ("4", "3"), ("5", "1")] if two else []
    for mode in (Mode.UNATTENDED, Mode.SCRIPTED):
        check_against_the_plan(webhooks, rehearsed(webhooks, outputs, answers, mode))


@pytest.mark.parametrize("answers", ANSWERS)
def test_every_move_of_a_runbook_with_loops_is_in_its_plan(loop: Program, answers: Any) -> None:
    check_against_the_plan(loop, rehearsed(loop, {}, answers, Mode.SCRIPTED))


def test_every_case_of_an_independent_runbook_moves_along_its_plan() -> None:
    examples = Path(__file__).parents[1] / "examples"
    text = (examples / "queue-backlog.md").read_text()
    rehearsal = decode_rehearsal((examples / "queue-backlog.cases.toml").read_text())
    runbook = parse_runbook(SourceText("queue-backlog.md", text)).runbook
    program = Program(runbook, rehearsal.contracts)
    for case in rehearsal.cases:
        check_against_the_plan(program, rehearse(program, case))


def test_a_loop_may_be_given_up_from_every_place_on_it(loop: Program) -> None:
    given_up = [str(way.step) for way in ways(loop) if way.move.kind is MoveKind.GAVE_UP]
    assert given_up == ["step 1", "step 2", "step 3"]


def test_a_place_that_is_reached_by_passing_over_alone_is_unreachable() -> None:
    text = (
        "# R\n\n## Diagnosis Flow\n\n### Step 1: A\n\n- If x: STOP\n- Otherwise: escalate, STOP\n"
    )
    program = parsed(text + "\n### Step 2: B\n\nLook.\n")
    assert [str(place) for place in unreachable(program)] == ["step 2"]
    kinds = {way.kind for way in ways(program) if way.move.step == step("2")}
    assert kinds == {WayKind.PASSED_OVER}


def test_an_input_is_given_missing_or_made_by_an_earlier_step(webhooks: Program) -> None:
    (missing,) = needed_inputs(webhooks, frozenset())
    (given,) = needed_inputs(webhooks, frozenset({"webhook_log"}))
    assert (missing.source, given.source) == (Source.MISSING, Source.GIVEN)


def test_a_step_whose_input_is_missing_is_a_persons(webhooks: Program) -> None:
    without = why_a_persons(webhooks, step("3"), frozenset())
    assert without == "no input webhook_log (webhook delivery log) was given"
    assert why_a_persons(webhooks, step("3"), frozenset({"webhook_log"})) is None
    assert why_a_persons(webhooks, step("1"), frozenset()) == ""


def test_a_key_that_changes_nothing_may_run_ahead(webhooks: Program) -> None:
    ((place, call, after),) = runs_ahead(webhooks)
    assert (str(place), call.key.slug, after) == ("step 3", "webhook-event-analysis", frozenset())


def test_the_questions_say_when_they_are_asked(webhooks: Program) -> None:
    asked = [(f.place, f.when) for f in foreseen(webhooks, frozenset({"webhook_log"}))]
    assert ("step 1", AskedWhen.REACHED) in asked
    assert ("step 3", AskedWhen.GATE) in asked
    assert ("step 3", AskedWhen.REACHED) not in asked
    assert ("action 4", AskedWhen.CALLED_FOR) in asked


def test_without_a_key_health_is_no_prospect(loop: Program, webhooks: Program) -> None:
    assert Outcome.HEALTHY not in {p.outcome for p in prospects(loop, frozenset())}
    given = frozenset({"webhook_log"})
    assert Outcome.HEALTHY in {p.outcome for p in prospects(webhooks, given)}


def test_a_verification_check_that_says_continue_leads_to_no_step_of_the_diagnosis() -> None:
    text = (
        LOOP
        + """
## Verification

1. **It answers**: look
   - If it does: continue
   - If it does not: rerun this check
"""
    )
    program = Program(parse_runbook(SourceText("loop.md", text)).runbook, ())
    check = StepId(PlaceKind.VERIFICATION, "1")
    first, second = (branch.consequences[0] for branch in program.step[check].branches)
    assert program.next_after(check) is None
    assert program.move(first, check) == Move(MoveKind.END)
    assert program.move(second, check) is None
