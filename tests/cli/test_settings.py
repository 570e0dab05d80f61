"""`runbook.toml` on the command line: what it bounds, and that it is shown who said it."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.cli.warm import settled
from tests.cli.conftest import Runbook
from tests.cli.test_containment import library

SPARES = "[warm]\nspares = 'many'\n"


def events(store: Path) -> list[dict[str, Any]]:
    journal = next(store.glob("runs/*/journal.jsonl")).read_text().splitlines()
    return [json.loads(line)["event"] for line in journal]


def said(settings: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["value"], one["source"]) for one in settings}


@pytest.mark.kernel
def test_limits_of_the_project_bound_a_run_and_the_record_says_whose_they_are(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "import time; time.sleep(60)")
    file = tmp_path / "lib" / "runbook.toml"
    file.write_text(
        "[limits]\nwall_seconds = 1\nmemory_bytes = '1GiB'\nrun_seconds = '50s'\n"
        "[limits.toy-key]\nprocesses = 40\n[limits.other-key]\nprocesses = 1\n"
    )
    ended = runbook(
        "run", "toy", "--unattended", "--json", "--limit", "memory_bytes=2GiB", cwd=folder
    )
    told = json.loads(ended.stdout)
    key = told["steps"][0]["keys"][0]
    assert key["failure"]["message"] == "not done after 1 s, its limit"
    assert said(told["run"]["settings"]) == {
        "wall_seconds": ("1", f"{file}:2"),
        "memory_bytes": ("2147483648", "--limit"),
        "jupyter-toy-key.processes": ("40", f"{file}:6"),
        "run_seconds": ("50", f"{file}:4"),
    }
    assert told["run"]["by_resident"] is False
    started = {event["is"]: event for event in events(store)}
    assert said(started["RunStarted"]["settings"]) == said(told["run"]["settings"])
    limits = started["KeyStarted"]["limits"]
    assert (limits["wall_seconds"], limits["processes"]) == (1, 40)
    text = "".join(runbook("report", "latest").stdout.split())
    assert f"settingwall_seconds=1({file}:2)" in text


@pytest.mark.kernel
def test_the_deadline_of_the_project_ends_a_run(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "import time; time.sleep(60)")
    (folder / "runbook.toml").write_text("[limits]\nrun_seconds = 1\n")
    assert runbook("run", "toy", "--unattended", cwd=folder).returncode == 5
    assert any(event["is"] == "DeadlineReached" for event in events(store))


@pytest.mark.kernel
def test_a_run_that_is_taken_up_again_follows_the_file_of_now(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=200)")
    assert runbook("run", "toy", "--stop-at-person", cwd=folder).returncode == 6
    (folder / "runbook.toml").write_text("[limits]\nprocesses = 9\nrun_seconds = 100\n")
    assert runbook("resume", cwd=folder).returncode == 6
    (resumed,) = (event for event in events(store) if event["is"] == "RunResumed")
    assert said(resumed["settings"]) == {
        "processes": ("9", f"{folder}/runbook.toml:2"),
        "run_seconds": ("100", f"{folder}/runbook.toml:3"),
    }


def test_plan_shows_what_files_and_variables_say(
    runbook: Runbook, environment: dict[str, str], tmp_path: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)")
    (folder / "runbook.toml").write_text("[limits]\nprocesses = 9\n[sandbox]\nrequire = true\n")
    environment["RUNBOOK_SANDBOX"] = "landlock"
    planned = json.loads(runbook("plan", "toy", "--json", cwd=folder).stdout)
    assert said(planned["settings"]) == {
        "processes": ("9", f"{folder}/runbook.toml:2"),
        "sandbox.level": ("landlock", "RUNBOOK_SANDBOX"),
        "sandbox.require": ("true", f"{folder}/runbook.toml:4"),
    }
    text = runbook("plan", "toy", cwd=folder).stdout
    assert "\nSettings\n  processes = 9" in text


@pytest.mark.kernel
def test_plan_shows_how_long_a_key_usually_takes(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)")
    before = json.loads(runbook("plan", "toy", "--json", cwd=folder).stdout)
    assert before["steps"][0]["keys"][0]["usual_seconds"] is None
    assert not store.exists()
    runbook("run", "toy", "--unattended", cwd=folder)
    key = json.loads(runbook("plan", "toy", "--json", cwd=folder).stdout)["steps"][0]["keys"][0]
    assert 0 < key["usual_seconds"] < 60
    usually = f"KEY jupyter-toy-key  usually {key['usual_seconds']:.1f} s"
    assert usually in runbook("plan", "toy", cwd=folder).stdout


def test_a_mistake_in_the_file_stops_what_it_would_have_bounded(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)")
    (folder / "runbook.toml").write_text(SPARES)
    for words in (("run", "toy", "--unattended"), ("plan", "toy"), ("keys", "test"), ("warm",)):
        ended = runbook(*words, cwd=folder)
        assert ended.returncode == 2
        assert ended.stderr.splitlines()[:3] == [
            "error: runbook.toml has 1 problem:",
            f"  {folder}/runbook.toml:2: spares = 'many': a whole number from 0 to 64",
            "       nothing was executed",
        ]
    assert not store.exists()


@pytest.mark.kernel
def test_keys_are_tested_within_the_limits_that_are_given(runbook: Runbook, tmp_path: Path) -> None:
    folder = library(tmp_path / "lib", "import time; time.sleep(60)")
    samples = folder / "jupyter-keys" / "toy-key" / "samples"
    samples.mkdir()
    words = ("keys", "test", "toy-key", "--library", str(folder))
    (samples / "one.expected.json").write_text('{"inputs": {}, "outputs": {"count": 1}}')
    ended = runbook(*words, "--limit", "wall_seconds=1")
    assert ended.returncode == 1
    assert "not done after 1 s, its limit" in ended.stdout
    refused = runbook(*words, "--limit", "wall=1")
    assert refused.returncode == 2
    assert "no limit is called 'wall'" in refused.stderr


def test_idle_time_and_spares_of_the_resident_come_from_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert settled(None, None) == (30.0, 1)
    (tmp_path / "runbook.toml").write_text("[warm]\nidle_seconds = '2h'\nspares = 3\n")
    assert settled(None, None) == (120.0, 3)
    assert settled(0.5, 0) == (0.5, 0)
