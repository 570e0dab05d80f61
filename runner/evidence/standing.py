"""How a run stands: exactly one of five, told by its lock and its journal alone."""

from pathlib import Path

from runner.evidence.chain import JOURNAL_FILE, RawJournal, check_chain
from runner.evidence.lock import is_held
from runner.model.events import RunFinished, RunStarted
from runner.model.frozen import frozen
from runner.model.interruptions import RunResumed, RunSuspended, WhySuspended
from runner.model.plain import from_plain
from runner.model.runs import Outcome

_GREATEST_EXIT_CODE = 255


@frozen
class Running:
    """A living process holds the lock."""

    def __str__(self) -> str:
        return "running"


@frozen
class Waiting:
    """Nobody holds it, and it was left waiting for a person."""

    def __str__(self) -> str:
        return "waiting"


@frozen
class Interrupted:
    """Nobody holds it, and its journal does not say that it finished."""

    def __str__(self) -> str:
        return "interrupted"


@frozen
class Finished:
    """Nobody holds it, and its last event is RunFinished."""

    outcome: Outcome
    exit_code: int

    def __str__(self) -> str:
        return self.outcome.value.replace("_", " ")


@frozen
class Damaged:
    """Its journal does not read as what was written."""

    problem: str

    def __str__(self) -> str:
        return "damaged"


RunStanding = Running | Waiting | Interrupted | Finished | Damaged


def standing_of(folder: Path) -> RunStanding:
    """How the run in `folder` stands now.

    The lock is asked before the journal is read: asked after, a run that ends in between would
    be called interrupted.
    """
    try:
        if is_held(folder):
            return Running()
        return standing_without_holder(check_chain((folder / JOURNAL_FILE).read_bytes()))
    except FileNotFoundError:
        return Interrupted()
    except OSError as error:
        return Damaged(f"it cannot be read: {error.strerror or error}")


def standing_without_holder(journal: RawJournal) -> RunStanding:
    """What the journal of a run says, once it is known that nobody holds the run."""
    if journal.problem:
        return Damaged(journal.problem)
    last = journal.lines[-1].get("event") if journal.lines else None
    if not isinstance(last, dict) or last.get("is") != RunFinished.__name__:
        return Waiting() if _was_left_waiting(journal) else Interrupted()
    try:
        finished: RunFinished = from_plain(RunFinished, last)
    except (ValueError, RecursionError) as error:
        return Damaged(f"{JOURNAL_FILE} line {len(journal.lines)}: {error}")
    if not 0 <= finished.exit_code <= _GREATEST_EXIT_CODE:
        return Damaged(f"{JOURNAL_FILE}: {finished.exit_code} is no exit code")
    return Finished(finished.outcome, finished.exit_code)


def _was_left_waiting(journal: RawJournal) -> bool:
    """Whether it was suspended for a person, and nobody took it up since."""
    for line in reversed(journal.lines):
        event = line.get("event")
        kind = event.get("is") if isinstance(event, dict) else None
        if kind == RunSuspended.__name__:
            return bool(event.get("why") == WhySuspended.PERSON.value)
        if kind in (RunResumed.__name__, RunStarted.__name__):
            return False
    return False
