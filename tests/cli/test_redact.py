"""Columns that are redacted: declared in key.json or in runbook.toml, seen in the whole store."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.canaries import hits
from tests.keys.installed import PUBLISH, notebook

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
CONTRACT = {
    "slug": "toy-key",
    "title": "Toy",
    "version": "1.0.0",
    "inputs": [
        {
            "name": "events",
            "label": "Events",
            "formats": ["csv"],
            "columns": [
                {"name": "customer", "type": "text", "aliases": ["e-mail"], "redact": True},
                {"name": "amount", "type": "integer"},
            ],
        },
    ],
    "parameters": [],
    "outputs": [{"name": "note", "label": "Note", "type": "text"}],
}
TEXT = "# Toy\n\n## Diagnosis Flow\n\n### Step 1: Count\n\n- **KEY**: `jupyter-toy-key`\n"
SHOW = "text = open(events).read()\nprint(text)\npublish(note=text)"
CSV = "E-Mail,amount,phone\nada@x.org,1,+49 1\nbob@x.org,2,\nada@x.org,3,+49 1\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library/jupyter-keys/toy-key"
    folder.mkdir(parents=True)
    (folder / "key.json").write_text(json.dumps(CONTRACT))
    (folder / "toy-key.ipynb").write_text(json.dumps(notebook(PUBLISH, SHOW)))
    (tmp_path / "library/runbooks").mkdir()
    (tmp_path / "library/runbooks/toy.md").write_text(TEXT)
    (tmp_path / "events.csv").write_text(CSV)
    return tmp_path / "library"


def run(runbook: Runbook, library: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    given = ("--library", str(library), "--input", "events.csv", "--unattended", "--exit-zero")
    return runbook("run", "toy", *given, *more, cwd=library.parent)


@pytest.mark.kernel
def test_a_redacted_column_is_nowhere_in_the_store(
    runbook: Runbook, library: Path, store: Path
) -> None:
    (library.parent / "runbook.toml").write_text('[redact]\ncolumns = ["Phone", "fax"]\n')
    ended = run(runbook, library)
    assert ended.returncode == 0, ended.stderr
    assert "warning: no input has the column fax, which is to be redacted" in ended.stderr
    assert hits(store, "ada@x.org") + hits(store, "+49 1") == []
    told = json.loads(runbook("report", "--json").stdout)
    assert told["redactions"] == {"column Phone": 2, "column customer": 3}
    (given,) = told["inputs"]
    assert given["redactions"] == {"column Phone": 2, "column customer": 3}
    assert given["original_bytes"] == len(CSV)
    assert given["original_digest"] != given["digest"]
    assert given["absent_columns"] == ["fax"]
    text = told["steps"][0]["keys"][0]["outputs"]["note"]["value"]
    first, second, third = (line.split(",")[0] for line in text.splitlines()[1:])
    assert first == third != second
    assert first.startswith("redacted-")
    assert "kept out  column Phone 2 x, column customer 3 x" in runbook("report").stdout
    assert "no input has the column fax" in runbook("report").stdout


@pytest.mark.kernel
def test_an_input_with_redacted_columns_is_copied_whatever_its_size(
    runbook: Runbook, library: Path, store: Path
) -> None:
    ended = run(runbook, library, "--copy-up-to", "1B")
    assert ended.returncode == 0, ended.stderr
    assert "is not kept" not in ended.stderr
    (copy,) = store.glob("runs/*/inputs/events/events.csv")
    assert "ada@x.org" not in copy.read_text()


@pytest.mark.kernel
def test_the_tokens_of_a_store_are_the_same_in_every_run(
    runbook: Runbook, library: Path, store: Path
) -> None:
    for _ in range(2):
        assert run(runbook, library).returncode == 0
    kept = {file.read_text() for file in store.glob("runs/*/inputs/events/events.csv")}
    assert len(kept) == 1
    assert (store / "redaction.key").stat().st_mode & 0o777 == 0o400
    other = run(runbook, library, "--evidence-dir", str(store.parent / "other"))
    assert other.returncode == 0, other.stderr
    (file,) = (store.parent / "other").glob("runs/*/inputs/events/events.csv")
    assert file.read_text() not in kept


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[redact]\ncolumns = "email"\n', "runbook.toml:2: columns is a list of names, such as"),
        ('[redact]\ncolumn = ["email"]\n', "no name is called 'column'; did you mean columns?"),
        ('[redacts]\ncolumns = ["email"]\n', "no table is called 'redacts'; did you mean redact?"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused(
    runbook: Runbook, library: Path, store: Path, text: str, says: str
) -> None:
    (library.parent / "runbook.toml").write_text(text)
    refused = run(runbook, library)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert not (store / "runs").exists()


@pytest.mark.kernel
def test_a_column_of_numbers_is_not_redacted_but_refused(
    runbook: Runbook, library: Path, store: Path
) -> None:
    (library.parent / "runbook.toml").write_text('[redact]\ncolumns = ["amount"]\n')
    refused = run(runbook, library)
    assert refused.returncode == 3
    said = " ".join(refused.stderr.split())
    assert "column amount of input events is to be redacted, and is read as integer" in said
    assert hits(store, "ada@x.org") == []


@pytest.mark.kernel
def test_a_key_by_itself_gets_tokens_too(runbook: Runbook, library: Path) -> None:
    given = ("--library", str(library), "--input", "events.csv", "--output", "kept")
    ran = runbook("keys", "run", "toy-key", *given, cwd=library.parent)
    assert ran.returncode == 0, ran.stderr
    assert hits(library.parent / "kept", "ada@x.org") == []
