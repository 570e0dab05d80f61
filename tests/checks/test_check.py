"""What holds for all rules together."""

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.checks.rule import Setting
from runner.model.diagnostics import Severity
from tests.checks.runbooks import CLEAN, check, in_setting

LINES = [line + "\n" for line in CLEAN.splitlines()]


def test_findings_stand_in_the_order_of_the_document() -> None:
    found = check(
        "# Disk full\n\n### Step 3: See\n\n- If it shrinks:\n- If it grows: Continue to Step 9\n"
    )
    assert [d.span.start for d in found] == sorted(d.span.start for d in found)


def test_a_range_of_another_dimension_is_said_once() -> None:
    text = in_setting("- **If p95 latency between 2% and 5%**: See Action 2\n", Setting.KEY_STEP)
    assert [d.code for d in check(text)] == ["RB103"]


def test_a_finding_reads_as_on_the_terminal() -> None:
    (found,) = check(in_setting("- **If Signature Faults**: See Action 1\n", Setting.KEY_STEP))
    assert found.severity is Severity.WARNING
    assert found.message == (
        '"Signature Faults" is no output of KEY jupyter-webhook-event-analysis: '
        "a person will be asked"
    )
    assert found.hint.startswith('it publishes signature_errors ("Signature errors")')
    assert found.hint.endswith("; rename, or add the alias in key.json")


def test_a_gap_comes_with_its_counter_example() -> None:
    branches = "- Success Rate (should be > 95%)\n- **If Success Rate < 95%**: Continue to Step 2\n"
    (found,) = check(in_setting(branches, Setting.KEY_STEP))
    assert found.message == "95 % exactly matches no branch and no expectation of the step"


def test_windows_line_ends_give_the_same_codes() -> None:
    text = in_setting("- **If Signature Faults**: See Action 1\n", Setting.KEY_STEP)
    assert [d.code for d in check(text.replace("\n", "\r\n"))] == ["RB104"]


def test_an_empty_file_is_no_runbook_and_no_crash() -> None:
    assert [d.code for d in check("")] == ["RB002", "RB003"]


@given(st.lists(st.sampled_from(LINES), max_size=60))
@settings(max_examples=150, deadline=None)
def test_every_caret_stands_in_the_text_whatever_the_lines(lines: list[str]) -> None:
    text = "".join(lines)
    for found in check(text):
        assert 0 <= found.span.start <= found.span.end <= len(text)
