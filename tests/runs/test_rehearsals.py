"""Cases against a small runbook: differences with their reasons, coverage, proposals."""

from pathlib import Path

import pytest

from runner.document.parse import parse_runbook
from runner.errors import InvalidInput, NotFound
from runner.interpreter.program import Program
from runner.keys.catalog import Library
from runner.model.rehearsals import CaseResult, Rehearsal
from runner.model.source import SourceText
from runner.runs.coverage import coverage
from runner.runs.proposals import propose
from runner.runs.rehearsal_file import decode_rehearsal
from runner.runs.rehearsal_results import run_case
from runner.runs.rehearsal_toml import case_toml
from runner.runs.rehearsals import load_rehearsal, rehearse_all
from runner.runs.scripted_values import problems_of

RUNBOOK = """\
# Queue

## Diagnosis Flow

### Step 1: Measure

- **KEY**: `jupyter-queue-depth`
- **Input**: the export
- **If Depth > 100 and Stuck**: Continue to Step 2
- **If State is closed**: See Action 1

### Step 2: Look

- **If a consumer hangs**: See Action 1
- **Otherwise**: escalate to the broker team

## Action Steps

### Action 1: Restart (REVERSIBLE)

## Rollback / Escalation

Escalate if:

- Depth > 10000
- the boss calls
"""
KEY = """\
[[key]]
slug = "jupyter-queue-depth"
inputs = ["export"]
outputs = [
  { name = "depth", label = "Depth", type = "count" },
  { name = "stuck", label = "Stuck", type = "flag" },
  { name = "state", label = "State", type = "enum", values = ["open", "closed"] },
]
"""
DEEP = '[[case]]\nname = "deep"\nstep1 = { depth = 101, stuck = true, state = "open" }\n'
SHALLOW = '[[case]]\nname = "shallow"\nstep1 = { depth = 1, stuck = true, state = "open" }\n'


def rehearsal(cases: str) -> tuple[Program, Rehearsal]:
    read = decode_rehearsal(KEY + cases)
    assert read.problems == ()
    runbook = parse_runbook(SourceText("queue.md", RUNBOOK)).runbook
    return Program(runbook, read.contracts), read


def result_of(case: str) -> CaseResult:
    program, read = rehearsal(case)
    return run_case(program, read.cases[0])[0]


def problem_of(case: str) -> str:
    program, read = rehearsal(case)
    (problem,) = problems_of(program, read.cases[0])
    return problem.text


def test_a_case_that_went_as_it_says_has_no_difference() -> None:
    result = result_of(DEEP + 'path = ["step 1", "step 2 (person)"]\noutcome = "inconclusive"\n')
    assert result.difference is None


def test_the_first_difference_comes_with_the_decisions_that_made_it() -> None:
    difference = result_of(DEEP + 'path = ["step 1"]\noutcome = "healthy"\n').difference
    assert difference is not None
    assert (difference.field, difference.got) == ("path", ("step 1", "step 2 (person)"))
    assert difference.reasons[0] == ("YES step 1, If Depth > 100 and Stuck: 101 > 100 and yes (:9)")


def test_a_wrong_outcome_names_what_held() -> None:
    difference = result_of(
        '[[case]]\nname = "x"\nstep1 = { depth = 20000, stuck = false, state = "open" }\n'
        'outcome = "healthy"\n'
    ).difference
    assert difference is not None
    assert difference.got == ("escalate",)
    assert "escalate if Depth > 10000: 20,000 > 10,000" in difference.reasons


def test_an_answer_that_nobody_asks_for_is_a_difference() -> None:
    difference = result_of(SHALLOW + 'answers = { "step 2" = "a consumer hangs" }\n').difference
    assert difference is not None
    assert (difference.field, difference.got) == ("answer to step 2", ("it was never asked",))


