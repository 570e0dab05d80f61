"""Rehearsal files: what they say, and what is said of those that are wrong."""

import pytest

from runner.model.rehearsals import ExpectedField
from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import Mode
from runner.runs.rehearsal_file import decode_rehearsal

GOOD = """
[[case]]
name = "odd"
mode = "interactive"
answers = { "safety 1" = "yes" }
step3 = "failed"
decisions = { "step 3" = ["Odd"] }
actions = [2]
outcome = "failed"
"""


def test_a_case_says_what_goes_in_and_what_comes_out() -> None:
    (case,) = decode_rehearsal(GOOD).cases
    ((step, scripted),) = case.outputs
    assert (case.name, case.mode, case.line) == ("odd", Mode.SCRIPTED, 2)
    assert (str(step), scripted) == ("step 3", KeyFailure(FailureKind.CELL, "scripted"))
    assert case.answers == (("safety 1", "yes"),)
    assert case.expected == (
        ExpectedField("decisions of step 3", ("Odd",), 7),
        ExpectedField("actions", ("2",), 8),
        ExpectedField("outcome", ("failed",), 9),
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[[case]\n", 1, "it is not TOML"),
        ("", 1, "it has no [[case]]"),
        (GOOD.replace("outcome", "outcme"), 9, "unknown field `outcme`; did you mean `outcome`?"),
        (GOOD.replace('"failed"\nd', '"fails"\nd'), 6, 'step3 must be a table of outputs, or "fai'),
        (GOOD.replace('= "failed"\n', '= "good"\n'), 9, 'outcome is "good"; known: aborted'),
        (GOOD.replace("interactive", "interactiv"), 4, "did you mean `interactive`?"),
        (GOOD.replace("[2]", "2"), 8, "actions must be a list of texts, found 2"),
        (GOOD.replace('name = "odd"', ""), 2, "case 1 has no name"),
        (GOOD + GOOD, 11, 'two cases are called "odd"'),
        ('[[key]]\nslug = "a-b"\noutputs = [{ name = "n", type = "coun" }]\n' + GOOD, 3, "coun"),
        ("cases = 1\n" + GOOD, 1, "unknown field `cases`; did you mean `case`?"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, said: str) -> None:
    problems = decode_rehearsal(text).problems
    assert [p.line for p in problems if said in p.text] == [line], problems
