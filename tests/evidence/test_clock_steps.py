"""The clock of the machine is set while a run goes on: the record says so, durations stay true."""

import itertools
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runner.evidence.journal import InMemoryJournal, JournalWriter, read_journal
from runner.model.events import Event, SignalReceived
from runner.model.interruptions import ClockStepped

NOON = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)


def ticking(seconds: Iterable[float]) -> Callable[[], float]:
    times = iter(seconds)
    return lambda: next(times)


def written(wall: list[float], monotonic: list[float]) -> list[Event]:
    """The events of a journal with a line per moment; both clocks in seconds from the start."""
    now = ticking(wall)
    journal = InMemoryJournal(lambda: NOON + timedelta(seconds=now()), ticking([0.0, *monotonic]))
    for number in range(len(wall)):
        journal.append([SignalReceived(number)])
    return [entry.event for entry in journal.entries]


@pytest.mark.parametrize(
    ("wall", "monotonic", "steps"),
    [
        ([0, 1, 2], [0, 1, 2], []),
        ([0, 1, 3602], [0, 1, 2], [3600.0]),
        ([0, 1, -58], [0, 1, 2], [-60.0]),
        ([0, 3600, 0], [0, 1, 2], [3599.0, -3601.0]),
        ([0, 1, 3.5], [0, 1, 2], []),
        ([0, 86_400 + 40], [0, 86_400], []),
        ([0, 86_400 + 120], [0, 86_400], [120.0]),
    ],
    ids=["none", "on", "back", "on and back", "a second and a half", "slewed", "more than slewed"],
)
def test_a_step_is_recorded_before_what_follows_it(
    wall: list[float], monotonic: list[float], steps: list[float]
) -> None:
    events = written(wall, monotonic)
    assert [e.seconds for e in events if isinstance(e, ClockStepped)] == steps
    assert isinstance(events[-1], SignalReceived)
    if steps:
        assert isinstance(events[-2], ClockStepped)


def test_durations_are_those_of_the_monotonic_clock(tmp_path: Path) -> None:
    wall = itertools.chain([NOON], itertools.repeat(NOON - timedelta(days=400)))
    path = tmp_path / "journal.jsonl"
    writer = JournalWriter.open(path, lambda: next(wall), ticking([10.0, 11.0, 14.0]))
    writer.append([SignalReceived(1)])
    writer.append([SignalReceived(2)])
    writer.close()
    entries = read_journal(path).entries
    assert [entry.elapsed for entry in entries] == [1.0, 4.0, 4.0]
    assert entries[1].event == ClockStepped(-400 * 86_400.0 - 3.0)


def test_a_clock_that_was_set_back_between_two_processes_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for at in (NOON, NOON - timedelta(hours=2)):
        writer = JournalWriter.open(path, lambda at=at: at, lambda: 0.0)  # type: ignore[misc]
        writer.append([SignalReceived(1)])
        writer.close()
    assert read_journal(path).entries[1].event == ClockStepped(-7200.0)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_the_end_of_summer_time_is_no_step_and_stamps_stay_utc(zone: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    hours = iter(range(0, 24 * 400, 6))
    clock = iter([0.0, *(3600.0 * hour for hour in range(0, 24 * 400, 6))])
    writer = JournalWriter.open(
        path,
        lambda: (NOON + timedelta(hours=next(hours))).astimezone(ZoneInfo(zone)),
        lambda: next(clock),
    )
    for _ in range(1500):
        writer.append([SignalReceived(1)])
    writer.close()
    entries = read_journal(path).entries
    assert [e for e in entries if isinstance(e.event, ClockStepped)] == []
    assert {entry.at.utcoffset() for entry in entries} == {timedelta(0)}
