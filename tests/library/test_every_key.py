"""What holds for every shipped KEY: samples, determinism, its files in step with one another."""

import re
import subprocess
import sys
from decimal import Decimal
from typing import Any

import jupytext
import pytest

from runner.keys.catalog import InstalledKey
from runner.keys.samples import SampleCase, differences, sample_cases
from tests.library.conftest import LIBRARY, ROOT, Execute, installed
from tools.write_key_readmes import MARK, readme

SLUGS = [name.slug for name in LIBRARY.key_names()]
CASES = [(slug, case) for slug in SLUGS for case in sample_cases(installed(slug))]
FIRST = [next((one for one in CASES if one[0] == slug), (slug, None)) for slug in SLUGS]
MOST_CODE_LINES = 120
LONGER = {
    "impact-analysis": 132,
    "job-failure-analysis": 136,
    "stripe-subscription-reconciliation": 131,
    "webhook-event-analysis": 123,
}
"""KEYs that are not as short yet, and what they must not exceed."""


def given(case: SampleCase) -> dict[str, Any]:
    return {**dict(case.inputs), **dict(case.parameters)}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_key_has_samples(slug: str) -> None:
    assert sample_cases(installed(slug)) != ()


@pytest.mark.parametrize(("slug", "case"), CASES, ids=lambda v: getattr(v, "name", v))
def test_a_sample_gives_what_is_expected(execute: Execute, slug: str, case: SampleCase) -> None:
    assert differences(case, execute(slug, **given(case))) == ()


@pytest.mark.parametrize(("slug", "case"), FIRST, ids=lambda v: getattr(v, "name", v))
def test_the_digits_are_the_same_in_any_time_zone_and_with_any_number_of_threads(
    execute: Execute, zone: Any, slug: str, case: SampleCase
) -> None:
    zone("UTC")
    first = execute(slug, threads=1, **given(case))
    zone("America/New_York")

    assert execute(slug, threads=2, **given(case)) == first


@pytest.mark.kernel
@pytest.mark.parametrize("slug", SLUGS)
def test_the_command_finds_every_sample_good_in_a_kernel(slug: str) -> None:
    command = [sys.executable, "-m", "runner", "keys", "test", slug]
    tested = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    names = [case.name for of, case in CASES if of == slug]
    good = [f"good  jupyter-{slug}: {name}" for name in names]
    assert (tested.returncode, tested.stdout.splitlines()) == (0, good), tested.stderr


@pytest.mark.parametrize("slug", SLUGS)
def test_notebook_and_pair_are_in_step_and_stripped(slug: str) -> None:
    notebook = jupytext.read(installed(slug).notebook)
    pair = jupytext.read(installed(slug).notebook.with_suffix(".py"))

    def content(cell: Any) -> tuple[Any, ...]:
        return cell.cell_type, cell.source, cell.metadata.get("tags", [])

    assert [content(cell) for cell in notebook.cells] == [content(cell) for cell in pair.cells]
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_parameters_cell_agrees_with_the_contract(slug: str) -> None:
    key = installed(slug)
    cell = next(c for c in jupytext.read(key.notebook).cells if c.metadata.get("tags"))
    names: dict[str, Any] = {}
    exec(cell.source, {}, names)

    declared = {parameter.name: parameter.default for parameter in key.contract.parameters}
    files = {one.name: names.pop(one.name) for one in key.contract.inputs}
    assert {n: Decimal(str(v)) if isinstance(v, float) else v for n, v in names.items()} == declared
    assert [path for path in files.values() if path and not (key.folder / path).is_file()] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_what_all_keys_share_is_a_parameter_of_each(slug: str) -> None:
    contract = installed(slug).contract
    types = {parameter.name: parameter.type for parameter in contract.parameters}
    columns = [column for one in contract.inputs for column in one.columns]

    assert types["timezone"] == "timezone"
    assert types.get("columns" if columns else "ignored_columns") in ("columns", "text")
    if any(column.type == "timestamp" for column in columns):
        assert (types["window_start"], types["window_end"]) == ("timestamp", "timestamp")


@pytest.mark.parametrize("slug", SLUGS)
def test_a_readme_tells_every_question_input_parameter_and_output(slug: str) -> None:
    contract = installed(slug).contract
    readme = (installed(slug).folder / "README.md").read_text("utf-8")

    named = (contract.inputs, contract.parameters, contract.outputs)
    names = [one.name for part in named for one in part]
    untold = [name for name in names if f"`{name}`" not in readme]
    assert untold == []
    assert [question for question in contract.questions if question not in readme] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_reads_as_its_analysis(slug: str) -> None:
    assert code_lines(installed(slug)) <= LONGER.get(slug, MOST_CODE_LINES)


def code_lines(key: InstalledKey) -> int:
    """Lines of code and SQL, without blank ones and comments."""
    cells = [c.source for c in jupytext.read(key.notebook).cells if c.cell_type == "code"]
    lines = [line for cell in cells for line in cell.splitlines()]
    return sum(bool(re.search(r"\S", line)) and not line.lstrip().startswith("#") for line in lines)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_tables_of_a_readme_are_those_of_the_contract(slug: str) -> None:
    text = (installed(slug).folder / "README.md").read_text("utf-8")

    assert MARK not in text or readme(installed(slug), text) == text
