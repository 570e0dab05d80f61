"""The journal keeps what it acknowledged, and a reader finds every change."""

import errno
import os
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from runner.errors import EvidenceBroken, EvidenceLost
from runner.evidence.chain import NO_LINE, check_chain
from runner.evidence.disk import MemoryDisk
from runner.evidence.journal import InMemoryJournal, JournalWriter, read_journal
from runner.model.events import DeadlineReached, Event, SignalReceived, StepSkipped
from runner.model.identity import PlaceKind, StepId

SHORT, NOTHING = 7, 0


def at_noon() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


def write(path: Path, events: tuple[Event, ...]) -> list[bytes]:
    writer = JournalWriter.open(path, at_noon, lambda: 0.0)
    for event in events:
        writer.append([event])
    writer.close()
    return path.read_bytes().splitlines(keepends=True)


def test_what_was_appended_is_read_back(tmp_path: Path, some_events: tuple[Event, ...]) -> None:
    write(tmp_path / "journal.jsonl", some_events)

    journal = read_journal(tmp_path / "journal.jsonl")

    assert tuple(entry.event for entry in journal.entries) == some_events
    assert [entry.number for entry in journal.entries] == [1, 2, 3, 4, 5, 6]
    assert (journal.torn, journal.problems) == (b"", ())


def test_each_line_names_the_digest_of_the_raw_line_before(
    tmp_path: Path, some_events: tuple[Event, ...]
) -> None:
    lines = write(tmp_path / "journal.jsonl", some_events)

    previous = [entry.previous for entry in read_journal(tmp_path / "journal.jsonl").entries]

    assert previous == [NO_LINE, *(sha256(line).hexdigest() for line in lines[:-1])]


def test_the_file_is_private(tmp_path: Path) -> None:
    write(tmp_path / "journal.jsonl", ())
    assert stat.S_IMODE((tmp_path / "journal.jsonl").stat().st_mode) == 0o600


def test_events_of_one_call_share_one_sync() -> None:
    disk = MemoryDisk()
    JournalWriter(disk, at_noon, lambda: 0.0).append([SignalReceived(n) for n in range(9)])
    assert disk.calls == 2
    assert disk.durable.count(b"\n") == 9


def test_stamps_are_utc_and_durations_monotonic() -> None:
    ticks = iter([100.0, 101.25])
    berlin = timezone(timedelta(hours=1))
    journal = InMemoryJournal(lambda: at_noon().astimezone(berlin), lambda: next(ticks))

    (entry,) = journal.append([SignalReceived(2)])

    assert entry.at.isoformat() == "2026-11-23T12:00:00+00:00"
    assert entry.elapsed == 1.25


def test_a_value_that_is_no_json_is_refused_before_anything_is_written() -> None:
    disk = MemoryDisk()
    writer = JournalWriter(disk, at_noon, lambda: 0.0)
    with pytest.raises(ValueError, match="JSON compliant"):
        writer.append([SignalReceived(1), DeadlineReached(float("nan"))])
    assert disk.calls == 0
    assert writer.append([SignalReceived(1)])[0].number == 1


def test_a_file_name_that_is_no_utf8_is_kept(tmp_path: Path) -> None:
    name = os.fsdecode(b"logs-\xff.csv")
    skipped = StepSkipped(StepId(PlaceKind.STEP, "1"), 1, name)
    write(tmp_path / "journal.jsonl", (skipped,))
    assert read_journal(tmp_path / "journal.jsonl").entries[0].event == skipped


def faults_at_each_call() -> list[tuple[int, OSError | int]]:
    errors = [OSError(number, os.strerror(number)) for number in (errno.EIO, errno.ENOSPC)]
    failing = [(call, error) for call in range(1, 7) for error in errors]
    return [*failing, *((write, NOTHING) for write in (1, 3, 5))]


