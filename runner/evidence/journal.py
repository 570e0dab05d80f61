"""The journal: one event a line, each line chained to the raw bytes of the line before.

A line is the compact JSON of a JournalEntry. Only bytes after the last newline count as torn.
Secrets are taken out of events before they become lines; what `append` returns is without them too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from runner.errors import EvidenceBroken
from runner.evidence.atomic import write_atomically
from runner.evidence.chain import JOURNAL_FILE, NO_LINE, Chain, check_chain
from runner.evidence.disk import AppendOnlyFile, Disk, evidence_lost, or_evidence_lost
from runner.model.events import Event, JournalEntry
from runner.model.frozen import frozen
from runner.model.plain import Plain, from_plain


class Journal(Protocol):
    """Where the events of a run are kept."""

    def append(self, events: Sequence[Event]) -> tuple[JournalEntry, ...]:
        """Keep `events` in this order; return them with their places.

        Where the wall clock was set meanwhile, ClockStepped stands before them.
        """


@frozen
class ReadJournal:
    """A journal as it reads: whole entries, a torn tail, and problems in words.

    The entries end before the first problem. `head` is the digest of the last sound line.
    """

    entries: tuple[JournalEntry, ...]
    torn: bytes = b""
    problems: tuple[str, ...] = ()
    head: str = NO_LINE


def read_journal(path: Path) -> ReadJournal:
    """Read and check a journal; the first line that does not fit is named by its number.

    Raises OSError where the file cannot be read. Nothing in it is ever executed.
    """
    raw = check_chain(path.read_bytes())
    entries: list[JournalEntry] = []
    for number, line in enumerate(raw.lines, start=1):
        try:
            entries.append(_decode(line))
        except (ValueError, RecursionError) as error:
            problem = f"{JOURNAL_FILE} line {number} is no journal entry: {error}"
            return ReadJournal(tuple(entries), raw.torn, (problem,), line["previous"])
    problems = (raw.problem,) if raw.problem else ()
    return ReadJournal(tuple(entries), raw.torn, problems, raw.head)


class JournalWriter:
    """The one writer of a journal, for one thread. What `append` returned is on disk.

    After a failed write or sync the file is given up: EvidenceLost, then and ever after.
    """

    def __init__(
        self,
        disk: Disk,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        before: ReadJournal = ReadJournal(()),  # noqa: B008  (a frozen value)
    ):
        self._disk: Disk | None = disk
        last = before.entries[-1] if before.entries else None
        stamp = last.at if isinstance(last, JournalEntry) else None
        self._chain = Chain(now, monotonic, len(before.entries), before.head, stamp)

    @classmethod
    def open(
        cls, path: Path, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> "JournalWriter":
        """Create a journal or go on with one; a torn tail is set aside first.

        Raises EvidenceLost where it cannot be written, EvidenceBroken where the lines that
        are there do not read as what was written.
        """
        with or_evidence_lost(f"open {path.name}"):
            before = _set_torn_tail_aside(path)
            return cls(AppendOnlyFile(path), now, monotonic, before)

    def hide(self, secrets: Mapping[str, str]) -> None:
        """Take these secrets, by name, out of all that comes, in every form."""
        self._chain.hide(secrets)

    def append(self, events: Sequence[Event]) -> tuple[JournalEntry, ...]:
        """Write all `events` with one sync; they survive a power loss when this returns.

        Raises EvidenceLost; then some of them may be there, and none counts as kept.
        """
        if self._disk is None:
            raise evidence_lost("the journal was given up after an earlier failure")
        if not events:
            return ()
        entries, lines = self._chain.link(events)
        disk, self._disk = self._disk, None
        with or_evidence_lost("write the journal"):
            try:
                _write_and_sync(disk, b"".join(lines))
            except BaseException:
                _abandon(disk)
                raise
        self._disk = disk
        self._chain.advance(lines)
        return entries

    def close(self) -> None:
        """Close the file; later calls of `append` raise EvidenceLost."""
        disk, self._disk = self._disk, None
        if disk is not None:
            _abandon(disk)


class InMemoryJournal:
    """A journal that is kept nowhere, for rehearsals and tests; chained like a real one."""

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]):
        self.entries: tuple[JournalEntry, ...] = ()
        self._chain = Chain(now, monotonic)

    def append(self, events: Sequence[Event]) -> tuple[JournalEntry, ...]:
        """Keep `events` in memory."""
        entries, lines = self._chain.link(events)
        self._chain.advance(lines)
        self.entries += entries
        return entries


def _write_and_sync(disk: Disk, content: bytes) -> None:
    while content:
        taken = disk.write(content)
        if taken <= 0:
            raise OSError("the disk takes nothing more")
        content = content[taken:]
    disk.sync()


def _abandon(disk: Disk) -> None:
    try:
        disk.close()
    except OSError:
        return  # what counts was synced, or was reported as lost


def _set_torn_tail_aside(path: Path) -> ReadJournal:
    if not path.exists():
        return ReadJournal(())
    journal = read_journal(path)
    if journal.problems:
        raise EvidenceBroken(journal.problems[0], "Nothing was added to the journal.")
    set_aside(path, journal.torn)
    return journal


def set_aside(path: Path, torn: bytes) -> None:
    """Move a torn tail of a journal into a file beside it; nothing to do for an empty one."""
    if torn:
        size = path.stat().st_size - len(torn)
        _keep_tail(path, torn)
        with path.open("r+b") as file:
            file.truncate(size)


def _keep_tail(path: Path, torn: bytes) -> None:
    number = 1
    while (kept := path.with_name(f"{path.stem}.torn-{number}")).exists():
        if kept.read_bytes() == torn:
            return  # an earlier process was killed between keeping and cutting
        number += 1
    write_atomically(kept, torn)


def _decode(line: Plain) -> JournalEntry:
    entry: JournalEntry = from_plain(JournalEntry, line)
    if entry.at.tzinfo is None:
        raise ValueError("its time has no offset from UTC")
    return entry
