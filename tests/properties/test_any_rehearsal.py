"""No rehearsal file makes the runner raise, whatever stands in its fields."""

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runner.keys.catalog import Library
from runner.runs.loading import load_runbook
from runner.runs.rehearsal_file import FIELDS, decode_rehearsal
from runner.runs.scripted_values import problems_of

PROGRAM = load_runbook(Library((Path(__file__).parents[2],)), "webhook-failures").program
OUTPUTS = tuple(spec.name for contract in PROGRAM.contracts for spec in contract.outputs)
NUMBERS = ["1", "-0.5", "nan", "inf", "-inf", "1e400"]
TIMES = ["2026-11-22T10:00:00Z", "1979-05-27", "07:32:00"]
NESTED = ["[]", "[1, [2]]", "[{ a = 1 }]", "{}", "{ step3 = [] }"]
SCALARS = st.sampled_from([*NUMBERS, *TIMES, *NESTED, "true", '"x"', '"failed"'])
NAMES = st.sampled_from([*FIELDS, "step3", "safety1", "step9", '"odd name"', "slug", "outputs"])


def table(name: str, fields: dict[str, str]) -> str:
    return "\n".join([f"[[{name}]]", *(f"{field} = {value}" for field, value in fields.items())])


@given(st.dictionaries(NAMES, SCALARS), st.dictionaries(NAMES, SCALARS))
def test_fields_of_any_type_are_problems_at_worst(
    case: dict[str, str], key: dict[str, str]
) -> None:
    read = decode_rehearsal(f"{table('key', key)}\n{table('case', case)}\n")
    assert read.cases != () or read.problems != ()
    for one in read.cases:
        problems_of(PROGRAM, one)


@given(st.dictionaries(st.sampled_from(OUTPUTS), SCALARS))
def test_outputs_of_any_type_are_judged(outputs: dict[str, str]) -> None:
    inner = ", ".join(f"{name} = {value}" for name, value in outputs.items())
    (case,) = decode_rehearsal(f'[[case]]\nname = "x"\nstep3 = {{ {inner} }}\n').cases
    problems = [problem.text for problem in problems_of(PROGRAM, case)]
    assert [text for text in problems if not re.match('case "x": .*step 3', text)] == []


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read: Any = decode_rehearsal(text)
    assert read.problems != ()
    assert decode_rehearsal(json.dumps(text)).problems != ()
