"""A run that breaks off at any call that changes the disk goes on, and ends as an unbroken one."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from runner.errors import UsageError
from runner.evidence.journal import read_journal
from runner.evidence.seal import verify_run
from runner.evidence.store import Store
from runner.interpreter.state import fold
from runner.runs.loop import Spectator
from tests.faults.campaign import digest
from tests.faults.conftest import Tally
from tests.faults.three_steps import begin, essence, executions, go_on, write_library

pytestmark = pytest.mark.fault
ROOT = Path(__file__).parents[2]
CALLS = ("write", "fsync", "fdatasync", "rename", "mkdir", "chmod", "fchmod")
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is absent")


def campaign(kind: str, step: int, place: Path) -> dict[str, Any]:
    """The result of a campaign in a process of its own, its folders below `place`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.campaign", kind, str(step)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def check(told: dict[str, Any], at_least: int, tally: Tally) -> None:
    for name, tried in told["tried"].items():
        tally(f"run broken: {name}", tried, told["held"].get(name, 0))
    assert told["violations"] == []
    assert sum(told["tried"].values()) >= at_least


@pytest.mark.parametrize(
    ("kind", "step", "at_least"),
    [("kills", 12, 80), ("failures", 12, 35), ("power", 18, 60), ("soak", 50, 50)],
)
def test_a_broken_run_ends_as_an_unbroken_one(
    kind: str, step: int, at_least: int, tmp_path: Path, tally: Tally
) -> None:
    check(campaign(kind, step, tmp_path), at_least, tally)


def test_a_record_that_is_lost_is_found(tmp_path: Path) -> None:
    told = campaign("deaf", 15, tmp_path)
    assert told["held"]["power, syncs not heeded"] == 0
    assert all("what was acknowledged is not there" in words for words in told["violations"])


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("kind", "step", "at_least"),
    [("kills", 1, 1000), ("failures", 1, 400), ("power", 1, 1000), ("soak", 500, 500)],
)
def test_a_run_that_is_broken_anywhere_ends_as_an_unbroken_one(
    kind: str, step: int, at_least: int, tmp_path: Path, tally: Tally
) -> None:
    check(campaign(kind, step, tmp_path), at_least, tally)


def traced(root: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = ["strace", "-f", "-qq", "-o", str(root / "trace"), *options]
    return subprocess.run(
        [*command, sys.executable, "-m", "tests.faults.once", str(root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def system_calls(root: Path) -> dict[str, int]:
    """How often each call is made by a run, as the system sees it."""
    traced(root, "-e", f"trace={','.join(CALLS)}")
    names = re.findall(r"^\d+ +(\w+)\(", (root / "trace").read_text(), re.M)
    return {call: names.count(call) for call in CALLS}


def end_of(root: Path) -> str:
    store = Store(root / "store")
    folder = store.folder_of(store.find("latest"))
    assert verify_run(folder) == ()
    return essence(fold(e.event for e in read_journal(folder / "journal.jsonl").entries))


def kill_and_resume(root: Path, call: str, number: int, wanted: str) -> None:
    shutil.copytree(root.parent / "library", root)
    said = traced(root, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
    store = Store(root / "store")
    runs = store.runs()
    if not runs:
        assert said.stdout == ""
        return
    journal = store.folder_of(runs[0]) / "journal.jsonl"
    there = {digest(e) for e in read_journal(journal).entries} if journal.exists() else set()
    assert set(said.stdout.split()) <= there
    before = executions(root)
    with suppress(UsageError):  # nothing of it is on record, or it was sealed already
        go_on(root, runs[0], Spectator())
    if there:
        assert end_of(root) == wanted
        assert len(executions(root)) <= len(before) + 2


@needs_strace
@pytest.mark.parametrize("every", [31, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.timeout(1800)
def test_a_run_killed_in_a_system_call_ends_as_an_unbroken_one(
    every: int, tmp_path: Path, tally: Tally
) -> None:
    for name in ("library", "unbroken", "counted"):
        write_library(tmp_path / name)
    begin(tmp_path / "unbroken", Spectator())
    wanted = end_of(tmp_path / "unbroken")
    for call, made in system_calls(tmp_path / "counted").items():
        for number in range(1, made + 1, every):
            kill_and_resume(tmp_path / f"{call}-{number}", call, number, wanted)
            tally(f"run killed in a system call: {call}", 1, 1)
