"""An independent runbook with its verdicts: each case of the cases file, run as a rehearsal."""

from pathlib import Path

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.model.rehearsals import Case
from runner.model.runbook import Reversibility
from runner.model.source import SourceText
from runner.runs.rehearsal_file import decode_rehearsal
from runner.runs.rehearsal_results import run_case
from runner.runs.scripted_values import problems_of

EXAMPLES = Path(__file__).parents[1] / "examples"
REHEARSAL = decode_rehearsal((EXAMPLES / "queue-backlog.cases.toml").read_text())


@pytest.fixture(scope="module")
def program() -> Program:
    text = (EXAMPLES / "queue-backlog.md").read_text()
    runbook = parse_runbook(SourceText("queue-backlog.md", text)).runbook
    return Program(runbook, REHEARSAL.contracts)


def test_the_cases_are_read_without_a_problem(program: Program) -> None:
    assert REHEARSAL.problems == ()
    assert [problems_of(program, case) for case in REHEARSAL.cases] == [()] * 7


@pytest.mark.parametrize("case", REHEARSAL.cases, ids=lambda case: case.name)
def test_a_run_goes_where_a_careful_reader_would(program: Program, case: Case) -> None:
    result, _ = run_case(program, case)
    assert result.difference is None


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
