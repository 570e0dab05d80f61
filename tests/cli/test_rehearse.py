"""`runbook rehearse`: what it prints, and what it returns."""

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.test_rehearsals import DEEP, KEY, RUNBOOK

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    path = tmp_path / "queue.md"
    path.write_text(RUNBOOK)
    return path


def test_the_shipped_runbooks_pass_with_full_coverage(runbook: Runbook) -> None:
    ended = runbook("rehearse", "--coverage-min", "100")
    assert ended.returncode == 0, ended.stdout
    assert "34 of 34 branch verdicts reached (100 %)" in ended.stdout


def test_a_case_that_fails_is_shown_with_its_reasons(runbook: Runbook, queue: Path) -> None:
    queue.with_suffix(".rehearsal.toml").write_text(KEY + DEEP + 'outcome = "healthy"\n')
    ended = runbook("rehearse", str(queue))
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert ended.returncode == 1
    at = lines.index("FAILED deep :9")
    assert lines[at : at + 5] == [
        "FAILED deep :9",
        "outcome",
        "wanted healthy",
        "got inconclusive",
        "because YES step 1, If Depth > 100 and Stuck: 101 > 100 and yes (:9)",
    ]
    assert "step 2: a consumer hangs never held, never failed :14" in lines


def test_too_little_coverage_is_a_failure(runbook: Runbook, queue: Path) -> None:
    queue.with_suffix(".rehearsal.toml").write_text(KEY + DEEP)
    assert runbook("rehearse", str(queue)).returncode == 0
    ended = runbook("rehearse", str(queue), "--coverage-min", "100")
    assert (ended.returncode, ended.stderr) == (1, "queue: 30.0 % is below 100 %\n")


def test_json_is_one_document(runbook: Runbook) -> None:
    told = json.loads(runbook("rehearse", "webhook-failures", "--json").stdout)
    (one,) = told["runbooks"]
    assert told["passed"] is True
    assert one["coverage"]["untested"] == []
    assert one["cases"][0]["path"][-1] == "step 5 (person)"


def test_proposals_are_toml_on_stdout_and_nothing_is_written(runbook: Runbook, queue: Path) -> None:
    file = queue.with_suffix(".rehearsal.toml")
    file.write_text(KEY + DEEP)
    ended = runbook("rehearse", str(queue), "--generate")
    assert len(tomllib.loads(ended.stdout)["case"]) > 2
    assert file.read_text() == KEY + DEEP


def test_a_runbook_without_cases_is_told_how_to_begin(runbook: Runbook, queue: Path) -> None:
    ended = runbook("rehearse", str(queue))
    assert ended.returncode == 2
    assert f"hint:  runbook rehearse {queue} --generate >" in ended.stderr


def test_cases_are_proposed_into_a_file_that_the_shell_has_emptied(
    runbook: Runbook, queue: Path
) -> None:
    cases = queue.with_suffix(".rehearsal.toml")
    cases.write_text("")
    proposed = runbook("rehearse", str(queue), "--generate")
    assert (proposed.returncode, "[[case]]" in proposed.stdout) == (0, True)
    refused = runbook("rehearse", str(queue))
    assert refused.returncode == 2
    assert f"has no rehearsal: {cases} is empty\n" in refused.stderr
