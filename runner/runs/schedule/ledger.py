"""Where what happened to entries is kept, and who may start the next run of one.

Two locks for each entry, both flocks that the system releases at death: `lock` while its journal
is read and written, `running` from the start of a run to its recorded end. The second is shared
with the process of the run, so it is held for as long as either of the two lives.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from runner.errors import RunLocked
from runner.evidence.disk import or_evidence_lost
from runner.evidence.store import Store
from runner.model.frozen import frozen
from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.events import Ended, Fired, ScheduleEvent, ScheduleState, apply
from runner.runs.schedule.journal import Clocks, append, read_schedule_journal

FOLDER = "schedule"
OUTPUT_FILE = "output.jsonl"
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
Deciding = Callable[[ScheduleState, bool], Sequence[ScheduleEvent]]
"""From the state of an entry, and whether a run of it goes on, to what is to be journaled."""


@frozen
class Hold:
    """The right to run an entry once: for which time, and the descriptor that keeps the right."""

    entry: ScheduleEntry
    fired: Fired
    descriptor: int


class Ledger(Protocol):
    """What happened to the entries of a schedule."""

    def state(self, entry: ScheduleEntry) -> ScheduleState:
        """How the entry stands."""

    def settle(self, entry: ScheduleEntry, deciding: Deciding) -> Hold | None:
        """Journal what `deciding` says, with nobody else deciding meanwhile.

        A run whose process is gone is journaled as ended first. The right to run where the last
        event is a Fired; `end` gives it back.
        """

    def end(self, hold: Hold, ended: Ended) -> None:
        """Journal the end of a run, then let go."""


class FolderLedger:
    """The ledger below the store: a folder for each entry of a `runbook.toml`."""

    def __init__(self, store: Store, config: Path, clocks: Clocks):
        self._store, self._config, self._clocks = store, config, clocks

    def folder_of(self, entry: ScheduleEntry) -> Path:
        """Where the entry's journal is; entries of the same name in other projects have others."""
        project = sha256(os.fsencode(self._config.resolve())).hexdigest()[:8]
        return self._store.root / FOLDER / f"{entry.name}-{project}"

    def state(self, entry: ScheduleEntry) -> ScheduleState:
        """How the entry stands; a torn last line is one that was never written."""
        return read_schedule_journal(self.folder_of(entry)).state

    def settle(self, entry: ScheduleEntry, deciding: Deciding) -> Hold | None:
        """See Ledger. Raises EvidenceLost, EvidenceBroken, and RunLocked after ten seconds."""
        folder = self.folder_of(entry)
        with self._locked(folder):
            journal = read_schedule_journal(folder)
            state, events = journal.state, list[ScheduleEvent]()
            running = _take(folder / "running", _exclusive)
            try:
                if running is not None and state.running is not None:
                    events.append(ending(state.running, folder / OUTPUT_FILE, None, self._store))
                    state = reduce(apply, events, state)
                events += deciding(state, running is None)
                append(journal, events, self._clocks)
                if running is not None and events and isinstance(events[-1], Fired):
                    (folder / OUTPUT_FILE).unlink(missing_ok=True)
                    hold, running = Hold(entry, events[-1], running), None
                    return hold
            finally:
                if running is not None:
                    os.close(running)
        return None

    def end(self, hold: Hold, ended: Ended) -> None:
        """See Ledger."""
        folder = self.folder_of(hold.entry)
        try:
            with self._locked(folder):
                append(read_schedule_journal(folder), (ended,), self._clocks)
        finally:
            os.close(hold.descriptor)

    @contextmanager
    def _locked(self, folder: Path) -> Iterator[None]:
        with or_evidence_lost(f"use {folder}"):
            for each in (self._store.root, folder.parent, folder):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = _take(folder / "lock", _patient)
        if descriptor is None:
            raise RunLocked(f"{folder} is in use by another process", "Nothing was started.")
        try:
            yield
        finally:
            os.close(descriptor)


def ending(fired: Fired, output: Path, exit_code: int | None, store: Store) -> Ended:
    """How the run for `fired` ended, from what it printed and from the store.

    `exit_code` is None where nobody saw its process end.
    """
    from runner.evidence.standing import Finished

    run_id = _run_id(output)
    if exit_code is not None:
        return Ended(fired.due, run_id, exit_code)
    if not run_id:
        return Ended(fired.due, "", None, "interrupted before it left evidence")
    standing = store.state_of(run_id) if run_id in store.runs() else None
    if isinstance(standing, Finished):
        return Ended(fired.due, run_id, standing.exit_code)
    return Ended(fired.due, run_id, None, f"not finished: {standing or 'its folder is gone'}")


def _run_id(output: Path) -> str:
    """The id in the first line that a run printed: its RunStarted."""
    import json

    try:
        with output.open("rb") as file:
            return str(json.loads(file.readline())["event"]["run_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _take(path: Path, lock: Callable[[int], bool]) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if lock(descriptor):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _exclusive(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _patient(descriptor: int) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _exclusive(descriptor):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
