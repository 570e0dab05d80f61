"""`runbook lint`: what is checked, which rules speak, where it goes, and the exit code."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import yaml

from tests.checks.runbooks import CLEAN

ROOT = Path(__file__).parents[2]
Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
NOTE = "\n- If it is the disk: use the Nowhere To Be Found Runbook\n- Otherwise: STOP\n"
HEAD = "# Disk full\n\n## Diagnosis Flow\n\n### Step 1: Look\n"
LOCATED = """
### Step 1: Analyze

**When**: Now

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What fails?
- **Location**: `/jupyter-keys/webhooks/webhooks.ipynb`

<!-- lint-ignore RB104 -->

- **If Success Rate < 95%**: STOP
"""


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """As always, and with this tree importable from every folder."""
    return {**environment, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "runbooks").mkdir()
    return tmp_path


def write(project: Path, name: str, text: str) -> Path:
    path = project / "runbooks" / name
    path.write_bytes(text.encode())
    return path


def found(ended: "subprocess.CompletedProcess[str]") -> list[str]:
    return [one["code"] for one in json.loads(ended.stdout)]


def test_the_shipped_runbooks_have_neither_errors_nor_warnings(runbook: Runbook) -> None:
    ended = runbook("lint")
    assert ended.returncode == 0
    assert "0 errors, 0 warnings" in ended.stderr


def test_a_warning_is_exit_1_and_a_note_only_where_strict(runbook: Runbook, project: Path) -> None:
    write(project, "disk.md", HEAD + NOTE)
    notes = ("lint", "disk", "--select", "RB203")
    assert runbook("lint", "disk", cwd=project).returncode == 1
    assert runbook(*notes, cwd=project).returncode == 0
    assert runbook(*notes, "--strict", cwd=project).returncode == 1


def test_select_and_ignore_take_beginnings_and_the_longer_decides(
    runbook: Runbook, project: Path
) -> None:
    write(project, "disk.md", HEAD + NOTE)
    said = ("lint", "disk", "--format", "json")
    assert found(runbook(*said, cwd=project)) == ["RB002", "RB203"]
    assert found(runbook(*said, "--select", "RB2", cwd=project)) == ["RB203"]
    assert found(runbook(*said, "--ignore", "RB0,RB2", cwd=project)) == []
    mixed = ("--ignore", "RB2", "--select", "RB", "--select", "unknown-runbook")
    assert found(runbook(*said, *mixed, cwd=project)) == ["RB002", "RB203"]


def test_a_code_that_no_rule_has_is_refused(runbook: Runbook) -> None:
    ended = runbook("lint", "--ignore", "RB9")
    assert ended.returncode == 2
    assert "--ignore RB9: no rule has a code that begins so" in ended.stderr
    assert ended.stdout == ""


def test_a_comment_quiets_lint_and_not_the_run(runbook: Runbook, project: Path) -> None:
    dangling = "\n<!-- lint-ignore RB201: to be written -->\n- If odd: Continue to Step 7\n"
    write(project, "disk.md", HEAD + dangling)
    assert found(runbook("lint", "disk", "--format", "json", cwd=project)) == ["RB002"]
    assert runbook("run", "disk", "--unattended", cwd=project).returncode == 3


def test_names_with_spaces_and_many_files(runbook: Runbook, project: Path) -> None:
    names = [f"disk {number}, full.md" for number in range(40)]
    paths = [str(write(project, name, HEAD + NOTE).relative_to(project)) for name in names]
    ended = runbook("lint", *paths, "--format", "concise", cwd=project)
    assert ended.returncode == 1
    assert len(ended.stdout.splitlines()) == 80
    assert ended.stdout.startswith("runbooks/disk 0, full.md:1:3: RB002 ")
    assert "40 warnings, 40 notes in 40 runbooks" in ended.stderr


def test_a_file_named_twice_is_checked_once(runbook: Runbook, project: Path) -> None:
    path = str(write(project, "disk.md", HEAD + NOTE))
    ended = runbook("lint", path, path, cwd=project)
    assert "in 1 runbook\n" in ended.stderr


def test_one_that_is_no_text_does_not_hide_the_others(runbook: Runbook, project: Path) -> None:
    write(project, "disk.md", HEAD + NOTE)
    (project / "runbooks" / "binary.md").write_bytes(b"# B\n\xff\xfe\n")
    ended = runbook("lint", "disk", "binary", "--format", "json", cwd=project)
    assert ended.returncode == 3
    assert "is not UTF-8 text" in ended.stderr
    assert found(ended) == ["RB002", "RB203"]


@pytest.mark.parametrize("form", ["full", "concise", "json", "github", "gitlab", "junit", "sarif"])
def test_output_goes_into_a_file_and_not_to_the_terminal(
    runbook: Runbook, project: Path, form: str
) -> None:
    write(project, "disk.md", HEAD + NOTE)
    shown = runbook("lint", "disk", "--format", form, cwd=project)
    ended = runbook("lint", "disk", "--format", form, "--output", "found it.txt", cwd=project)
    assert (ended.returncode, ended.stdout) == (1, "")
    text = (project / "found it.txt").read_text(encoding="utf-8")
    assert text.rstrip("\n") == shown.stdout.rstrip("\n")
    assert "RB203" in text
    if form == "junit":
        assert Xml.fromstring(text).get("failures") == "1"
    if form in ("json", "gitlab", "sarif"):
        json.loads(text)


def test_an_output_that_cannot_be_written_is_said(runbook: Runbook, project: Path) -> None:
    write(project, "disk.md", HEAD + NOTE)
    ended = runbook("lint", "disk", "--output", "nowhere/found.txt", cwd=project)
    assert ended.returncode == 2
    assert "nowhere/found.txt cannot be written" in ended.stderr


def test_diff_shows_and_fix_writes_the_same_edits(runbook: Runbook, project: Path) -> None:
    path = write(project, "hooks.md", "# W\n\n## Diagnosis Flow\n" + LOCATED)
    path.chmod(0o640)
    before = path.read_text()
    shown = runbook("lint", "hooks", "--diff", cwd=project)
    assert shown.returncode == 1
    changed = [line for line in shown.stdout.splitlines() if line[0] in "+-"]
    assert changed == [
        "--- a/runbooks/hooks.md",
        "+++ b/runbooks/hooks.md",
        "-- **Location**: `/jupyter-keys/webhooks/webhooks.ipynb`",
        "+- **Location**: `/jupyter-keys/webhook-event-analysis/webhook-event-analysis.ipynb`",
        "-<!-- lint-ignore RB104 -->",
    ]
    assert path.read_text() == before

    mended = runbook("lint", "hooks", "--fix", "--format", "json", cwd=project)
    assert "1 runbook mended" in mended.stderr
    assert found(mended) == ["RB002"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]
    assert runbook("lint", "hooks", "--diff", cwd=project).returncode == 0


def test_only_what_is_selected_is_mended(runbook: Runbook, project: Path) -> None:
    path = write(project, "hooks.md", "# W\n\n## Diagnosis Flow\n" + LOCATED)
    runbook("lint", "hooks", "--fix", "--ignore", "RB309", cwd=project)
    text = path.read_text()
    assert "lint-ignore" not in text
    assert "/jupyter-keys/webhooks/webhooks.ipynb" in text


def test_fix_without_names_writes_nothing_outside_the_project(
    runbook: Runbook, project: Path
) -> None:
    write(project, "clean.md", CLEAN)
    ended = runbook("lint", "--fix", cwd=project)
    assert "0 runbooks mended" in ended.stderr
    assert "in 1 runbook\n" in ended.stderr


def test_the_pre_commit_hook_calls_lint_on_committed_runbooks() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["id"] == "runbook-lint"
    assert (hook["entry"], hook["language"]) == ("runbook lint", "python")
    assert hook["files"] == r"^runbooks/.*\.md$"


def test_many_runbooks_are_checked_as_one_is_and_those_that_are_no_text_are_named(
    runbook: Runbook, project: Path
) -> None:
    for number in range(20):
        write(project, f"disk-{number:02}.md", HEAD + NOTE)
    (project / "runbooks" / "disk-07.md").write_bytes(b"# \xff\n")
    names = [f"runbooks/disk-{number:02}.md" for number in range(20)]
    ended = runbook("lint", *names, "--select", "RB203", "--format", "concise", cwd=project)
    assert ended.returncode == 3
    assert "disk-07.md is not UTF-8 text" in ended.stderr
    said = [line.split(":")[0] for line in ended.stdout.splitlines()]
    assert said == [name for name in names if "07" not in name]
