"""Edits that lint makes: the finding is gone, the model is equal, nothing else changes."""

import pytest

from runner.checks.check import check_runbook
from runner.checks.fixes import edited, meaning, safe_edits
from runner.checks.ignores import heed_ignores
from runner.checks.rule import Setting
from runner.checks.selection import Selection
from runner.checks.subject import Subject
from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.model.source import SourceText
from tests.checks.runbooks import CONTRACTS, KNOWN, check, codes, in_setting

LOCATION = "/jupyter-keys/webhook-event-analysis/webhook-event-analysis.ipynb"


def mended(text: str) -> str:
    parsed = parse_runbook(SourceText("runbooks/webhooks.md", text))
    program = Program(parsed.runbook, CONTRACTS)
    heeded = heed_ignores(parsed.runbook.source, check_runbook(parsed, program, KNOWN))
    subject = Subject(parsed, program, KNOWN)
    return edited(text, safe_edits(subject, heeded, Selection()))


def model(text: str) -> object:
    return meaning(parse_runbook(SourceText("runbooks/webhooks.md", text)).runbook)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("`/jupyter-keys/webhooks/webhooks.ipynb`", f"`{LOCATION}`"),
        ("jupyter-keys/webhooks/", LOCATION.removeprefix("/")),
        (
            "`https://git.example/main/jupyter-keys/w/w.ipynb`",
            f"`https://git.example/main{LOCATION}`",
        ),
    ],
)
def test_a_location_becomes_the_notebook_of_its_key(wrong: str, right: str) -> None:
    text = in_setting("", Setting.KEY_STEP).replace(f"`{LOCATION}`", wrong)
    assert codes(text) == ["RB309"]
    assert mended(text) == text.replace(wrong, right)
    assert codes(mended(text)) == []
    assert model(mended(text)) == model(text)


@pytest.mark.parametrize(
    "written",
    [
        "`/srv/notebooks/webhooks.ipynb`",
        "`/jupyter-keys/webhooks/webhooks.ipynb` (v2)",
        "[/jupyter-keys/webhooks/w.ipynb](https://git.example/x) or `/jupyter-keys/b/b.ipynb`",
    ],
)
def test_a_location_of_another_kind_is_left_to_its_author(written: str) -> None:
    text = in_setting("", Setting.KEY_STEP).replace(f"`{LOCATION}`", written)
    assert mended(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "<!-- lint-ignore RB104 -->\n\n- **If Signature Errors**: STOP\n",
            "\n- **If Signature Errors**: STOP\n",
        ),
        (
            "- **If Signature Errors**: STOP <!-- lint-ignore RB104: once -->\n",
            "- **If Signature Errors**: STOP\n",
        ),
        (
            "<!-- lint-ignore RB104, RB201 RB203: old -->\n- **If Signature Faults**: STOP\n",
            "<!-- lint-ignore RB104: old -->\n- **If Signature Faults**: STOP\n",
        ),
        (
            "**If timeouts > 9**: STOP\n<!-- lint-ignore RB104 -->\n**If Impact is low**: STOP\n",
            "**If timeouts > 9**: STOP\n\n**If Impact is low**: STOP\n",
        ),
        (
            "<!-- lint-ignore RB104 -->\n<!-- lint-ignore RB104 -->\n- **If it hurts**: STOP\n",
            "<!-- lint-ignore RB104 -->\n\n- **If it hurts**: STOP\n",
        ),
        (
            "<!-- lint-ignore RB904: a wrong digit is a person's -->\n- If timeouts: STOP\n",
            "<!-- lint-ignore RB904: a wrong digit is a person's -->\n- If timeouts: STOP\n",
        ),
    ],
)
def test_what_ignores_nothing_is_taken_out(before: str, after: str) -> None:
    text = in_setting(before, Setting.KEY_STEP)
    assert mended(text) == in_setting(after, Setting.KEY_STEP)
    assert model(mended(text)) == model(text)
    assert not [d for d in check(mended(text)) if d.code == "RB007"]


def test_line_ends_and_everything_else_stay_to_the_character() -> None:
    text = in_setting(
        "- **If Signature Errors**: STOP <!-- lint-ignore RB104 -->\n", Setting.KEY_STEP
    )
    windows = "\ufeff" + text.replace("\n", "\r\n") + "\ttrailing  \r\n"
    assert mended(windows) == windows.replace(" <!-- lint-ignore RB104 -->", "")


def test_mending_twice_is_mending_once() -> None:
    text = in_setting(
        "<!-- lint-ignore RB104, RB201 -->\n- **If Signature Errors**: STOP\n", Setting.KEY_STEP
    )
    assert mended(mended(text)) == mended(text)


CALL = """\
# Webhooks

## Diagnosis Flow

### Step 1: Analyze

**When**: Now

{call}
- **If Success Rate < 95%**: STOP

## Evidence & Audit Notes

* The graph of the gateway

## Post-Incident Follow-Ups

None.
"""
KEY_AND_INPUT = "- **KEY**: `jupyter-webhook-event-analysis`\n- **Input**: the log\n"


def test_what_a_call_gives_and_answers_is_written_from_its_contract() -> None:
    text = CALL.format(call=KEY_AND_INPUT)
    written = mended(text)
    assert {"RB304", "RB305", "RB308"} <= set(codes(text))
    assert set(codes(text)) - set(codes(written)) == {"RB304", "RB305", "RB308"}
    assert "- **Output**: " in written
    assert "- **Questions Answered**:\n  - What fails?\n  - Since when?\n" in written
    assert "* The graph of the gateway\n* Analysis results (`jupyter-webhook-event-" in written
    assert model(written) == model(text)
    assert mended(written) == written


@pytest.mark.parametrize(
    "call",
    [
        "Run: `jupyter-webhook-event-analysis` KEY with the log as input\n",
        "- **KEY**: `jupyter-webhook-event-analysis`\n  - **Input**: the log\n",
        "- **KEY**: `jupyter-webhook-event-analysis`\n  for the last hour\n",
    ],
)
def test_a_call_that_is_no_item_of_its_own_is_left_to_its_author(call: str) -> None:
    assert "**Output**" not in mended(CALL.format(call=call))
