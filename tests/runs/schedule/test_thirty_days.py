"""Thirty days with outages, clock steps, clock changes and long runs, in no time at all.

Laws: no time is run twice, no run overlaps another of its entry, and no time is lost: each was
run, or is on record as missed or overlapped. Time passes only where the test says so.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.runs.schedule.entry import OnMissed, OnOverlap, ScheduleEntry
from runner.runs.schedule.events import (
    Ended,
    Fired,
    Missed,
    Overlap,
    Overlapped,
    Rewound,
    ScheduleEvent,
    Watched,
    timetable_of,
)
from runner.runs.schedule.launch import run_arguments
from runner.runs.schedule.ledger import Hold
from runner.runs.schedule.memory import MemoryLedger
from runner.runs.schedule.watch import Ports, Watch

SLICE = timedelta(minutes=5)
DAYS = 30
CRONS = ("0 6 * * *", "30 2 * * *", "0 * * * *", "*/15 2 * * *", "0,20 */3 * * *", "10 1-4 * * 0,6")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC")
CHANGES = (
    datetime(2026, 3, 10),
    datetime(2026, 10, 10),
    datetime(2026, 8, 25),
    datetime(2026, 6, 1),
)


class World:
    """A wall clock that can be set, runs that live on or die with the watch, and outages."""

    def __init__(self, start: datetime, lasts: Callable[[], int]):
        self.wall, self.passed = start, timedelta(0)
        self.lasts = lasts
        self.ledger = MemoryLedger()
        self.ends: dict[str, timedelta] = {}
        self.orphans: set[str] = set()
        self.starts: list[tuple[datetime, datetime]] = []
        self.commands: list[tuple[str, ...]] = []

    def now(self) -> datetime:
        return self.wall

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")

    def start(self, hold: Hold) -> "WorldRun":
        assert hold.entry.name not in self.ends, "two runs of one entry at a time"
        assert hold.fired.due <= self.wall, "started before its time"
        self.starts.append((hold.fired.due, self.wall))
        self.commands.append(run_arguments(hold, Path("/")))
        self.ends[hold.entry.name] = self.passed + timedelta(minutes=self.lasts())
        return WorldRun(self, hold)

    def pass_time(self) -> None:
        self.wall += SLICE
        self.passed += SLICE

    def let_orphans_end(self) -> None:
        for name in [name for name in self.orphans if self.ends[name] <= self.passed]:
            self.orphans.remove(name)
            del self.ends[name]
            self.ledger.held.discard(name)

    def crash(self, survives: bool) -> None:
        self.orphans = set(self.ends) if survives else set()
        if not survives:
            self.ends.clear()
            self.ledger.crash()


class WorldRun:
    def __init__(self, world: World, hold: Hold):
        self.world, self.hold = world, hold

    def poll(self) -> Ended | None:
        if self.world.ends[self.hold.entry.name] > self.world.passed:
            return None
        del self.world.ends[self.hold.entry.name]
        return Ended(self.hold.fired.due, "a run", 0)

    def stop(self, at_once: bool) -> None:
        raise AssertionError("nobody stops here")


entries = st.builds(
    ScheduleEntry,
    name=st.just("it"),
    runbook=st.just("webhook-failures"),
    cron=st.sampled_from(CRONS),
    timezone=st.sampled_from(ZONES),
    on_missed=st.sampled_from(OnMissed),
    on_overlap=st.sampled_from(OnOverlap),
    verify=st.sampled_from(("", "all", "ongoing")),
)
slices = st.integers(0, DAYS * 288)
outages = st.lists(st.tuples(slices, st.integers(1, 900), st.booleans()), max_size=5)
steps = st.lists(st.tuples(slices, st.integers(-170, 600)), max_size=4)
big_steps = st.lists(st.tuples(slices, st.integers(-20_000, 20_000)), max_size=4)
durations = st.lists(st.integers(1, 300), min_size=1, max_size=6)


def simulate(
    entry: ScheduleEntry,
    start: datetime,
    down: list[tuple[int, int, bool]],
    steps: list[tuple[int, int]],
    minutes: list[int],
) -> World:
    """Thirty days in slices; `down` are outages, and whether runs survive them."""
    turn = iter(range(10**6))
    world = World(start, lambda: minutes[next(turn) % len(minutes)])
    ports = Ports(world.ledger, world, world, lambda words: None)
    watch: Watch | None = Watch((entry,), ports)
    back_at = 0
    for number in range(DAYS * 288):
        for _, minutes_of_step in (step for step in steps if step[0] == number):
            world.wall += timedelta(minutes=minutes_of_step)
        for _, length, survives in (outage for outage in down if outage[0] == number):
            watch, back_at = None, max(back_at, number + length)
            world.crash(survives)
        world.let_orphans_end()
        if watch is None and number >= back_at:
            watch = Watch((entry,), ports)
        if watch is not None:
            watch.tick()
        world.pass_time()
    (watch or Watch((entry,), ports)).tick()
    return world


def until(last: datetime, times: Iterator[datetime]) -> list[datetime]:
    return list(takewhile(lambda due: due <= last, times))


def accounted(entry: ScheduleEntry, events: list[ScheduleEvent]) -> list[datetime]:
    """Every time that the journal accounts for, as often as it does."""
    found: list[datetime] = []
    queued: set[datetime] = set()
    for event in events:
        match event:
            case Fired(due=due):
                found += [] if due in queued else [due]
            case Overlapped(last=last, became=Overlap.QUEUED):
                queued.add(last)
                found.append(last)
            case Missed(first=first, last=last) | Overlapped(first=first, last=last):
                after = timetable_of(entry).after(first - timedelta(seconds=1))
                found += until(last, after)
    return found


def fired(events: list[ScheduleEvent]) -> list[datetime]:
    return [event.due for event in events if isinstance(event, Fired)]


@settings(max_examples=40, deadline=None)
@given(entries, st.sampled_from(CHANGES), outages, steps, durations)
def test_no_time_is_lost_run_twice_or_overlapped(
    entry: ScheduleEntry,
    start: datetime,
    down: list[tuple[int, int, bool]],
    steps: list[tuple[int, int]],
    minutes: list[int],
) -> None:
    world = simulate(entry, start.replace(tzinfo=UTC), down, steps, minutes)
    events = world.ledger.events[entry.name]
    began = next(event.since for event in events if isinstance(event, Watched))
    state = world.ledger.state(entry)
    through = state.through or began
    due = until(through, timetable_of(entry).after(began))
    found = sorted(accounted(entry, events))
    if not any(isinstance(event, Rewound) for event in events):
        assert found == due
    assert set(due) <= set(found)
    upcoming = next(timetable_of(entry).after(through))
    assert upcoming > world.wall or world.wall < through
    assert len(fired(events)) == len(set(fired(events))) == len(world.starts)


@settings(max_examples=25, deadline=None)
@given(entries, st.sampled_from(CHANGES), outages, big_steps, durations)
def test_no_step_of_the_clock_runs_a_time_twice(
    entry: ScheduleEntry,
    start: datetime,
    down: list[tuple[int, int, bool]],
    steps: list[tuple[int, int]],
    minutes: list[int],
) -> None:
    world = simulate(entry, start.replace(tzinfo=UTC), down, steps, minutes)
    dues = fired(world.ledger.events[entry.name])
    assert len(dues) == len(set(dues)) == len(world.starts)


def test_an_undisturbed_month_runs_every_time_in_time() -> None:
    berlin = ScheduleEntry("it", "webhook-failures", "30 2 * * *", "Europe/Berlin")
    world = simulate(berlin, datetime(2026, 10, 10, tzinfo=UTC), [], [], [10])
    assert len(world.starts) == 30
    assert all(start - due < SLICE for due, start in world.starts)
    on_the_wall = {f"{due.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for due, _ in world.starts}
    assert on_the_wall == {"02:30"}


def test_a_month_of_verifications_starts_nothing_but_the_checks_of_their_horizon() -> None:
    hourly = ScheduleEntry("it", "webhook-failures", "0 */6 * * *", verify="ongoing")
    world = simulate(hourly, datetime(2026, 6, 1, tzinfo=UTC), [], [], [10])
    check = ("verify", "--horizon", "ongoing", "--format", "jsonl", "--", "webhook-failures")
    assert world.commands == [check] * 120
