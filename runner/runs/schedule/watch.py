"""The watch over a schedule: starts what is due, sees it end, and stops in order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from runner.errors import ExitCode, RunbookError
from runner.model.frozen import frozen
from runner.runs.schedule.decide import ON_TIME, Moment, decide
from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.events import (
    Ended,
    Fired,
    Missed,
    Overlapped,
    ScheduleEvent,
    ScheduleState,
    timetable_of,
)
from runner.runs.schedule.launch import Launcher, StartedRun
from runner.runs.schedule.ledger import Hold, Ledger

SLICE_SECONDS = 0.25
"""How long the watch sleeps at most: so soon signals, ends and steps of the clock are seen."""
KILL_AFTER_SECONDS = 15.0
"""How long a run that was asked to end may take for its evidence."""
_CLOCK_STEP = timedelta(seconds=60)
_TRY_AGAIN = timedelta(seconds=60)
_TRY_QUEUED = timedelta(seconds=5)
COMPLETED = frozenset(
    {
        ExitCode.HEALTHY,
        ExitCode.ACTIONS_RECOMMENDED,
        ExitCode.ESCALATE,
        ExitCode.HANDED_OVER,
    }
)
"""Exit codes of runs that did what they were scheduled for, whatever they found."""


class Clock(Protocol):
    """Time, and the passing of it."""

    def now(self) -> datetime:
        """The instant, with an offset from UTC."""

    def sleep(self, seconds: float) -> None:
        """Let some time pass."""


@frozen
class Ports:
    """What the watch needs of the world. `tell` takes a line for whoever reads along."""

    ledger: Ledger
    launcher: Launcher
    clock: Clock
    tell: Callable[[str], None]


class Watch:
    """The entries of a schedule, looked after by one process."""

    def __init__(
        self,
        entries: tuple[ScheduleEntry, ...],
        ports: Ports,
        on_time: timedelta = ON_TIME,
        owes_last: bool = False,
    ):
        self._entries, self._ports = entries, ports
        self._on_time, self._owes_last = on_time, owes_last
        self._running: dict[str, tuple[Hold, StartedRun]] = {}
        self._next: dict[str, datetime] = {}
        self._seen = ports.clock.now()
        self._stopped_by = 0
        self._hurries = False
        self.codes: list[int] = []

    def stop(self, number: int) -> None:
        """Start nothing more; a second call ends the runs at once. Safe in a signal handler."""
        self._hurries = bool(self._stopped_by)
        self._stopped_by = number

    def tick(self) -> None:
        """See what has ended, then start what is due."""
        self._reap()
        now = self._ports.clock.now()
        if now < self._seen - _CLOCK_STEP:
            self._next.clear()
        self._seen = now
        for entry in self._entries:
            if not self._stopped_by and self._next.get(entry.name, now) <= now:
                try:
                    self._settle(entry, now)
                except RunbookError as error:
                    self._give_up_for_now(entry, error)

    def run_forever(self, grace_seconds: float) -> int:
        """Tick until stopped, then wait for what runs, for `grace_seconds` at most."""
        while not self._stopped_by:
            self.tick()
            self._nap()
        self._wind_down(grace_seconds)
        return ExitCode.HEALTHY

    def run_once(self, grace_seconds: float) -> int:
        """Start what is due, wait for it and for what was queued meanwhile.

        The exit code of the worst run: one that did not complete before one that did.
        """
        self.tick()
        while self._running and not self._stopped_by:
            self._nap()
            self.tick()
        if self._stopped_by:
            self._wind_down(grace_seconds)
            return ExitCode.ABORTED + self._stopped_by
        broken = [code for code in self.codes if code not in COMPLETED]
        return max(broken or self.codes, default=ExitCode.HEALTHY)

    def _settle(self, entry: ScheduleEntry, now: datetime) -> None:
        told: list[ScheduleEvent] = []

        def deciding(state: ScheduleState, is_held: bool) -> tuple[ScheduleEvent, ...]:
            moment = Moment(now, is_held, self._on_time, self._owes_last)
            told.extend(decide(entry, state, moment))
            return tuple(told)

        hold = self._ports.ledger.settle(entry, deciding)
        for event in told:
            self._tell(entry, event)
        if hold is not None:
            self._running[entry.name] = (hold, self._ports.launcher.start(hold))
        self._next[entry.name] = self._look_again(entry, now)

    def _look_again(self, entry: ScheduleEntry, now: datetime) -> datetime:
        """The next time; sooner where a run waits for one that another process started."""
        upcoming = next(timetable_of(entry).after(now), None) or datetime.max.replace(tzinfo=UTC)
        if entry.name in self._running or self._ports.ledger.state(entry).queued is None:
            return upcoming
        return min(upcoming, now + _TRY_QUEUED)

    def _give_up_for_now(self, entry: ScheduleEntry, error: RunbookError) -> None:
        """One entry's trouble keeps no other from being run."""
        self._next[entry.name] = self._seen + _TRY_AGAIN
        self.codes.append(error.exit_code)
        self._ports.tell(f"{entry.name}: {error.happened}. {error.not_done} {error.hint}".rstrip())

    def _reap(self) -> None:
        for name, (hold, run) in list(self._running.items()):
            ended = run.poll()
            if ended is not None:
                del self._running[name]
                self._ports.ledger.end(hold, ended)
                self._tell(hold.entry, ended)
                self.codes.append(ExitCode.FAILED if ended.exit_code is None else ended.exit_code)
                self._next.pop(name, None)

    def _wind_down(self, grace_seconds: float) -> None:
        """Wait; then ask the runs to end; then kill them. Who is told twice does not wait."""
        self._wait(grace_seconds, lambda: self._hurries)
        for at_once in (False, True):
            for _, run in self._running.values():
                run.stop(at_once)
            self._wait(KILL_AFTER_SECONDS, lambda: False)

    def _wait(self, seconds: float, is_enough: Callable[[], bool]) -> None:
        left = seconds
        self._reap()
        while self._running and left > 0 and not is_enough():
            self._nap()
            left -= SLICE_SECONDS
            self._reap()

    def _nap(self) -> None:
        self._ports.clock.sleep(SLICE_SECONDS)

    def _tell(self, entry: ScheduleEntry, event: ScheduleEvent) -> None:
        if words := in_words(event):
            at = self._ports.clock.now().astimezone(UTC)
            self._ports.tell(f"{at:%Y-%m-%dT%H:%M:%SZ}  {entry.name}  {words}")


def in_words(event: ScheduleEvent) -> str:
    """An event as a line says it; empty for what nobody needs to read."""
    match event:
        case Fired(due=due, late_seconds=late):
            lateness = f", {late:.0f} s late" if late >= ON_TIME.total_seconds() else ""
            return f"starting for {due:%Y-%m-%dT%H:%M:%SZ}{lateness}"
        case Ended(run_id=run_id, exit_code=code, problem=problem):
            ended = "ended unseen" if code is None else f"ended with {code}"
            return "  ".join(part for part in (ended, run_id, problem) if part)
        case Missed(first=first, count=count, why=why):
            return f"missed {count} from {first:%Y-%m-%dT%H:%M:%SZ} on: {why}"
        case Overlapped(count=count, became=became):
            return f"still running: {count} {became.value}"
    return ""
