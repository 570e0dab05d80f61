"""What happened to an entry of a schedule: its journal is a list of these, its state their fold."""

from datetime import datetime
from enum import Enum

from runner.model.frozen import frozen
from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.timetable import Timetable

REMEMBERED = 1500
"""How many started times are kept in mind, so that a clock set back starts none of them again."""


class Overlap(Enum):
    """What became of a time at which a run of the entry went on."""

    SKIPPED = "skipped"
    QUEUED = "queued"


@frozen
class Watched:
    """The entry is looked after from `since` on, with these times; nothing before is owed."""

    entry: str
    cron: str
    timezone: str
    since: datetime


@frozen
class Rewound:
    """The clock was set back by hours; times after `to` count again, less those that were run."""

    to: datetime


@frozen
class Fired:
    """A run is starting for the time `due`, `late_seconds` after it."""

    due: datetime
    late_seconds: float


@frozen
class Missed:
    """`count` times from `first` to `last` passed without a run of their own, and why."""

    first: datetime
    last: datetime
    count: int
    why: str


@frozen
class Overlapped:
    """`count` times from `first` to `last` came while a run of the entry went on."""

    first: datetime
    last: datetime
    count: int
    became: Overlap


@frozen
class Ended:
    """The run for `due` ended. `run_id` is empty where it left no evidence.

    `exit_code` is None where nobody saw its end; `problem` says what is known then.
    """

    due: datetime
    run_id: str
    exit_code: int | None
    problem: str = ""


ScheduleEvent = Watched | Rewound | Fired | Missed | Overlapped | Ended


@frozen
class ScheduleState:
    """An entry as its journal tells it. Times up to `through` are accounted for."""

    watched: Watched | None = None
    through: datetime | None = None
    running: Fired | None = None
    queued: datetime | None = None
    ended: Ended | None = None
    started: tuple[datetime, ...] = ()

    def watches(self, entry: ScheduleEntry) -> bool:
        """Whether the entry was looked after with the times that it has now."""
        seen = self.watched
        return seen is not None and (seen.cron, seen.timezone) == (entry.cron, entry.timezone)


def timetable_of(entry: ScheduleEntry) -> Timetable:
    """When the entry is due."""
    return Timetable(entry.cron, entry.timezone)


def apply(state: ScheduleState, event: ScheduleEvent) -> ScheduleState:
    """The state after one more event."""
    match event:
        case Watched(since=since):
            return _with(state, watched=event, through=since)
        case Rewound(to=to):
            is_ahead = state.queued is not None and state.queued > to
            return _with(state, through=to, queued=None if is_ahead else state.queued)
        case Fired(due=due):
            queued = None if due == state.queued else state.queued
            started = (*state.started, due)[-REMEMBERED:]
            through = _later(state, due)
            return _with(state, through=through, running=event, queued=queued, started=started)
        case Missed(last=last):
            return _with(state, through=_later(state, last))
        case Overlapped(last=last, became=became):
            queued = last if became is Overlap.QUEUED else state.queued
            return _with(state, through=_later(state, last), queued=queued)
        case Ended():
            return _with(state, running=None, ended=event)


def _later(state: ScheduleState, due: datetime) -> datetime:
    return due if state.through is None else max(state.through, due)


def _with(state: ScheduleState, **changed: object) -> ScheduleState:
    return ScheduleState(**{**state.__dict__, **changed})
