"""A ledger that is kept nowhere, for laws and tests."""

from collections.abc import Sequence
from functools import reduce

from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.events import Ended, Fired, ScheduleEvent, ScheduleState, apply
from runner.runs.schedule.ledger import Deciding, Hold


class MemoryLedger:
    """A ledger in memory. `held` are the entries of which a run goes on; `crash` lets all go."""

    def __init__(self) -> None:
        self.events: dict[str, list[ScheduleEvent]] = {}
        self.held: set[str] = set()
        self._states: dict[str, ScheduleState] = {}

    def state(self, entry: ScheduleEntry) -> ScheduleState:
        """How the entry stands."""
        return self._states.get(entry.name, ScheduleState())

    def settle(self, entry: ScheduleEntry, deciding: Deciding) -> Hold | None:
        """See Ledger."""
        is_held = entry.name in self.held
        running = self.state(entry).running
        if running is not None and not is_held:
            self._keep(entry, (Ended(running.due, "", None, "interrupted"),))
        decided = deciding(self.state(entry), is_held)
        self._keep(entry, decided)
        if decided and isinstance(decided[-1], Fired):
            self.held.add(entry.name)
            return Hold(entry, decided[-1], -1)
        return None

    def end(self, hold: Hold, ended: Ended) -> None:
        """Keep the end, then let go."""
        self._keep(hold.entry, (ended,))
        self.held.discard(hold.entry.name)

    def crash(self) -> None:
        """Every process is gone, and with it what it held."""
        self.held.clear()

    def _keep(self, entry: ScheduleEntry, events: Sequence[ScheduleEvent]) -> None:
        self.events.setdefault(entry.name, []).extend(events)
        self._states[entry.name] = reduce(apply, events, self.state(entry))
