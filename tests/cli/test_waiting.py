"""Runs that wait, from the command line: left, listed, answered from elsewhere, resumed."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.evidence.run_evidence import RunEvidence
from runner.evidence.seal import verify_run
from runner.evidence.store import Store
from runner.runs.begin import utc_now
from tests.cli.terminal import Terminal

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).parents[2]
TEXT = """# By hand

## Diagnosis Flow

### Step 1: Look

```bash
echo looked > looked.txt
```

- **If it is red**: escalate

### Step 2: Look again

- **If it is blue**: escalate
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    (root / "runbooks").mkdir(parents=True)
    (root / "runbooks/by-hand.md").write_text(TEXT)
    return root


def leave(runbook: Runbook, library: Path) -> str:
    """A run that waits at its first question; its id."""
    ended = runbook("run", "by-hand", "--library", str(library), "--stop-at-person")
    assert ended.returncode == 6, ended.stderr
    found = re.search(r"runbook resume (\S+)", ended.stderr)
    assert found is not None
    return found[1]


def the_only(runbook: Runbook) -> str:
    (row,) = json.loads(runbook("history", "--json").stdout)
    return str(row["standing"])


def test_a_run_left_to_a_person_waits_and_says_what_to_type(
    runbook: Runbook, library: Path
) -> None:
    run_id = leave(runbook, library)
    assert the_only(runbook) == "waiting"
    assert f"next: runbook resume {run_id}" in runbook().stdout
    assert "WAITING" in runbook("report").stdout


def test_a_run_that_is_told_by_events_can_be_left_too(runbook: Runbook, library: Path) -> None:
    left = runbook(
        *("run", "by-hand", "--library", str(library), "--stop-at-person", "--format", "jsonl")
    )
    assert left.returncode == 6, left.stderr
    assert json.loads(left.stdout.splitlines()[-1])["event"]["is"] == "RunSuspended"
    assert "waiting for a person" in left.stderr


def test_answers_from_elsewhere_carry_it_to_its_end(
    runbook: Runbook, library: Path, store: Path
) -> None:
    run_id = leave(runbook, library)
    shown = runbook("answer", "latest").stderr
    assert "1  it is red" in shown
    taken = runbook("answer", run_id, "step 1", "none", "--reason", "all green")
    assert taken.returncode == 0, taken.stderr
    assert runbook("resume").returncode == 6
    assert runbook("answer", run_id, "2", "1").returncode == 0
    ended = runbook("resume")
    assert ended.returncode == 11, ended.stderr
    assert "all green" in runbook("why").stdout + runbook("report").stdout
    assert verify_run(Store(store).folder_of(run_id)) == ()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("step 1", "purple"), "1 (it is red), none (none of these), skip (not done)"),
        (("step 9", "1"), "no open question is called 'step 9'"),
        (("step 1", "1", "--shown", "sha256:00"), "what is asked has changed since it was shown"),
    ],
)
def test_an_answer_that_cannot_count_is_refused_with_what_can(
    runbook: Runbook, library: Path, arguments: tuple[str, ...], says: str
) -> None:
    run_id = leave(runbook, library)
    refused = runbook("answer", run_id, *arguments)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert the_only(runbook) == "waiting"


def test_only_yes_or_no_can_be_approved(runbook: Runbook, library: Path) -> None:
    run_id = leave(runbook, library)
    refused = runbook("approve", run_id)
    assert refused.returncode == 2
    assert "is no question of yes or no" in refused.stderr


def test_a_run_that_is_held_is_not_resumed(runbook: Runbook, library: Path, store: Path) -> None:
    run_id = leave(runbook, library)
    with RunEvidence.take(Store(store), run_id, utc_now, time.monotonic):
        refused = runbook("resume", run_id)
    assert refused.returncode == 7
    assert "is held by process" in refused.stderr
    assert runbook("resume", run_id).returncode == 6


def test_an_edited_runbook_is_refused_with_what_changed(runbook: Runbook, library: Path) -> None:
    run_id = leave(runbook, library)
    (library / "runbooks/by-hand.md").write_text(TEXT.replace("is red", "is orange"))
    refused = runbook("resume", run_id)
    assert refused.returncode == 3
    assert "-- **If it is red**: escalate" in refused.stderr
    assert "+- **If it is orange**: escalate" in refused.stderr
    taken = runbook("resume", run_id, "--rebase")
    assert taken.returncode == 6
    assert "it is orange" in runbook("answer", run_id).stderr


def test_a_finished_run_is_refused(runbook: Runbook, library: Path) -> None:
    run_id = leave(runbook, library)
    assert runbook("resume", "--abort").returncode == 130
    for command in (("resume", run_id), ("answer", run_id, "1", "1"), ("approve", run_id)):
        refused = runbook(*command)
        assert refused.returncode == 2
        assert "finished" in refused.stderr


def test_without_an_open_run_there_is_nothing_to_resume(runbook: Runbook) -> None:
    refused = runbook("resume")
    assert refused.returncode == 2
    assert "no run is open" in refused.stderr


@pytest.mark.parametrize(
    "both", [("--unattended", "--stop-at-person"), ("--no-evidence", "--stop-at-person")]
)
def test_options_that_exclude_one_another(runbook: Runbook, both: tuple[str, str]) -> None:
    refused = runbook("run", "webhook-failures", *both)
    assert refused.returncode == 2
    assert f"{both[0]} and {both[1]} exclude one another" in refused.stderr


def test_a_run_without_evidence_says_so_and_leaves_nothing(
    runbook: Runbook, library: Path, store: Path
) -> None:
    ended = runbook("run", "by-hand", "--library", str(library), "--no-evidence")
    assert ended.returncode == 5
    assert "--no-evidence: nothing of this run is kept" in ended.stderr
    assert "evidence  none: --no-evidence" in ended.stdout
    assert not store.exists()


def test_a_store_that_cannot_be_written_stops_a_run_that_does_not_say_so(
    runbook: Runbook, library: Path, store: Path
) -> None:
    store.write_text("this is no folder")
    refused = runbook("run", "by-hand", "--library", str(library))
    assert refused.returncode == 4
    assert "The run cannot claim success" in refused.stderr


def test_a_command_waits_for_a_yes_from_another_terminal(
    runbook: Runbook,
    library: Path,
    store: Path,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    arguments = ["run", "by-hand", "--library", str(library)]
    with Terminal([sys.executable, "-m", "runner", *arguments], environment, tmp_path) as terminal:
        terminal.wait_for("> ")
        terminal.enter("run 1")
        terminal.wait_for("Enter alone runs nothing")
        done = runbook("approve", "latest", "command 1", "--reason", "CHG-7")
        assert done.returncode == 0, done.stderr
        terminal.wait_for("kept as commands/1.txt")
        terminal.enter("later")
        assert terminal.end() == 6
    assert (tmp_path / "looked.txt").read_text() == "looked\n"
    assert "CHG-7" in next(store.glob("runs/*/journal.jsonl")).read_text()


def test_32_runs_in_one_store_do_not_mix(tmp_path: Path) -> None:
    from tests.faults.three_steps import write_library

    write_library(tmp_path)
    command = [sys.executable, "-m", "tests.faults.once", str(tmp_path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(32)
    ]
    acknowledged = [process.communicate()[0].split() for process in started]
    assert {process.returncode for process in started} == {0}
    store = Store(tmp_path / "store")
    assert len(store.runs()) == 32
    assert [verify_run(store.folder_of(run)) for run in store.runs()] == [()] * 32
    assert len({len(said) for said in acknowledged}) == 1
