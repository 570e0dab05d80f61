"""The journal of one entry: lines chained as those of a run are, their events a schedule's."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any, cast

from runner.errors import EvidenceBroken
from runner.evidence.chain import JOURNAL_FILE, check_chain
from runner.evidence.disk import AppendOnlyFile, or_evidence_lost
from runner.evidence.journal import JournalWriter, ReadJournal, set_aside
from runner.model.frozen import frozen
from runner.model.plain import from_plain
from runner.runs.schedule.events import ScheduleEvent, ScheduleState, apply

Clocks = tuple[Callable[[], datetime], Callable[[], float]]
"""The wall clock and the monotonic one that stamp the lines."""


@frozen
class ScheduleJournal:
    """What a journal said when it was read: its events, where it ends, and a torn tail."""

    path: Path
    events: tuple[ScheduleEvent, ...]
    head: str
    torn: bytes = b""

    @property
    def state(self) -> ScheduleState:
        """The fold of the events."""
        return reduce(apply, self.events, ScheduleState())


def read_schedule_journal(folder: Path) -> ScheduleJournal:
    """The journal in `folder`, empty where there is none.

    Raises EvidenceBroken, naming the line, where it is not as it was written.
    """
    path = folder / JOURNAL_FILE
    try:
        raw = check_chain(path.read_bytes())
    except FileNotFoundError:
        raw = check_chain(b"")
    if raw.problem:
        raise _broken(path, raw.problem)
    events: list[ScheduleEvent] = []
    for number, line in enumerate(raw.lines, start=1):
        try:
            event: ScheduleEvent = from_plain(ScheduleEvent, line["event"])
        except (ValueError, KeyError, RecursionError) as error:
            raise _broken(path, f"line {number} is no entry of a schedule: {error}") from error
        events.append(event)
    return ScheduleJournal(path, tuple(events), raw.head, raw.torn)


def append(journal: ScheduleJournal, events: Sequence[ScheduleEvent], clocks: Clocks) -> None:
    """Add `events` behind what was read; they are on disk when this returns.

    The caller holds the journal's lock since it was read. Raises EvidenceLost.
    """
    if not events:
        return
    with or_evidence_lost(f"write {journal.path}"):
        set_aside(journal.path, journal.torn)
        disk = AppendOnlyFile(journal.path)
    # The writer only counts the entries before and hands events to the codec, so those of a
    # schedule are as good as those of a run.
    before = ReadJournal(cast(Any, journal.events), head=journal.head)
    writer = JournalWriter(disk, *clocks, before)
    try:
        writer.append(cast(Any, events))
    finally:
        writer.close()


def _broken(path: Path, problem: str) -> EvidenceBroken:
    return EvidenceBroken(
        f"{path}: {problem}",
        "Nothing was started, so that nothing is started twice.",
        f"look at it, then move {path.parent} away: the entry begins anew",
    )
