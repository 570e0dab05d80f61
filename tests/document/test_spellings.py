"""Odd spellings that a careful reader follows, and those that only a diagnostic can answer."""

import pytest

from runner.document.parse import ParsedRunbook, parse_runbook
from runner.model.source import SourceText
from tests.docs.outline import outline_of


def read(text: str) -> ParsedRunbook:
    return parse_runbook(SourceText("example.md", text))


def outline(text: str) -> list[str]:
    return outline_of(read(text).runbook).splitlines()[1:]


def step(body: str) -> list[str]:
    """What is read out of a step with this body, and the codes that are told."""
    parsed = read(f"# A\n\n## Diagnosis\n\n### Step 1: Look\n\n{body}\n\n### Step 2: Wait\n")
    lines = outline_of(parsed.runbook).splitlines()[2:-1]
    return [line.strip() for line in lines] + [d.code for d in parsed.document.diagnostics]


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("### Step III: Look", "3"),
        ("### Step iv) Look", "4"),
        ("### Step I - Look", "1"),
        ("### Step Five: Look", "5"),
        ("### STEP TWENTY: Look", "20"),
        ("### Step1: Look", "1"),
        ("### Step #2: Look", "2"),
        ("### Step-7: Look", "7"),
        ("### Step 1a: Look", "1a"),
        ("### Step 1.1: Look", "1.1"),
    ],
)
def test_a_step_is_numbered_in_any_numerals(heading: str, number: str) -> None:
    assert outline(f"# A\n\n{heading}\n") == [f"step {number}: Look"]


@pytest.mark.parametrize("heading", ["### Step i: Look", "### Steps: a, b", "### Step by step"])
def test_what_is_no_number_makes_no_step(heading: str) -> None:
    assert outline(f"# A\n\n{heading}\n") == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("- If A: go to Step II", "if A -> go to step 2"),
        ("- If A: goto step two", "if A -> go to step 2"),
        ("- If A: see Actions one and III", "if A -> see action 1; see action 3"),
        ("- If A: repeat step one more time", "if A -> advice (repeat step one more time)"),
        ("- If A ==> Step 2", "if A -> go to step 2"),
        ("- **If A** (rare): go to Step 2", "if A (rare) -> go to step 2"),
        ("- See Action 1 if A", "if A -> see action 1"),
        ("- Proceed to Step 2 unless A", "if not A -> go to step 2"),
        ("- ✅ If A: go to Step 2", "if A -> go to step 2"),
        ("- (a) If A: go to Step 2", "if A -> go to step 2"),
        ("Look at it. If A, go to Step 2.", "if A -> go to step 2"),
        ("- Look at it. IF A then Action 2 - it helps", "if A -> see action 2"),
        ("- If A\n  - and B: go to Step 2", "if A and B -> go to step 2"),
        ("- If A:\n  - but not B → Step 2", "if A and not B -> go to step 2"),
        ("- If A:\n  - and a note: it is red", "if A -> advice (and a note: it is red)"),
        ("If A, see Action 1:\n- gently", "if A -> see action 1; advice (gently)"),
    ],
)
def test_a_branch_is_read_in_this_spelling(line: str, wanted: str) -> None:
    assert step(line) == [wanted]


def test_what_stands_deep_below_a_branch_is_read_too() -> None:
    body = "- If A:\n  - Look:\n    - If B: go to Step 2\n    - closely:\n      - see Action 1"
    assert step(body) == [
        "if A -> advice (Look:); advice (closely:); see action 1",
        "if A and B -> go to step 2",
    ]


def test_letters_at_the_margin_part_branches() -> None:
    assert step("Decide\na. If A: stop\nb. If B: escalate") == [
        "if A -> stop",
        "if B -> escalate (escalate)",
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("When A is found, go to Step 2", "RB010"),
        ("For timeouts see Action 1", "RB010"),
        ("- **Yes** - Step 2", "RB010"),
        ("- Note: If A, go to Step 2", "RB010"),
        ("> **Note**: If A: go to Step 2", "RB010"),
        ("    If A: go to Step 2", "RB010"),
        ("```sh\n# if it fails, see Action 1\n```", "RB010"),
        ("| Result | Then |\n|---|---|\n| Errors > 10 | Step 2 |", "RB010"),
        ("Escalate if:\n\n- A\n- B", "RB010"),
        ("Ask for the list, then apply Action 1.", "RB012"),
        ("- STOP", "RB012"),
        ("- see `Jupyter-Trend`", "RB011"),
    ],
)
def test_what_no_run_follows_is_told(line: str, code: str) -> None:
    assert step(line) == [code]


@pytest.mark.parametrize(
    "line",
    [
        "Compare the list with that of Step 2.",
        "Do not go to Step 2 yet.",
        "**Precondition**: Action 1 was tried when it was quiet",
        "Look twice. If in doubt, ask.",
        "- Restart it",
    ],
)
def test_what_sends_nobody_anywhere_is_not_told(line: str) -> None:
    assert step(line) == []


LIST = "# A\n\n## Diagnosis Flow\n\n"


def test_what_stands_between_two_numbered_items_belongs_to_the_first() -> None:
    text = f"{LIST}1. Look\n  - If A: go to step 2\n\n```\ntail\n```\n\n2) Wait\n   1. long\n"
    assert outline(text) == ["step 1: Look", "  if A -> go to step 2", "step 2: Wait"]


@pytest.mark.parametrize("text", ["3. Look\n", "1. Look\n\nThen\n\n1. Wait\n", "- Look\n"])
def test_a_list_that_does_not_count_from_one_makes_no_steps(text: str) -> None:
    assert outline(LIST + text) == []


