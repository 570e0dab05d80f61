"""What a resumed run takes over from the options with which it was begun."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from runner.cli.containment import Containment
from runner.cli.options import SandboxChoice
from runner.cli.taken_over import taken_over
from runner.evidence.store import Store
from tests.cli.conftest import Runbook
from tests.cli.test_containment import library

GIVEN = ("--limit", "memory_bytes=2GiB", "--limit", "processes=99", "--timeout", "500")


def resumptions(store: Path) -> list[dict[str, tuple[str, str]]]:
    journal = next(store.glob("runs/*/journal.jsonl")).read_text().splitlines()
    events: list[dict[str, Any]] = [json.loads(line)["event"] for line in journal]
    return [
        {one["name"]: (one["value"], one["source"]) for one in event["settings"]}
        for event in events
        if event["is"] == "RunResumed"
    ]


@pytest.mark.kernel
def test_a_resumed_run_is_bounded_as_it_was_begun(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=200)")
    more = ("--sandbox", "rlimits", "--copy-up-to", "1MiB")
    assert runbook("run", "toy", "--stop-at-person", *GIVEN, *more, cwd=folder).returncode == 6
    resumed = runbook("resume", "--limit", "processes=88", cwd=folder)
    assert resumed.returncode == 6
    assert (
        "as it was begun: memory_bytes 2147483648, sandbox.level rlimits, run_seconds 500.0, "
        "evidence.copy_up_to_bytes 1048576"
    ) in " ".join(resumed.stderr.split())
    assert runbook("resume", "latest", cwd=folder).returncode == 6
    first, second = resumptions(store)
    assert first == {
        "processes": ("88", "--limit"),
        "memory_bytes": ("2147483648", "--limit"),
        "sandbox.level": ("rlimits", "--sandbox"),
        "run_seconds": ("500.0", "--timeout"),
        "evidence.copy_up_to_bytes": ("1048576", "--copy-up-to"),
    }
    assert second == first
    assert runbook("resume", "latest", "--copy-up-to", "2MiB", cwd=folder).returncode == 6
    changed = {"evidence.copy_up_to_bytes": ("2097152", "--copy-up-to")}
    assert resumptions(store)[2] == {**first, **changed}


@pytest.mark.kernel
def test_a_run_that_had_a_secret_is_not_resumed_without_it(
    runbook: Runbook, environment: dict[str, str], tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=200)", secrets=("api_token",))
    contract = folder / "jupyter-keys/toy-key/key.json"
    optional = json.loads(contract.read_text())
    optional["secrets"][0]["required"] = False
    contract.write_text(json.dumps(optional))
    environment["TOKEN"] = "hunter2-hunter2"
    secret = ("--secret", "api_token=TOKEN")
    assert runbook("run", "toy", "--stop-at-person", *secret, cwd=folder).returncode == 6
    refused = runbook("resume", cwd=folder)
    assert refused.returncode == 3
    said = " ".join(refused.stderr.split())
    assert "was given the secret api_token, which is never on record" in said
    assert "--secret api_token=@FILE" in said
    assert resumptions(store) == []
    assert runbook("resume", *secret, cwd=folder).returncode == 6


@pytest.mark.kernel
def test_what_another_user_began_bounds_nothing(
    runbook: Runbook, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = library(tmp_path / "lib", "publish(count=200)")
    assert runbook("run", "toy", "--stop-at-person", *GIVEN, cwd=folder).returncode == 6
    run = Store(store).folder_of(Store(store).find())
    mine = taken_over(Containment(sandbox=SandboxChoice.STRICT), run)
    assert mine.limits == ("memory_bytes=2147483648", "processes=99")
    assert (mine.sandbox, mine.timeout) == (SandboxChoice.STRICT, 500.0)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert taken_over(Containment(), run) == Containment()
