"""The ledger on disk: its journal, its locks, and what is left after a crash."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.errors import EvidenceBroken
from runner.evidence.store import Store
from runner.runs.schedule.events import Ended, Fired, ScheduleEvent, ScheduleState
from runner.runs.schedule.journal import read_schedule_journal
from runner.runs.schedule.ledger import FolderLedger
from tests.runs.schedule.entries import at, entry

DAILY = entry("0 6 * * *")
FIRED = Fired(at("2026-05-01 06:00"), 0.0)


@pytest.fixture
def ledger(tmp_path: Path) -> FolderLedger:
    clocks = (lambda: datetime.now(UTC), time.monotonic)
    return FolderLedger(Store(tmp_path / "store"), tmp_path / "runbook.toml", clocks)


def fire(state: ScheduleState, is_held: bool) -> tuple[ScheduleEvent, ...]:
    return () if is_held else (FIRED,)


def events(ledger: FolderLedger) -> tuple[ScheduleEvent, ...]:
    return read_schedule_journal(ledger.folder_of(DAILY)).events


def test_an_entry_that_never_ran_has_no_folder(ledger: FolderLedger) -> None:
    assert ledger.state(DAILY) == ScheduleState()
    assert not ledger.folder_of(DAILY).exists()


def test_what_is_decided_is_on_disk_and_held_until_its_end(ledger: FolderLedger) -> None:
    hold = ledger.settle(DAILY, fire)
    assert hold is not None
    assert ledger.settle(DAILY, fire) is None
    ended = Ended(FIRED.due, "a run", 10)
    ledger.end(hold, ended)
    assert events(ledger) == (FIRED, ended)
    assert ledger.state(DAILY).ended == ended
    assert oct(ledger.folder_of(DAILY).stat().st_mode & 0o777) == "0o700"


def test_a_run_goes_on_for_as_long_as_its_process_holds_the_descriptor(
    ledger: FolderLedger,
) -> None:
    hold = ledger.settle(DAILY, fire)
    assert hold is not None
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(hold.descriptor,)
    )
    os.close(hold.descriptor)  # as if the process that started it had been killed
    assert ledger.settle(DAILY, fire) is None
    process.communicate(b"\n")
    again = ledger.settle(DAILY, lambda state, is_held: ())
    assert again is None
    interrupted = Ended(FIRED.due, "", None, "interrupted before it left evidence")
    assert events(ledger) == (FIRED, interrupted)


def test_a_torn_line_counts_as_never_written_and_is_kept(ledger: FolderLedger) -> None:
    hold = ledger.settle(DAILY, fire)
    assert hold is not None
    path = ledger.folder_of(DAILY) / "journal.jsonl"
    with path.open("ab") as file:
        file.write(b'{"at":')
    ledger.end(hold, Ended(FIRED.due, "a run", 0))
    assert len(events(ledger)) == 2
    assert path.with_name("journal.torn-1").read_bytes() == b'{"at":'


def test_a_journal_that_was_altered_starts_nothing(ledger: FolderLedger) -> None:
    hold = ledger.settle(DAILY, fire)
    assert hold is not None
    ledger.end(hold, Ended(FIRED.due, "a run", 0))
    path = ledger.folder_of(DAILY) / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"06:00", b"07:00"))
    with pytest.raises(EvidenceBroken, match="line 2 does not follow line 1"):
        ledger.settle(DAILY, fire)


def test_the_same_name_in_another_project_is_another_entry(tmp_path: Path) -> None:
    clocks = (lambda: datetime.now(UTC), time.monotonic)
    store = Store(tmp_path)
    folders = {
        FolderLedger(store, tmp_path / name / "runbook.toml", clocks).folder_of(DAILY)
        for name in ("a", "b")
    }
    assert len(folders) == 2
