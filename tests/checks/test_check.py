"""What holds for all rules together."""

import pytest
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


@pytest.mark.parametrize(
    ("branches", "message"),
    [
        (
            ("p95 latency < 2 s**: STOP", "p95 latency > 14 s**: See Action 2"),
            "8 s matches no branch and no expectation of the step",
        ),
        (
            ("timeouts < 4**: STOP", "timeouts > 6**: See Action 2"),
            "5 matches no branch and no expectation of the step",
        ),
        (
            ("Success Rate < 95%**: Continue to Step 2", "Success Rate < 80%**: STOP"),
            'with Delivery success rate 40 %, "Success Rate < 95%" holds too, and leads elsewhere: '
            "a person will choose",
        ),
        (
            ("p95 latency > 500 ms**: STOP", "p95 latency > 10 min**: Continue to Step 2"),
            'with Latency p95 20 min, "p95 latency > 500 ms" holds too, and leads elsewhere: '
            "a person will choose",
        ),
        (
            ("Success Rate < 90%**: STOP", "Timeout Errors > 20**: Continue to Step 2"),
            'with Delivery success rate 45 % and Timeout errors 21, "Success Rate < 90%" holds '
            "too, and leads elsewhere: a person will choose",
        ),
        (
            ("timeouts > 5**: See Action 2", "timeouts > 9**: See Action 2"),
            'whenever this holds, "timeouts > 5" holds too, and says the same',
        ),
        (("timeouts > 5 and < 3**: STOP",), "no value can meet this condition"),
        (("timeouts > 3 or < 5**: STOP",), "every value meets this condition"),
        (
            ("Signature Errors Found**: Continue to Step 2",),
            'nothing says what follows without "Signature Errors Found"',
        ),
    ],
)
def test_what_conditions_leave_out_is_said_with_a_value(
    branches: tuple[str, ...], message: str
) -> None:
    text = "".join(f"- **If {branch}\n" for branch in branches)
    (found,) = check(in_setting(text, Setting.KEY_STEP))
    assert found.message == message


def test_a_step_with_very_many_branches_is_not_compared_pair_by_pair() -> None:
    branches = [f"- **If timeouts > {n}**: Continue to Step {n % 2 + 2}\n" for n in range(300)]
    assert check(in_setting("".join(branches), Setting.KEY_STEP)) == ()


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


@pytest.mark.parametrize(
    "text", ["<!-- lint-ignore\n", "<!--\nlint-ignore RB104\n-->\n\n", "<p>\n"]
)
def test_ten_thousand_comments_and_tags_take_no_square_of_the_time(text: str) -> None:
    assert check(f"# A\n\n### Step 1: Look\n\n{text * 10_000}")
