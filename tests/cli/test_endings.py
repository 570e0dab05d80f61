"""How a run ends that is cut short: the record says what happened and nothing else."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.keys.installed import PUBLISH, install

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.kernel
ROOT = Path(__file__).parents[2]
TEXT = (
    "# Slow\n\n## Diagnosis Flow\n\n### Step 1: By hand\n\nDo it.\n\n"
    "### Step 2: Look\n\n- **KEY**: `jupyter-toy-key`\n- **Input**: the log\n"
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    (root / "runbooks").mkdir(parents=True)
    (root / "runbooks/slow.md").write_text(TEXT)
    return root


@contextmanager
def started(arguments: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_cell(folder: Path) -> int:
    """The pid that the notebook wrote: its cell is under way."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if (folder / "pid").exists() and (folder / "pid").read_text():
            return int((folder / "pid").read_text())
        time.sleep(0.02)
    raise AssertionError("the cell was never reached")


def slow_key(library: Path, folder: Path, *more: str, once: bool = False) -> list[str]:
    """A run whose KEY takes a minute, or with `once` only the first time."""
    pid = str(folder / "pid")
    cell = (
        f"import os, time\nslow = not ({once} and os.path.exists({pid!r}))\n"
        f"open({pid!r}, 'w').write(str(os.getpid()))\ntime.sleep(60 if slow else 0)"
    )
    install(library, cell, *more)
    log = folder / "log.csv"
    log.write_text("event_id,status\ne1,200\n")
    given = ["run", "slow", "-i", str(log), "--library", str(library), "--unattended"]
    return [*given, "--sandbox", "rlimits"]  # elsewhere the cell could not say its pid out here


def standing(runbook: Runbook) -> str:
    return str(json.loads(runbook("history", "--json").stdout)[0]["standing"])


def test_a_killed_kernel_fails_the_run_and_names_the_cell(
    runbook: Runbook, environment: dict[str, str], library: Path, tmp_path: Path
) -> None:
    with started(slow_key(library, tmp_path), environment) as process:
        os.kill(wait_for_cell(tmp_path), signal.SIGKILL)
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 4, errors
    assert "FAILED" in output
    assert re.search(r"cell \d", output), output
    assert standing(runbook) == "failed"


def test_a_killed_runner_leaves_a_run_that_says_interrupted(
    runbook: Runbook, environment: dict[str, str], library: Path, tmp_path: Path
) -> None:
    with started(slow_key(library, tmp_path), environment) as process:
        kernel = wait_for_cell(tmp_path)
        process.kill()
        process.wait()
    until = time.monotonic() + 2
    while Path(f"/proc/{kernel}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{kernel}").exists()
    assert standing(runbook) == "interrupted"
    told = runbook("report")
    assert "INTERRUPTED" in told.stdout.upper()
    assert "HEALTHY" not in told.stdout


def test_a_killed_runner_is_resumed_and_its_key_runs_again_as_a_second_attempt(
    runbook: Runbook, environment: dict[str, str], library: Path, tmp_path: Path
) -> None:
    arguments = slow_key(library, tmp_path, f"{PUBLISH}\npublish(count=3)", once=True)
    with started(arguments, environment) as process:
        wait_for_cell(tmp_path)
        process.kill()
        process.wait()
    ended = runbook("resume", "--sandbox", "rlimits", "--library", str(library))
    assert ended.returncode == 0, ended.stderr
    assert standing(runbook) == "healthy"
    journal = next((Path(environment["RUNBOOK_EVIDENCE_DIR"]) / "runs").glob("*/journal.jsonl"))
    told = [json.loads(line)["event"] for line in journal.read_text().splitlines()]
    assert [event["attempt"] for event in told if event["is"] == "KeyStarted"] == [1, 2]
    assert [event["attempt"] for event in told if event["is"] == "KeyFinished"] == [2]
    assert runbook("evidence", "verify").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_run_within_two_seconds_to_be_resumed(
    runbook: Runbook,
    environment: dict[str, str],
    library: Path,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    with started(slow_key(library, tmp_path), environment) as process:
        kernel = wait_for_cell(tmp_path)
        before = time.monotonic()
        process.send_signal(number)
        process.communicate(timeout=10)
        assert time.monotonic() - before < 2
    assert process.returncode == 128 + number
    assert not Path(f"/proc/{kernel}").exists()
    assert standing(runbook) == "interrupted"
    assert runbook("resume", "--abort").returncode == 130
    assert standing(runbook) == "aborted"
    assert runbook("evidence", "verify").returncode == 0


def test_a_deadline_ends_the_run(
    runbook: Runbook, environment: dict[str, str], library: Path, tmp_path: Path
) -> None:
    ended = runbook(*slow_key(library, tmp_path), "--timeout", "1.5")
    assert ended.returncode in (4, 5)
    assert "the time limit of 1.5 s passed" in ended.stdout


def test_a_person_at_a_terminal_answers_while_the_key_runs(
    environment: dict[str, str], library: Path, tmp_path: Path
) -> None:
    arguments = [word for word in slow_key(library, tmp_path) if word != "--unattended"]
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments, "--timeout", "4"],
        cwd=ROOT,
        env=environment,
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    wait_for_cell(tmp_path)
    os.write(leader, b"done # looked at it\n")
    _drain(leader, until=process)
    assert process.stdout is not None
    output = process.stdout.read().decode()
    process.stdout.close()
    os.close(leader)
    process.wait(5)
    assert "looked at it" in output
    journal = next((Path(environment["RUNBOOK_EVIDENCE_DIR"]) / "runs").glob("*/journal.jsonl"))
    kinds = [json.loads(line)["event"]["is"] for line in journal.read_text().splitlines()]
    assert kinds.index("KeyStarted") < kinds.index("QuestionAnswered") < kinds.index("KeyFailed")


def _drain(leader: int, until: "subprocess.Popen[bytes]") -> None:
    while until.poll() is None:
        ready, _, _ = select.select([leader], [], [], 0.1)
        if ready:
            try:
                os.read(leader, 65536)
            except OSError:
                return
