"""Small runbooks, each with one rule of the language in it, run with scripted outputs."""

from collections.abc import Mapping
from typing import Any

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.identity import KeyName, PlaceKind, StepId
from runner.model.rehearsals import Case
from runner.model.runs import Mode, MoveKind
from runner.model.source import SourceText
from runner.model.values import OutputType
from runner.runs.rehearse import rehearse

CONTRACT = KeyContract(
    KeyName("jupyter-example"),
    "Example",
    "",
    "1",
    (DeclaredInput("log", "log", ("csv",)),),
    (),
    (
        OutputSpec("errors", "Errors", OutputType.COUNT),
        OutputSpec("slow", "Slow calls", OutputType.COUNT),
        OutputSpec("rate", "Rate", OutputType.RATIO, nullable=True),
    ),
)
KEY_LINE = "- **KEY**: `jupyter-example`\n- **Input**: the log\n"
ACTIONS = "## Action Steps\n### Action 1: Restart (REVERSIBLE)\n### Action 2: Wipe (IRREVERSIBLE)\n"


def run(
    steps: str,
    outputs: Mapping[str, Any] | None = None,
    answers: Mapping[str, str] | None = None,
    rest: str = ACTIONS,
) -> RunState:
    text = f"# Example\n\n## Diagnosis Flow\n\n{steps}\n\n{rest}"
    program = Program(parse_runbook(SourceText("example.md", text)).runbook, (CONTRACT,))
    step = StepId(PlaceKind.STEP, "1")
    mode = Mode.SCRIPTED if answers else Mode.UNATTENDED
    case = Case("", mode, ((step, outputs or {}),), tuple((answers or {}).items()))
    return rehearse(program, case)


def outcome(state: RunState) -> str:
    assert state.finished is not None
    return state.finished.outcome.value


def path(state: RunState) -> list[str]:
    return [move.step.number for move in state.moves]


QUIET = {"errors": 0, "slow": 0, "rate": 0.99}


def test_all_actions_of_all_branches_that_hold_are_collected_in_order() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}"
        "- **If Slow calls**: See Action 2\n- **If Errors**: See Action 1\n",
        {**QUIET, "errors": 3, "slow": 1},
    )
    assert state.finished is not None
    assert state.finished.recommended_actions == ("2", "1")


def test_advice_of_a_branch_that_holds_is_a_finding_and_no_health() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: tell the author\n", {**QUIET, "errors": 3}
    )
    assert outcome(state) == "inconclusive"
    assert state.finished is not None
    assert state.finished.findings == ("tell the author",)


def test_jumps_to_different_places_are_never_first_match_wins() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: Continue to Step 3\n"
        "- **If Slow calls**: Continue to Step 2\n### Step 2: A\n### Step 3: B\n",
        {**QUIET, "errors": 3, "slow": 1},
    )
    assert outcome(state) == "inconclusive"
    assert state.finished is not None
    assert any("different places" in question for question in state.finished.open_questions)


def test_a_person_chooses_between_jumps_to_different_places() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: Continue to Step 3\n"
        "- **If Slow calls**: Continue to Step 2\n### Step 2: A\n### Step 3: B\n",
        {**QUIET, "errors": 3, "slow": 1},
        {"step 1/1 destination": "If Errors", "3": "done"},
    )
    assert path(state) == ["1", "3"]


def test_otherwise_holds_when_nothing_before_it_does() -> None:
    step = (
        f"### Step 1: Look\n{KEY_LINE}\n**If Errors**: See Action 1\n\n"
        "**Otherwise**: Continue to Step 3\n\n### Step 2: A\n### Step 3: B\n"
    )
    assert path(run(step, QUIET)) == ["1", "3"]


def test_otherwise_is_unknown_while_a_branch_before_it_is() -> None:
    step = (
        f"### Step 1: Look\n{KEY_LINE}\n**If Rate < 50%**: See Action 1\n\n"
        "**Otherwise**: STOP HERE\n\n### Step 2: A\n"
    )
    state = run(step, {**QUIET, "rate": None})
    assert outcome(state) == "inconclusive"
    assert path(state) == ["1", "2"]


def test_a_stop_that_nobody_confirms_is_healthy_and_not_resolved() -> None:
    step = f"### Step 1: Look\n{KEY_LINE}- **If no errors**: STOP HERE - watch it\n### Step 2: A\n"
    state = run(step, QUIET)
    assert outcome(state) == "healthy"
    assert state.finished is not None
    assert state.finished.open_items == ("watch it",)


@pytest.mark.parametrize(("answer", "wanted"), [("confirmed", "resolved"), ("no", "inconclusive")])
def test_a_person_confirms_a_stop_or_does_not(answer: str, wanted: str) -> None:
    step = f"### Step 1: Look\n{KEY_LINE}- **If no errors**: STOP HERE\n"
    assert outcome(run(step, QUIET, {"stop": answer})) == wanted


def test_escalation_outranks_everything_and_keeps_it_listed() -> None:
    step = f"### Step 1: Look\n{KEY_LINE}- **If Errors**: See Action 1 and escalate to the lead\n"
    state = run(step, {**QUIET, "errors": 1})
    assert outcome(state) == "escalate"
    assert state.finished is not None
    assert state.finished.recommended_actions == ("1",)


def test_a_standing_condition_is_seen_after_the_step_whose_outputs_meet_it() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}### Step 2: A\n",
        {**QUIET, "errors": 500},
        rest="## Rollback / Escalation\n\nEscalate if:\n\n- more than 100 errors\n",
    )
    assert outcome(state) == "escalate"
    assert str(state.standing[0].after) == "step 1"


