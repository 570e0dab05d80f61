"""What a reader would follow and a run does not is told, and nothing else is."""

from pathlib import Path

import pytest

from runner.document.mentions import mentions_a_target
from runner.document.parse import parse_runbook
from runner.model.source import SourceText

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "line",
    [
        "- Timeouts → Action 1",
        "- Signature errors: see Action 2",
        "When errors exist: go to Step 3",
        "| Status | Then |\n|---|---|\n| 500 | Go to Step 3 |",
    ],
)
def test_a_move_behind_words_that_are_no_condition_is_told(line: str) -> None:
    source = SourceText("a.md", f"# A\n\n### Step 1: Look\n\n{line}\n")
    assert [d.code for d in parse_runbook(source).document.diagnostics] == ["RB010"]


def test_a_table_without_a_word_of_checks_in_verification_is_told() -> None:
    table = "| Metric | Healthy |\n|---|---|\n| error rate | below 1% |\n"
    source = SourceText("a.md", f"# A\n\n### Step 1: Look\n\n## Verification\n\n{table}")
    parsed = parse_runbook(source)
    assert parsed.runbook.verification == ()
    (told,) = parsed.document.diagnostics
    assert (told.code, told.message) == (
        "RB013", '"error rate" looks like a check and is not read as one',
    )  # fmt: skip
    assert told.hint == "name the columns `Check` and `Success`, or write a list"


def test_a_list_in_action_steps_that_is_no_row_of_actions_is_told() -> None:
    items = "- Restart the workers\n- None of this at night\n- If A: see Action 2\n"
    text = f"# A\n\n### Step 1: Look\n\n## Action Steps\n\n{items}"
    told = parse_runbook(SourceText("a.md", text)).document.diagnostics
    assert [(d.code, text[d.span.start : d.span.end]) for d in told] == [
        ("RB013", "Restart the workers"),
        ("RB010", "If A: see Action 2"),
    ]


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<details><summary>If C: STOP</summary>\n\nx\n\n</details>", [("RB010", "If C: STOP")]),
        ("<details>\n- **If E**: go to Step 3\n</details>", [("RB010", "If E**: go to Step 3")]),
        ("<p>Run <code>jupyter-x-y</code></p>", [("RB011", "jupyter-x-y")]),
        ("<p>\n<b>Go to Step 3</b>\n</p>", [("RB012", "Go to Step 3")]),
        ("<h3>Step 2: Look</h3>", [("RB013", "Step 2: Look")]),
        ("<!-- shown --> If A: go to Step 3", [("RB010", "If A: go to Step 3")]),
        ("<!-- If A: go to Step 3 -->", []),
        ("<style>\nIf A: go to Step 3\n</style>", []),
        ("<p>All is well if it answers.</p>", []),
        ("<br>", []),
    ],
)  # fmt: skip
def test_what_a_reader_would_follow_in_html_is_told(html: str, told: list[tuple[str, str]]) -> None:
    text = f"# A\n\n### Step 1: Look\n\n{html}\n\n### Step 4: Wait\n"
    found = parse_runbook(SourceText("a.md", text)).document.diagnostics
    assert [(d.code, text[d.span.start : d.span.end]) for d in found] == told


@pytest.mark.parametrize(
    "words",
    ["go to Option 2", "loop back to 2", "go back to the second step", "Skip to option B",
     "wait and loop back", "return to the 3rd check", "jump back to 2.1"],
)  # fmt: skip
def test_a_place_in_other_words_is_told(words: str) -> None:
    text = f"# A\n\n### Step 1: Look\n\n- If A: wait\n\n{words[0].upper()}{words[1:]}.\n"
    assert [d.code for d in parse_runbook(SourceText("a.md", text)).document.diagnostics] == [
        "RB012"
    ]
    assert mentions_a_target(words)


@pytest.mark.parametrize(
    "words",
    ["go to 3 nodes", "continue with part of it", "return to 2 replicas", "move to a new case"],
)
def test_a_number_of_things_is_no_place(words: str) -> None:
    assert not mentions_a_target(words)


def test_what_an_introduction_says_to_do_is_told() -> None:
    intro = (
        "If customers cannot pay, use the Payment Runbook.\n\n"
        "When the queue is full: go to Step 1. Or run `jupyter-x-y` first.\n"
    )
    text = f"# A\n\n{intro}\n## Diagnosis Flow\n\n### Step 1: Look\n"
    told = parse_runbook(SourceText("a.md", text)).document.diagnostics
    assert sorted(d.code for d in told) == ["RB010", "RB011"]
