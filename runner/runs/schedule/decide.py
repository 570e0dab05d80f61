"""What is due: a pure function of the entry, what its journal says, and the moment."""

from datetime import datetime, timedelta
from functools import reduce
from itertools import islice, takewhile

from runner.model.frozen import frozen
from runner.runs.schedule.entry import OnMissed, OnOverlap, ScheduleEntry
from runner.runs.schedule.events import (
    Fired,
    Missed,
    Overlap,
    Overlapped,
    Rewound,
    ScheduleEvent,
    ScheduleState,
    Watched,
    apply,
    timetable_of,
)

ON_TIME = timedelta(minutes=5)
"""How late a run may start and still count as started on time, unless the caller says otherwise."""
SET_BACK = timedelta(hours=3)
"""A clock that goes back by less is waited for, as cron does: no time is run twice."""
MOST_TIMES = 10_000
"""So many missed times are counted one by one; beyond that only the last one is found."""


@frozen
class Moment:
    """When and how it is asked. `is_held`: a run of the entry goes on, here or elsewhere.

    `owes_last` says that the last time before an entry is first seen counts too, if it is no
    older than `on_time`: the caller was started by a scheduler because it is time.
    """

    now: datetime
    is_held: bool
    on_time: timedelta = ON_TIME
    owes_last: bool = False


def decide(entry: ScheduleEntry, state: ScheduleState, moment: Moment) -> tuple[ScheduleEvent, ...]:
    """What is to be journaled now; a Fired in it, always the last, is to be started.

    Every time of the entry ends up in exactly one of Fired, Missed and Overlapped; a queued one
    in Fired later. Nothing where nothing is due.
    """
    beginning = _beginning(entry, state, moment)
    state = reduce(apply, beginning, state)
    times = _times(entry, state, moment.now)
    if state.queued is not None and state.queued <= moment.now and not moment.is_held:
        waiting = _overlapped(entry, None, times)
        return (*beginning, *waiting, _fired(state.queued, moment))
    if moment.is_held or state.queued is not None:
        return (*beginning, *_overlapped(entry, state.queued, times))
    return (*beginning, *_settled(entry, times, moment))


def _beginning(
    entry: ScheduleEntry, state: ScheduleState, moment: Moment
) -> tuple[ScheduleEvent, ...]:
    if not state.watches(entry):
        since = moment.now
        if moment.owes_last and state.watched is None:
            since = _before_last(entry, moment)
        return (Watched(entry.name, entry.cron, entry.timezone, since),)
    if state.through is not None and moment.now < state.through - SET_BACK:
        return (Rewound(moment.now),)
    return ()


def _before_last(entry: ScheduleEntry, moment: Moment) -> datetime:
    last = timetable_of(entry).latest(moment.now)
    if last is None or moment.now - last > moment.on_time:
        return moment.now
    return last - timedelta(seconds=1)


def _times(entry: ScheduleEntry, state: ScheduleState, now: datetime) -> tuple[datetime, ...]:
    """The times that passed and are not accounted for."""
    through = state.through or now
    timetable = timetable_of(entry)
    passed = takewhile(lambda due: due <= now, timetable.after(through))
    times = tuple(islice(passed, MOST_TIMES))
    if len(times) == MOST_TIMES and (last := timetable.latest(now)) and last > times[-1]:
        times = (*times, last)
    started = frozenset(state.started)
    return tuple(due for due in times if due not in started)


def _settled(
    entry: ScheduleEntry, times: tuple[datetime, ...], moment: Moment
) -> tuple[ScheduleEvent, ...]:
    """Nothing runs: the last time is run, unless it is late and late ones are to be skipped."""
    if not times:
        return ()
    if entry.on_missed is OnMissed.SKIP and moment.now - times[-1] > moment.on_time:
        return _missed(times, "nobody was there, and missed runs are skipped")
    earlier = _missed(times[:-1], "nobody was there; a later time is run")
    return (*earlier, _fired(times[-1], moment))


def _overlapped(
    entry: ScheduleEntry, queued: datetime | None, times: tuple[datetime, ...]
) -> tuple[ScheduleEvent, ...]:
    """A run goes on, or one that waited begins: the last time may wait if none does."""
    if entry.on_overlap is OnOverlap.SKIP or queued is not None:
        return _overlap(times, Overlap.SKIPPED)
    return (*_overlap(times[:-1], Overlap.SKIPPED), *_overlap(times[-1:], Overlap.QUEUED))


def _fired(due: datetime, moment: Moment) -> Fired:
    return Fired(due, round((moment.now - due).total_seconds(), 3))


def _missed(times: tuple[datetime, ...], why: str) -> tuple[Missed, ...]:
    return (Missed(times[0], times[-1], len(times), why),) if times else ()


def _overlap(times: tuple[datetime, ...], became: Overlap) -> tuple[Overlapped, ...]:
    return (Overlapped(times[0], times[-1], len(times), became),) if times else ()
