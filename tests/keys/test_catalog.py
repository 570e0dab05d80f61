import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from runner.errors import InvalidInput, NotFound
from runner.keys.catalog import Library
from runner.model.identity import KeyName
from tests.keys.installed import CONTRACT, install

TOY = KeyName("jupyter-toy-key")


def library(root: Path, *runbooks: str) -> Path:
    for name in runbooks:
        file = root / "runbooks" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("# A runbook\n")
    return root


def test_libraries_are_searched_in_order(tmp_path: Path) -> None:
    explicit = library(tmp_path / "explicit", "a.md")
    project = library(tmp_path / "project", "a.md")
    user = library(tmp_path / "data" / "runbook", "a.md")
    below = project / "deep" / "er"
    below.mkdir(parents=True)
    found = Library.find(explicit, below, {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": "/x"})
    assert found.roots[:3] == (explicit, project, user)
    assert found.runbook("a") == explicit / "runbooks" / "a.md"


def test_a_folder_that_is_no_library_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not a library"):
        Library.find(tmp_path, tmp_path, {})


def test_a_key_is_found_with_the_digests_of_its_files(tmp_path: Path) -> None:
    key = install(tmp_path, "x = 1")
    assert key.contract.key == TOY
    assert key.notebook == tmp_path / "jupyter-keys/toy-key/toy-key.ipynb"
    raw = key.notebook.read_bytes()
    assert key.notebook_digest == "sha256:" + sha256(raw).hexdigest()
    assert Library((tmp_path,)).keys() == (key,)
    assert Library((tmp_path,)).key(KeyName("jupyter-other-key")) is None
    assert Library((tmp_path,)).key(KeyName("script-toy-key")) is None


def test_a_broken_contract_names_its_file_and_everything_wrong(tmp_path: Path) -> None:
    install(tmp_path)
    file = tmp_path / "jupyter-keys/toy-key/key.json"
    file.write_text(json.dumps(CONTRACT | {"slug": "other-key"}))
    with pytest.raises(InvalidInput) as refused:
        Library((tmp_path,)).key(TOY)
    assert refused.value.happened == (
        f"{file} is not a valid contract: its slug is 'other-key', its folder 'toy-key'"
    )
    file.write_text("{")
    with pytest.raises(InvalidInput, match=r"key\.json is not readable JSON"):
        Library((tmp_path,)).keys()


def test_names_and_links_that_leave_the_library_are_refused(tmp_path: Path) -> None:
    install(tmp_path / "outside")
    inside = tmp_path / "inside"
    (inside / "jupyter-keys").mkdir(parents=True)
    (inside / "jupyter-keys/toy-key").symlink_to(tmp_path / "outside/jupyter-keys/toy-key")
    for name in (TOY, KeyName("jupyter-../outside/toy-key"), KeyName("/etc")):
        with pytest.raises(NotFound):
            Library((inside,)).key(name)


def test_a_runbook_is_found_by_slug_folder_and_path(tmp_path: Path) -> None:
    root = library(tmp_path, "one.md", "two/README.md")
    found = Library((root,))
    assert found.runbook("one") == root / "runbooks/one.md"
    assert found.runbook("two") == root / "runbooks/two/README.md"
    assert found.runbook(str(root / "runbooks/two")) == root / "runbooks/two/README.md"
    assert found.runbook(str(root / "runbooks/one.md")) == root / "runbooks/one.md"
    assert [file.name for file in found.runbooks()] == ["one.md", "README.md"]


def test_an_unknown_runbook_gets_suggestions(tmp_path: Path) -> None:
    root = library(tmp_path, "webhook-failures.md")
    with pytest.raises(NotFound) as refused:
        Library((root,)).runbook("webhok-failures")
    assert refused.value.happened == "there is no runbook called 'webhok-failures'"
    assert refused.value.hint == "did you mean webhook-failures?"


def test_looking_up_imports_no_notebook_library() -> None:
    text = (
        "import sys, os; from pathlib import Path; from runner.keys.catalog import Library;"
        "Library.find(None, Path(), os.environ).key_names();"
        "import runner.keys.inputs, runner.keys.papermill_executor;"
        "print({'nbformat', 'papermill', 'jupyter_client', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
