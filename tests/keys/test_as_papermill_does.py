"""Notebooks executed by papermill and by us, side by side: the same outcome, the same outputs."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.keys.papermill_executor import PapermillExecutor
from runner.model.events import Parameter
from runner.model.results import FailureKind, KeyFailure
from tests.keys.installed import install, order
from tests.keys.notebooks import ALL, GIVEN, NEEDED, OFTEN, WITHOUT_KERNEL, Tree

pytestmark = pytest.mark.kernel
PEER = """
import json, sys, nbformat, papermill, logging
logging.disable()
source, target, given, kernel = sys.argv[1:]
said = ""
try:
    papermill.execute_notebook(
        source, target, json.loads(given), progress_bar=False, kernel_name=kernel or None
    )
except papermill.PapermillExecutionError as error:
    said = f"{error.ename}: {error.evalue}"
print(json.dumps(said))
"""
VALIDATE = "import nbformat, sys\nfor f in sys.argv[1:]: nbformat.validate(nbformat.read(f, 4))"
CONTRACT = {
    "slug": "toy-key",
    "title": "Toy",
    "version": "1",
    "parameters": [{"name": "limit", "type": "integer", "default": None}],
    "outputs": [{"name": "count", "label": "Count", "type": "count"}],
}
NAMELESS = "CellExecutionError: "
NO_INPUT = "StdinNotImplementedError: "
ASKED = "it asks for input, and nobody is there to answer: make the answer a parameter"
_ID = re.compile("[0-9a-f]{32}")


def _marks(name: str) -> list[pytest.MarkDecorator]:
    needed = NEEDED.get(name)
    absent = needed is not None and importlib.util.find_spec(needed) is None
    skipped = [pytest.mark.skipif(absent, reason=f"absent here: {needed}")]
    return skipped if name in OFTEN else [*skipped, pytest.mark.long]


NAMES = [pytest.param(name, marks=_marks(name), id=name) for name in ALL]


@pytest.mark.parametrize("name", NAMES)
def test_the_outcome_is_the_one_of_papermill(name: str, tmp_path: Path) -> None:
    tree, given = ALL[name], GIVEN.get(name, {})
    ours, said = executed_by_us(tree, given, tmp_path)
    kernel = "python3" if name in WITHOUT_KERNEL else ""
    theirs, papermill_said = executed_by_papermill(tree, given, tmp_path, kernel)
    if papermill_said.startswith(NAMELESS):  # it knows that the cell failed, and not how
        assert said
    else:
        assert said == (ASKED if papermill_said.startswith(NO_INPUT) else papermill_said)
    assert list(cells_of(ours)) == list(cells_of(theirs))
    assert widgets_of(ours) == widgets_of(theirs)


def executed_by_us(tree: Tree, given: dict[str, Any], folder: Path) -> tuple[Tree, str]:
    """The executed notebook and the error; empty where all cells went well."""
    key = install(folder / "library", contract=CONTRACT)
    key.notebook.write_text(json.dumps(tree))
    parameters = [Parameter(name, value) for name, value in given.items()]
    executor = PapermillExecutor()
    try:
        outcome = executor.execute(
            order(key, folder / "run", parameters=parameters), lambda progress: None
        )
    finally:
        executor.stop()
    assert isinstance(outcome, KeyFailure)
    assert outcome.kind in (FailureKind.CELL, FailureKind.CONTRACT), outcome.message
    file = folder / "run" / outcome.notebook
    subprocess.run([sys.executable, "-c", VALIDATE, str(file)], check=True)
    said = "" if outcome.kind is FailureKind.CONTRACT else outcome.message
    return json.loads(file.read_text()), said


def executed_by_papermill(
    tree: Tree, given: dict[str, Any], folder: Path, kernel: str
) -> tuple[Tree, str]:
    """The same by papermill, in a process of its own."""
    source, target = folder / "source.ipynb", folder / "target.ipynb"
    source.write_text(json.dumps(tree))
    arguments = [str(source), str(target), json.dumps(given), kernel]
    # Under that name ipykernel does not read what children print.
    plain = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    ended = subprocess.run(
        [sys.executable, "-c", PEER, *arguments],
        cwd=folder,
        env=plain,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(target.read_text()), json.loads(ended.stdout.splitlines()[-1])


def widgets_of(tree: Tree) -> list[str]:
    """The states of the widgets without their random ids, after which they are sorted."""
    kept = tree["metadata"].get("widgets", {}).values()
    states = [_json(state) for of_kind in kept for state in of_kind.get("state", {}).values()]
    return sorted(_ID.sub("id", state) for state in states)


def cells_of(tree: Tree) -> Iterator[Any]:
    """What has to be equal: sources, counts and outputs, without papermill's own banners."""
    for cell in tree["cells"]:
        if "papermill-error-cell-tag" not in cell["metadata"].get("tags", []):
            source = "".join(cell["source"])
            yield cell["cell_type"], source, cell.get("execution_count"), _outputs(cell)


def _outputs(cell: Tree) -> list[Any]:
    found: list[Any] = []
    for output in cell.get("outputs", ()):
        if output["output_type"] == "stream":
            piece = "".join(output["text"])
            if found and found[-1][0] == output["name"]:
                found[-1] = (output["name"], found[-1][1] + piece)
            else:
                found.append((output["name"], piece))
        elif output["output_type"] == "error":
            found.append(("error", output["ename"], output["evalue"]))
        else:
            found.append((output["output_type"], output["data"], output["metadata"]))
    return [_steady(output) for output in found]


def _steady(output: Any) -> Any:
    """Without what differs from run to run: times, addresses, and lines of foreign warnings."""
    plain = re.sub(r"\b[0-9.]+(e[+-]?[0-9]+)? (ns|µs|μs|us|ms|s)\b|0x[0-9a-f]+", "…", _json(output))
    return json.loads(_ID.sub("id", plain))


def _json(output: Any) -> str:
    return json.dumps(output, ensure_ascii=False)
