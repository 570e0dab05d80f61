"""`runbook fmt`: rewrites files that are not in canonical form, and no others."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
LOOSE = "# T\n## 5. SCOPE\n* **When:** now\n"
CANONICAL = "# T\n\n## Scope\n\n- **When**: now\n"


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    file = tmp_path / "runbooks" / "loose.md"
    file.parent.mkdir()
    file.write_text(LOOSE)
    file.chmod(0o640)
    return file


def test_a_file_is_rewritten_with_its_mode(runbook: Runbook, loose: Path) -> None:
    ended = runbook("fmt", str(loose))
    assert (ended.returncode, ended.stderr) == (0, "1 of 1 changed\n")
    assert loose.read_text() == CANONICAL
    assert loose.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in loose.parent.iterdir()] == ["loose.md"]


def test_check_and_diff_change_nothing(runbook: Runbook, loose: Path) -> None:
    checked = runbook("fmt", "--check", str(loose))
    assert (checked.returncode, checked.stdout) == (1, f"would change  {loose}\n")
    shown = runbook("fmt", "--diff", str(loose))
    assert shown.returncode == 1
    assert "-* **When:** now\n" in shown.stdout
    assert "+- **When**: now" in shown.stdout
    assert loose.read_text() == LOOSE


def test_all_of_the_library_around_it_and_no_other(runbook: Runbook, loose: Path) -> None:
    assert runbook("fmt", cwd=loose.parent.parent).stderr == "1 of 1 changed\n"
    assert runbook("fmt", "--check", cwd=loose.parent.parent).returncode == 0


def test_where_no_library_is_nothing_is_changed(runbook: Runbook, tmp_path: Path) -> None:
    ended = runbook("fmt", cwd=tmp_path)
    assert ended.returncode == 2
    assert "there is no library here" in ended.stderr
