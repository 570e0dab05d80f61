"""A library with one runbook and one KEY that does next to nothing."""

import json
from pathlib import Path

RUNBOOK = """# Trivial

## Diagnosis Flow

### Step 1: Look

- **KEY**: `jupyter-trivial-check`
- **Output**: Rows

- **If Rows > 10**: Escalate
- **Otherwise**: Stop
"""
SEVERAL = (
    ("five-dependent", 5, True), ("five-independent", 5, False), ("twelve-independent", 12, False)
)  # fmt: skip
"""Runbooks with several KEYs: name, how many, and whether each waits for the one before."""
PUBLISH = """
import json, os
from pathlib import Path
folder = Path(os.environ.get("RUNBOOK_OUTPUT_DIR", "."))
result = {"format": 1, "key": "jupyter-trivial-check", "outputs": {"rows": limit},
          "data_from": None, "data_to": None, "warnings": [], "inputs": {}}
(folder / "result.json").write_text(json.dumps(result))
"""
CONTRACT = {
    "slug": "trivial-check",
    "title": "Trivial",
    "version": "1.0.0",
    "parameters": [{"name": "limit", "type": "integer", "default": 3}],
    "outputs": [{"name": "rows", "label": "Rows", "type": "count"}],
}


def runbook_of(keys: int, *, dependent: bool) -> str:
    """A runbook of as many steps, each with the KEY; `dependent` ones wait for the step before."""
    lines = ["# Several", "", "## Diagnosis Flow"]
    for number in range(1, keys + 1):
        when = f"**When**: After Step {number - 1} is complete"
        onward = f"Continue to Step {number + 1}" if number < keys else "Stop"
        lines += [
            "", f"### Step {number}: Look {number}", "",
            *([when, ""] if dependent and number > 1 else []), "- **KEY**: `jupyter-trivial-check`",
            "- **Output**: Rows", "",
            "- **If Rows > 10**: Escalate", f"- **Otherwise**: {onward}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def write_library(root: Path) -> None:
    """Write `runbooks/` and `jupyter-keys/trivial-check/` below `root`."""
    key = root / "jupyter-keys" / "trivial-check"
    key.mkdir(parents=True)
    (root / "runbooks").mkdir()
    (root / "runbooks" / "trivial.md").write_text(RUNBOOK)
    for name, keys, dependent in SEVERAL:
        (root / "runbooks" / f"{name}.md").write_text(runbook_of(keys, dependent=dependent))
    (key / "key.json").write_text(json.dumps(CONTRACT))
    (key / "trivial-check.ipynb").write_text(json.dumps(_notebook()))


def _notebook() -> dict[str, object]:
    cells = [("limit = 3", ["parameters"]), ("print(limit)", []), (PUBLISH, [])]
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "source": source,
                "metadata": {"tags": tags},
                "outputs": [],
                "execution_count": None,
            }
            for number, (source, tags) in enumerate(cells)
        ],
    }
