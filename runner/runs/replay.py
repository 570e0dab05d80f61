"""Replay: recorded runs decided again, by the text they had or by another one, without a kernel."""

from runner.errors import EvidenceBroken, RunbookError
from runner.evidence.index import Index
from runner.evidence.store import Store
from runner.interpreter.counting import counting
from runner.interpreter.differences import Changed, changed_decisions
from runner.interpreter.program import Program
from runner.interpreter.redecide import Redecided, redecide
from runner.model.events import RunFinished, RunStarted
from runner.model.frozen import frozen
from runner.model.source import SourceText
from runner.runs.edited_text import edited
from runner.runs.recorded import RecordedRun, program_of, read_run
from runner.runs.what_if import suppose


@frozen
class Replayed:
    """A recorded run that was decided again by its own text."""

    run_id: str
    redecided: Redecided
    problems: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every decision follows again, from evidence that reads as it was written."""
        return self.redecided.difference is None and not self.problems


@frozen
class OtherText:
    """The text to suppose: a whole runbook, or an edit of what each run had."""

    source: SourceText | None = None
    edit: str = ""


@frozen
class SupposedRun:
    """A recorded run beside what another text makes of it.

    `not_recorded` are KEYs of which only the other text wants a result; `not_asked` are questions
    that only it would have put to a person.
    """

    run_id: str
    was: str
    now: str
    changed: tuple[Changed, ...]
    not_recorded: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def is_told(self) -> bool:
        """Whether the record was enough: no KEY and no person's answer was missing."""
        return not self.not_recorded and not self.not_asked


@frozen
class Unreadable:
    """A run that cannot be decided again, and why."""

    run_id: str
    why: str


def replay_run(recorded: RecordedRun) -> Replayed:
    """Decide again what a run decided."""
    redecided = redecide(recorded.program, recorded.entries)
    return Replayed(recorded.folder.name, redecided, recorded.problems)


def suppose_run(recorded: RecordedRun, other: OtherText) -> SupposedRun:
    """What the run would have decided by another text, from what it recorded.

    Raises UsageError or NotFound where an edit does not fit the text that the run had.
    """
    source = other.source or edited(recorded.program.runbook, other.edit)
    supposed = suppose(recorded, _program(recorded, source))
    was = tuple(entry.event for entry in counting(recorded.entries))
    now = tuple(entry.event for entry in supposed.entries)
    return SupposedRun(
        recorded.folder.name,
        _outcome(recorded.state.finished),
        _outcome(supposed.state.finished),
        changed_decisions(was, now),
        supposed.not_recorded,
        supposed.not_asked,
    )


def newest_runs(store: Store, most: int, slug: str = "") -> tuple[str, ...]:
    """The ids of the newest runs, of one runbook where `slug` is given."""
    return tuple(run.id for run in Index(store).history(most, slug or None))


def replay_named(
    store: Store, run_id: str, other: OtherText | None
) -> Replayed | SupposedRun | Unreadable:
    """Replay one of many: a run that cannot be read, or that an edit does not fit, says so."""
    try:
        recorded = read_run(store.folder_of(run_id))
        return suppose_run(recorded, other) if other else replay_run(recorded)
    except (RunbookError, OSError) as error:
        return Unreadable(run_id, str(error))


def _outcome(finished: RunFinished | None) -> str:
    return finished.outcome.value.replace("_", " ") if finished else "not finished"


def _program(recorded: RecordedRun, source: SourceText) -> Program:
    """The other text with the contracts, the part and the horizon of the recorded run."""
    started = recorded.entries[0].event
    if not isinstance(started, RunStarted):
        raise EvidenceBroken(f"{recorded.folder.name} does not begin with its start")
    return program_of(source, recorded.contracts, started)
