"""`runbook new`: what is written lints clean, is in canonical form, and runs."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import jupytext
import pytest

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
CALLER = """\
# Caller

## Diagnosis Flow

### Step 1: Count

**When**: Now

- **KEY**: `jupyter-order-errors`
- **Input**: the log of records
- **If Failure rate > 20%**: escalate to the owner
"""


def test_a_new_runbook_lints_clean_and_is_canonical(runbook: Runbook, tmp_path: Path) -> None:
    made = runbook("new", "runbook", "order-errors", cwd=tmp_path)
    file = tmp_path / "runbooks/order-errors.md"
    assert (made.returncode, made.stdout) == (0, f"{file}\n")
    assert f"runbook lint {file}" in made.stderr
    linted = runbook("lint", str(file), cwd=tmp_path)
    assert linted.returncode == 0, linted.stdout
    assert "0 errors, 0 warnings" in linted.stderr
    assert runbook("fmt", "--check", str(file), cwd=tmp_path).returncode == 0
    assert runbook("plan", "order-errors", cwd=tmp_path).returncode == 0


def test_nothing_is_overwritten(runbook: Runbook, tmp_path: Path) -> None:
    for kind in ("runbook", "key"):
        assert runbook("new", kind, "order-errors", cwd=tmp_path).returncode == 0
        again = runbook("new", kind, "order-errors", cwd=tmp_path)
        assert again.returncode == 2
        assert "is there already" in again.stderr


@pytest.mark.parametrize("slug", ["../out", "Order Errors", "-x", "a/b", ""])
def test_a_name_that_is_none_is_refused(runbook: Runbook, tmp_path: Path, slug: str) -> None:
    ended = runbook("new", "runbook", "--", slug, cwd=tmp_path)
    assert ended.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_the_notebook_of_a_new_key_pairs_with_its_text(runbook: Runbook, tmp_path: Path) -> None:
    runbook("new", "key", "order-errors", cwd=tmp_path)
    folder = tmp_path / "jupyter-keys/order-errors"
    as_notebook = jupytext.read(folder / "order-errors.ipynb")
    as_text = jupytext.read(folder / "order-errors.py")
    assert [(c.cell_type, c.source, c.metadata.get("tags")) for c in as_notebook.cells] == [
        (c.cell_type, c.source, c.metadata.get("tags")) for c in as_text.cells
    ]
    assert all(not cell.get("outputs") for cell in as_notebook.cells)


@pytest.mark.kernel
def test_a_new_key_runs_in_a_runbook(runbook: Runbook, tmp_path: Path) -> None:
    runbook("new", "key", "order-errors", cwd=tmp_path)
    (tmp_path / "caller.md").write_text(CALLER)
    samples = tmp_path / "jupyter-keys/order-errors/samples"
    ended = runbook(
        "run", "./caller.md", "-i", str(samples / "records.csv"), "--json", cwd=tmp_path
    )
    assert ended.returncode == 11, ended.stderr
    expected = json.loads((samples / "records.expected.json").read_text())["outputs"]
    folder = Path(json.loads(ended.stdout)["evidence"])
    (file,) = folder.rglob("result.json")
    published = json.loads(file.read_text())["outputs"]
    assert {name: published[name] for name in expected} == expected