@pytest.mark.parametrize(("call", "fault"), faults_at_each_call(), ids=str)
def test_a_failing_disk_never_yields_success_again(call: int, fault: OSError | int) -> None:
    disk = MemoryDisk({call: fault})
    writer = JournalWriter(disk, at_noon, lambda: 0.0)
    for _ in range((call - 1) // 2):
        writer.append([SignalReceived(1)])
    acknowledged = disk.content

    with pytest.raises(EvidenceLost, match="could not write the journal"):
        writer.append([SignalReceived(2)])
    with pytest.raises(EvidenceLost, match="given up"):
        writer.append([SignalReceived(3)])

    assert disk.durable.startswith(acknowledged)
    assert disk.calls == call


def test_a_short_write_is_completed() -> None:
    disk = MemoryDisk({1: SHORT})
    JournalWriter(disk, at_noon, lambda: 0.0).append([SignalReceived(1)])
    assert check_chain(disk.durable).problem == ""
    assert len(check_chain(disk.durable).lines) == 1


def test_a_short_write_before_a_full_disk_is_a_loss() -> None:
    disk = MemoryDisk({1: SHORT, 2: OSError(errno.ENOSPC, "full")})
    with pytest.raises(EvidenceLost, match="write the journal: full"):
        JournalWriter(disk, at_noon, lambda: 0.0).append([SignalReceived(1)])
    assert check_chain(disk.content).lines == ()
    assert len(check_chain(disk.content).torn) == SHORT


def test_a_journal_that_cannot_be_opened_is_a_loss(tmp_path: Path) -> None:
    with pytest.raises(EvidenceLost, match="could not open"):
        JournalWriter.open(tmp_path / "missing" / "journal.jsonl", at_noon, lambda: 0.0)


def test_a_torn_tail_at_any_byte_is_set_aside_and_the_journal_goes_on(
    tmp_path: Path, some_events: tuple[Event, ...]
) -> None:
    lines = write(tmp_path / "whole.jsonl", some_events)
    path = tmp_path / "journal.jsonl"
    torn_file = tmp_path / "journal.torn-1"
    for cut in range(1, len(lines[-1])):
        torn = lines[-1][:cut]
        path.write_bytes(b"".join(lines[:-1]) + torn)
        torn_file.unlink(missing_ok=True)
        assert read_journal(path).torn == torn

        write(path, (some_events[-1],))

        assert path.read_bytes() == b"".join(lines)
        assert torn_file.read_bytes() == torn


def test_a_tail_that_was_kept_but_not_yet_cut_is_kept_once(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b'{"at":')
    (tmp_path / "journal.torn-1").write_bytes(b'{"at":')
    write(tmp_path / "journal.jsonl", (SignalReceived(1),))
    assert not (tmp_path / "journal.torn-2").exists()


def test_every_flipped_bit_before_the_last_line_is_found(some_events: tuple[Event, ...]) -> None:
    journal = MemoryDisk()
    JournalWriter(journal, at_noon, lambda: 0.0).append(some_events[1:4])
    content = journal.content
    last = content.rindex(b"\n", 0, -1) + 1
    missed = []
    for bit in range(last * 8):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        if not check_chain(bytes(altered)).problem:
            missed.append(bit)
    assert missed == []


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda lines: lines[:2] + lines[3:], "line 3 does not carry the number 3"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1 does not carry the number 1"),
        (lambda lines: lines[:2] + lines[1:], "line 3 does not carry the number 3"),
        (lambda lines: [lines[0].replace(b"ada", b"bob"), *lines[1:]], "line 2 does not follow"),
        (lambda lines: [lines[0], b"\n", *lines[1:]], "line 2 is no JSON"),
        (lambda lines: [*lines[:5], b"[" * 100_000 + b"\n"], "line 6 is no JSON"),
        (lambda lines: [b'{"number":1,"previous":NaN}\n'], "line 1 is no JSON"),
        (lambda lines: [lines[0].replace(b"RunStarted", b"os.system")], "line 1 is no journal en"),
    ],
    ids=["delete", "swap", "duplicate", "alter", "insert", "deep", "constant", "unknown"],
)
def test_the_first_line_that_does_not_fit_is_named(
    tmp_path: Path,
    some_events: tuple[Event, ...],
    edit: Callable[[list[bytes]], list[bytes]],
    problem: str,
) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(edit(write(path, some_events))))
    assert read_journal(path).problems[0].startswith(f"journal.jsonl {problem}")


def test_nothing_is_added_to_a_damaged_journal(
    tmp_path: Path, some_events: tuple[Event, ...]
) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(write(path, some_events)[1:]))
    before = path.read_bytes()
    with pytest.raises(EvidenceBroken, match="line 1"):
        JournalWriter.open(path, at_noon, lambda: 0.0)
    assert path.read_bytes() == before


def test_a_journal_in_memory_is_chained_like_a_real_one(some_events: tuple[Event, ...]) -> None:
    disk = MemoryDisk()
    in_memory = InMemoryJournal(at_noon, lambda: 0.0)
    real = JournalWriter(disk, at_noon, lambda: 0.0)
    assert in_memory.append(some_events) == real.append(some_events)
    assert in_memory.append([SignalReceived(9)]) == real.append([SignalReceived(9)])


def lines_of(path: Path, batches: int) -> list[bytes]:
    writer = JournalWriter.open(path, lambda: datetime.now(UTC), time.monotonic)
    for _ in range(batches):
        writer.append([SignalReceived(n) for n in range(3)])
        time.sleep(0.001)
    writer.close()
    return path.read_bytes().splitlines(keepends=True)


def test_the_blocks_of_a_last_write_may_be_missing_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = lines_of(path, 2)
    whole, last = b"".join(lines[:3]), b"".join(lines[3:])
    for lost in range(1, len(last)):
        path.write_bytes(whole + b"\0" * lost + last[lost:])
        read = read_journal(path)
        assert (len(read.entries), read.problems) == (3, ())
        assert read.torn == b"\0" * lost + last[lost:]


def test_a_hole_before_a_later_write_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = lines_of(path, 3)
    path.write_bytes(b"".join([*lines[:3], b"\0" * 50 + lines[3][50:], *lines[4:]]))
    assert read_journal(path).problems != ()
