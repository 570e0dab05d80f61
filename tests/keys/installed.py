"""KEYs for tests: a folder with a contract and a notebook, made of the source of its cells."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from runner.keys.catalog import InstalledKey, Library
from runner.keys.executor import Order
from runner.keys.secrets import NO_SECRETS, Secrets
from runner.model.contract import Limits
from runner.model.events import Parameter
from runner.model.identity import InvocationId, KeyName, PlaceKind, StepId
from runner.model.results import StagedInput

PUBLISH = """
import json, os
from pathlib import Path
def publish(**outputs):
    result = {"format": 1, "key": "jupyter-toy-key", "outputs": outputs,
              "data_from": None, "data_to": None, "warnings": [], "inputs": {}}
    (Path(os.environ["RUNBOOK_OUTPUT_DIR"]) / "result.json").write_text(json.dumps(result))
"""
PARAMETERS = "limit = 3\nthreshold = 0.5\nlabel = None\nevents = ''"

CONTRACT: dict[str, Any] = {
    "slug": "toy-key",
    "title": "Toy",
    "version": "1.0.0",
    "inputs": [
        {
            "name": "events",
            "label": "Events",
            "formats": ["csv", "jsonl"],
            "columns": [
                {"name": "event_id", "type": "text"},
                {"name": "status", "type": "integer", "aliases": ["response code"]},
            ],
            "min_rows": 1,
            "required": False,
        }
    ],
    "parameters": [
        {"name": "limit", "type": "integer", "default": 3},
        {"name": "threshold", "type": "number", "default": 0.5},
        {"name": "label", "type": "text", "default": None},
    ],
    "outputs": [{"name": "count", "label": "Count", "type": "count"}],
}


def notebook(*cells: str) -> Any:
    """A notebook of a parameters cell and these code cells."""
    made = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})  # type: ignore[no-untyped-call]
    made.cells = [first, *(nbformat.v4.new_code_cell(cell) for cell in cells)]  # type: ignore[no-untyped-call]
    return made


def install(library: Path, *cells: str, contract: dict[str, Any] | None = None) -> InstalledKey:
    """Write the KEY `toy-key` into a library and look it up."""
    folder = library / "jupyter-keys" / "toy-key"
    folder.mkdir(parents=True)
    (folder / "key.json").write_text(json.dumps(contract or CONTRACT))
    nbformat.write(notebook(*cells), folder / "toy-key.ipynb")  # type: ignore[no-untyped-call]
    key = Library((library,)).key(KeyName("jupyter-toy-key"))
    assert key is not None
    return key


def order(
    key: InstalledKey,
    run_folder: Path,
    limits: Limits | None = None,
    inputs: Sequence[StagedInput] = (),
    parameters: Sequence[Parameter] = (),
    secrets: Secrets = NO_SECRETS,
) -> Order:
    """An order for the first attempt of the first KEY of step 1."""
    run_folder.mkdir(exist_ok=True)
    invocation = InvocationId(StepId(PlaceKind.STEP, "1"), 1, 1)
    given = (tuple(inputs), tuple(parameters))
    return Order(invocation, 1, key, *given, run_folder, limits or Limits(), secrets)
