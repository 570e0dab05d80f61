import json
from pathlib import Path
from typing import Any

import pytest

from runner.keys.notebook_source import read_notebook
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.events import Parameter
from runner.model.results import FailureKind, KeyFailure
from tests.keys.installed import install, notebook, order


def refusal(tmp_path: Path, text: str, **details: Any) -> str:
    key = install(tmp_path / "library")
    key.notebook.write_text(text)
    executor = PapermillExecutor()
    outcome = executor.execute(order(key, tmp_path / "run", **details), lambda progress: None)
    assert isinstance(outcome, KeyFailure)
    assert (outcome.kind, outcome.cells) == (FailureKind.REFUSED, ())
    return outcome.message


def changed(**parts: Any) -> str:
    return json.dumps({**notebook("x = 1"), **parts})


def cells(*tags: list[str]) -> list[dict[str, Any]]:
    plain: dict[str, Any] = {"cell_type": "code", "source": "", "outputs": []}
    return [{**plain, "metadata": {"tags": tag}} for tag in tags]


R = {"name": "ir", "language": "R"}
OF_INTEGER = "of jupyter-toy-key is of type integer in key.json, and the parameters cell sets it to"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("print('hello')", "is not JSON"),
        ("[]", "is JSON and not a notebook: it has no list of cells"),
        (changed(nbformat=2), "is of notebook format 2; format 4 is wanted"),
        (changed(nbformat=3), "is JSON and not a notebook: it has no list of cells"),
        (changed(cells=[{"cell_type": "code"}]), "has a cell 0 that is not one"),
        (changed(cells=[{**cells(["parameters"])[0], "cell_type": "raw"}]),
         "has a cell tagged `parameters` that holds no code"),
    ],
)  # fmt: skip
def test_a_notebook_that_cannot_be_a_key_is_refused_before_a_kernel_starts(
    tmp_path: Path, text: str, why: str
) -> None:
    assert refusal(tmp_path, text) == f"toy-key.ipynb {why}"


def test_parameters_that_are_no_declared_identifiers_are_refused(tmp_path: Path) -> None:
    name = "x = __import__('os').system('true')"
    message = refusal(tmp_path, changed(), parameters=[Parameter(name, 1)])
    assert message == f"{name!r} is not declared by the KEY; {name!r} is not an identifier"


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("limt = 3", "x = 1", "'limit' is not set in the parameters cell of jupyter-toy-key; "
         "did you mean `limt`?"),
        ("limit = 'many'", "x = 1",
         f"parameter 'limit' {OF_INTEGER} 'many'"),
        ("limit = True", "x = 1",
         f"parameter 'limit' {OF_INTEGER} True"),
        (None, "limit = 3\nprint(limit)",
         "'limit' would be lost: jupyter-toy-key sets it again, "
         "in a cell that is not tagged `parameters`"),
    ],
)  # fmt: skip
def test_a_value_that_would_not_reach_the_notebook_is_refused(
    tmp_path: Path, first: str | None, second: str, why: str
) -> None:
    plain: dict[str, Any] = {"cell_type": "code", "outputs": [], "metadata": {}}
    made = [{**plain, "source": second}]
    if first:
        made = [{**plain, "source": first, "metadata": {"tags": ["parameters"]}}, *made]
    given = [Parameter("limit", 5)]
    assert refusal(tmp_path, changed(cells=made), parameters=given) == why


def test_a_kernel_that_is_not_installed_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, changed(metadata={"kernelspec": R}))
    assert message.startswith("the notebook asks for the kernel 'ir', which is not installed in /")


@pytest.mark.parametrize(
    ("metadata", "kernel"),
    [
        ({}, ("python3", "python")),
        ({"kernelspec": {"display_name": "Python 3"}}, ("python3", "python")),
        ({"kernelspec": []}, ("python3", "python")),
        ({"language_info": {"name": "ipython"}}, ("python3", "python")),
        ({"language_info": {"name": "julia"}}, ("julia", "julia")),
        ({"kernelspec": R}, ("ir", "R")),
    ],
)
def test_a_notebook_that_names_no_kernel_is_of_python(
    tmp_path: Path, metadata: dict[str, Any], kernel: tuple[str, str]
) -> None:
    (tmp_path / "nb.ipynb").write_text(changed(metadata=metadata))
    source = read_notebook(tmp_path / "nb.ipynb")
    assert (source.kernel, source.language) == kernel


def test_an_attempt_is_made_once(tmp_path: Path) -> None:
    (tmp_path / "run/keys/step-1.1.1/attempt-1").mkdir(parents=True)
    assert refusal(tmp_path, changed()) == "attempt 1 of step-1.1.1 was made before"