def test_an_answer_that_fits_no_option_lists_them() -> None:
    difference = result_of(DEEP + 'answers = { "step 2" = "perhaps" }\n').difference
    assert difference is not None
    assert difference.reasons[0] == "a consumer hangs"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (DEEP.replace("101", '"many"'), "depth is count, so a whole number; found 'many'"),
        (DEEP.replace("101", "1.5"), "depth is count, so a whole number"),
        (DEEP.replace("101", "true"), "depth is count"),
        (DEEP.replace('"open"', '"opn"'), "state is never 'opn'; did you mean `open`?"),
        (DEEP.replace("stuck =", "stuk ="), "publish no `stuk`; did you mean `stuck`?"),
        (DEEP.replace("step1", "step7"), "the runbook has no step 7"),
        (DEEP.replace("step1", "step2"), "step 2 calls no KEY whose contract is known"),
        (DEEP + 'answers = { "stp" = "y" }\n', "no question is about `stp`; did you mean `stop`?"),
        (DEEP + 'decisions = { "step 2" = ["Odd"] }\n', "step 2 has no branch `Odd`"),
    ],
)
def test_what_the_contract_does_not_know_is_an_error_that_names_the_case(
    case: str, said: str
) -> None:
    problem = problem_of(case)
    assert problem.startswith('case "deep": ')
    assert said in problem


def test_an_undefined_value_is_of_every_type() -> None:
    program, read = rehearsal(DEEP.replace("101", "nan"))
    assert problems_of(program, read.cases[0]) == ()


def test_coverage_names_the_verdicts_that_no_case_shows() -> None:
    program, read = rehearsal(DEEP + SHALLOW)
    covered = coverage(program, [run_case(program, case)[1] for case in read.cases])
    assert [(b.place, b.text, b.missing, b.line) for b in covered.untested] == [
        ("step 1", "State is closed", ("held",), 10),
        ("step 2", "a consumer hangs", ("held", "failed"), 14),
        ("step 2", "Otherwise", ("held", "failed"), 15),
        ("escalate if", "Depth > 10000", ("held",), 25),
    ]
    assert [b.text for b in covered.undecidable] == ["the boss calls"]
    assert (covered.reached, covered.total, covered.percent) == (4, 10, 40.0)


def test_proposals_reach_every_branch_and_pass_as_they_are_printed() -> None:
    program, _ = rehearsal(SHALLOW)
    proposals = propose(program, coverage(program, []))
    printed = "\n".join(case_toml(case) for case in proposals.cases)
    _, read = rehearsal(printed)
    ran = [run_case(program, case) for case in read.cases]
    assert proposals.unreached == ()
    assert [result.difference for result, _ in ran] == [None] * len(ran)
    assert coverage(program, [run for _, run in ran]).percent == 100


def test_proposals_leave_out_what_is_reached_already() -> None:
    program, read = rehearsal(SHALLOW)
    covered = coverage(program, [run_case(program, case)[1] for case in read.cases])
    again = propose(program, covered).cases
    assert {case.name for case in again}.isdisjoint({"step 1: State is closed does not hold"})
    assert len(again) < len(propose(program, coverage(program, [])).cases) + 1


def test_a_branch_beyond_reach_is_named_and_not_invented() -> None:
    text = RUNBOOK.replace("Depth > 100 and Stuck", "Depth > 100 and Depth < 50")
    _, read = rehearsal(SHALLOW)
    program = Program(parse_runbook(SourceText("queue.md", text)).runbook, read.contracts)
    unreached = propose(program, coverage(program, [])).unreached
    assert unreached[0].text == "Depth > 100 and Depth < 50"


def test_a_file_beside_the_runbook_is_found_and_its_problems_are_told(tmp_path: Path) -> None:
    (tmp_path / "queue.md").write_text(RUNBOOK)
    (tmp_path / "queue.rehearsal.toml").write_text(KEY + DEEP.replace("101", '"many"'))
    with pytest.raises(InvalidInput) as error:
        load_rehearsal(Library(()), str(tmp_path / "queue.md"))
    assert f'{tmp_path}/queue.rehearsal.toml:9: case "deep": step 1' in error.value.happened


def test_a_runbook_in_a_folder_has_its_rehearsal_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(RUNBOOK)
    (tmp_path / "rehearsal.toml").write_text(KEY + DEEP)
    loaded = load_rehearsal(Library(()), str(tmp_path))
    assert [result.name for result in rehearse_all(loaded).results] == ["deep"]


def test_cases_that_are_named_and_not_there_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "queue.md").write_text(RUNBOOK)
    with pytest.raises(NotFound):
        load_rehearsal(Library(()), str(tmp_path / "queue.md"), tmp_path / "none.toml")