def test_another_runbook_is_handed_over_to_by_name() -> None:
    step = f"### Step 1: Look\n{KEY_LINE}- **If Errors**: use the Database Outage Runbook\n"
    state = run(step, {**QUIET, "errors": 1})
    assert outcome(state) == "handed_over"
    assert state.finished is not None
    assert state.finished.handed_over_to == ("Database Outage Runbook",)


def test_a_loop_without_an_exit_is_given_up_after_three_visits() -> None:
    step = f"### Step 1: Look\n{KEY_LINE}- **If no errors**: Return to Step 1\n"
    state = run(step, QUIET)
    assert outcome(state) == "inconclusive"
    assert state.visits[StepId(PlaceKind.STEP, "1")] == 3
    assert state.moves[-1].move.kind is MoveKind.GAVE_UP


def test_an_action_that_a_person_did_and_verified_resolves_the_run() -> None:
    step = f"### Step 1: Look\n{KEY_LINE}- **If Errors**: See Action 1\n"
    state = run(step, {**QUIET, "errors": 1}, {"action 1": "y"})
    assert outcome(state) == "resolved"


def test_an_action_that_did_not_verify_leaves_its_rollback_open() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: See Action 1\n",
        {**QUIET, "errors": 1},
        {"action 1": "failed"},
        "## Action Steps\n### Action 1: Restart (REVERSIBLE)\n**Rollback**: start the old one\n",
    )
    assert outcome(state) == "actions_recommended"
    assert state.finished is not None
    assert "start the old one" in state.finished.open_items[0]


def test_a_check_that_fails_after_an_action_keeps_it_unresolved() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: See Action 1\n",
        {**QUIET, "errors": 1},
        {"action 1": "y", "verification 1": "no"},
        ACTIONS
        + "## Verification\n### Immediate\n1. **Orders arrive**\n   - **Success**: they do\n",
    )
    assert outcome(state) == "actions_recommended"
    assert state.finished is not None
    assert state.finished.open_items == ("Verification 1 failed: Orders arrive",)


def test_a_step_of_another_runtime_is_a_persons_step() -> None:
    state = run("### Step 1: Fix\n- **KEY**: `node-restart-service`\n")
    assert state.skipped[0].why == "needs a person"


def test_a_person_may_answer_what_the_outputs_leave_open() -> None:
    step = (
        f"### Step 1: Look\n{KEY_LINE}- **If Rate < 50%**: Continue to Step 3\n"
        "### Step 2: A\n### Step 3: B\n"
    )
    answers = {"1": "Rate < 50%", "3": "done"}
    assert path(run(step, {**QUIET, "rate": None}, answers)) == ["1", "3"]


def test_a_move_with_a_condition_that_nobody_answered_is_not_taken() -> None:
    step = (
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: tell the owner; stop if they agree\n"
        "### Step 2: A\n"
    )
    state = run(step, {**QUIET, "errors": 3})
    assert path(state) == ["1", "2"]
    assert state.finished is not None
    assert "Errors and they agree" in state.finished.open_questions[0]


def test_a_move_with_a_condition_of_its_own_is_asked() -> None:
    step = (
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: continue to Step 3 if they agree\n"
        "### Step 2: A\n### Step 3: B\n"
    )
    answers = {"1": "they agree", "3": "done"}
    assert path(run(step, {**QUIET, "errors": 3}, answers)) == ["1", "3"]


def test_a_move_whose_own_condition_the_outputs_decide_is_not_asked() -> None:
    step = (
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: continue to Step 3 if slow calls found\n"
        "### Step 2: A\n### Step 3: B\n"
    )
    assert path(run(step, {**QUIET, "errors": 3})) == ["1", "2", "3"]
    assert path(run(step, {**QUIET, "errors": 3, "slow": 2})) == ["1", "3"]


def test_the_block_about_an_action_is_its_rollback() -> None:
    state = run(
        f"### Step 1: Look\n{KEY_LINE}- **If Errors**: See Action 1\n",
        {**QUIET, "errors": 1},
        {"action 1": "failed"},
        ACTIONS + "## Rollback / Escalation\n\n**If Action 1 Caused Issues**: start the old one\n",
    )
    assert state.finished is not None
    assert state.finished.open_items == ("Action 1 did not verify. Rollback: start the old one",)


def test_rerun_of_another_step_goes_back_there_and_its_keys_run_once_more() -> None:
    steps = (
        f"### Step 1: Look\n{KEY_LINE}- **If errors**: Continue to Step 2\n"
        "### Step 2: Ask\n- If they are back: rerun Step 1\n- Otherwise: continue\n"
        "### Step 3: End\nLook.\n"
    )
    state = run(steps, {**QUIET, "errors": 3}, {"2": "1", "3": ""})
    assert path(state)[:4] == ["1", "2", "1", "2"]
    assert len(state.admitted) == 3
    assert state.visits[StepId(PlaceKind.STEP, "1")] == 3
    assert state.moves[-1].move.kind is MoveKind.GAVE_UP
    assert outcome(state) == "inconclusive"


def test_rerun_of_a_key_goes_back_to_the_step_that_calls_it() -> None:
    steps = (
        f"### Step 1: Look\n{KEY_LINE}- **If errors**: Continue to Step 2\n"
        "### Step 2: Ask\n- If they are back: rerun `jupyter-example`\n"
    )
    state = run(steps, {**QUIET, "errors": 3}, {"2": "1"})
    assert path(state)[:4] == ["1", "2", "1", "2"]
    assert len(state.admitted) == 3