def test_numbered_items_are_no_steps_beside_headings_that_are() -> None:
    assert outline(f"{LIST}1. Look\n\n### Step 4: Wait\n") == ["step 4: Wait"]


def test_numbered_headings_are_steps_and_actions() -> None:
    text = f"{LIST}### 1. Look\n\n#### 1.1 Closer\n\n## Actions\n\n### 1) Mend (REVERSIBLE)\n"
    assert outline(text) == ["step 1: Look", "step 1.1: Closer", "action 1: Mend (reversible)"]


def test_checks_may_be_headings_and_a_success_a_line() -> None:
    text = (
        "# A\n\n## Safety Checks\n\n### Check 1: Is it up\n\nIf not, STOP.\n\n## Verification\n\n"
        "### Immediate\n\nSuccess: errors < 1%\n\nIt is prose.\n\n### Check 1: Orders\n\n"
        "**Success**: orders > 5\n"
    )
    assert outline(text) == [
        "safety 1: Is it up",
        "  if not -> stop",
        "verification 1: errors < 1%",
        "  expects errors < 1%",
        "verification 2: Orders",
        "  expects orders > 5",
    ]


def test_what_one_must_not_do_may_stand_behind_the_label_or_below_it() -> None:
    text = "# A\n\n## Safety Checks\n\n**DO NOT**: purge\n\n- **Never**:\n  - drain\n"
    assert read(text).runbook.do_not == ("purge", "drain")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**Escalate if**\n\n- X", "escalate if X"),
        ("**Rollback Triggers**\n\n- X", "rollback if X"),
        ("### When to escalate\n\n- X", "escalate if X"),
        ("### Escalation criteria:\n\n- If X", "escalate if X"),
        ("Escalate to the DBA if X", "escalate if X"),
        ("- Roll back the deployment when X", "rollback if X"),
        ("### Escalate if\n\n| Trigger | To |\n|---|---|\n| X | CTO |", "escalate if X"),
    ],
)
def test_triggers_are_read_however_they_are_headed(body: str, wanted: str) -> None:
    assert outline(f"# A\n\n## Rollback / Escalation\n\n{body}\n") == [wanted]


def test_a_way_back_with_a_condition_is_no_trigger() -> None:
    body = "**If Action 1 Caused Issues**:\n\n- Roll back the database if it was changed\n"
    assert outline(f"# A\n\n## Rollback / Escalation\n\n{body}") == []


def test_a_key_runs_again_where_the_step_is_done_again_that_calls_it() -> None:
    def consequences(line: str) -> str:
        text = (
            f"{LIST}### Step 1: Look\n\n- Run: `jupyter-a-b`\n- If A: {line}\n\n"
            "### Step 2: Wait\n\n- Run: `jupyter-c-d`\n\n### Step 3: B\n\n- Run: `jupyter-e-f`\n\n"
            "### Step 4: C\n\n- Run: `jupyter-e-f`\n"
        )
        return outline(text)[2].strip().removeprefix("if A -> ")

    assert consequences("rerun `jupyter-a-b`") == "run this step again"
    assert consequences("run the `jupyter-a-b` KEY again") == "run this step again"
    assert consequences("wait; repeat `jupyter-c-d`") == "advice (wait); run step 2 again"
    assert consequences("rerun `jupyter-e-f`") == "advice (rerun jupyter-e-f)"
    assert consequences("rerun `jupyter-x-y`") == "advice (rerun jupyter-x-y)"
    assert consequences("rerun `jupyter-a-b` with more logs") == (
        "advice (rerun jupyter-a-b with more logs)"
    )


def test_keys_of_the_follow_ups_are_kept_with_their_inputs() -> None:
    text = "# A\n\n## Post-Incident Follow-Ups\n\n- Run: `jupyter-a-b`\n  - **Input**: the logs\n"
    parsed = read(text)
    (call,) = parsed.runbook.follow_ups
    assert (call.key.text, [spec.text for spec in call.inputs]) == ("jupyter-a-b", ["the logs"])
    assert parsed.document.diagnostics == ()


@pytest.mark.parametrize("title", ["Verify a deployment", "Escalation of a ticket", "Scope"])
def test_a_title_may_sound_like_a_section(title: str) -> None:
    runbook = read(f"# {title}\n\n## Diagnosis\n\n### Step 1: Look\n").runbook
    assert (runbook.title, [step.title for step in runbook.steps]) == (title, ["Look"])


def test_a_section_on_top_stays_one_where_others_are_beside_it() -> None:
    text = "# Verification\n\n- It answers\n\n# Diagnosis\n\n## Step 1: Look\n"
    assert outline(text) == ["step 1: Look", "verification 1: It answers"]


def test_a_success_belongs_to_the_item_or_the_line_before_it() -> None:
    text = (
        "# A\n\n## Verification\n\n- **KEY**: `jupyter-a-b`\n\n**Success**: errors < 1\n\n"
        "Success: rows > 5\n\nRun `jupyter-c-d`\n\n```\nsee\n```\n\nSuccess: rate > 9\n"
    )
    assert outline(text) == [
        "verification 1: KEY: jupyter-a-b",
        "  calls jupyter-a-b",
        "  expects errors < 1",
        "verification 2: rows > 5",
        "  expects rows > 5",
        "verification 3: Run jupyter-c-d",
        "  calls jupyter-c-d",
        "  expects rate > 9",
    ]


def test_the_span_of_a_row_without_its_last_cell_ends_with_the_text() -> None:
    text = "### Step 1: Look\n\n| a | b |\n|---|---|\n| Errors: go to Step 9"
    (found,) = read(text).document.diagnostics
    assert (found.code, text[found.span.start :]) == ("RB010", "Errors: go to Step 9")
    assert found.span.end == len(text)
