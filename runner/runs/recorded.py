"""A run as its evidence tells it: what `why`, `report` and every other look back rest on."""

from functools import lru_cache
from pathlib import Path

from runner.document.parse import parse_runbook
from runner.errors import EvidenceBroken
from runner.evidence.chain import JOURNAL_FILE
from runner.evidence.journal import read_journal
from runner.evidence.store import Store
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.interpreter.verification import verification_program
from runner.model.contract_decoder import decode_contract
from runner.model.events import JournalEntry, RunbookRebased, RunStarted
from runner.model.frozen import frozen
from runner.model.runs import Mode
from runner.model.source import SourceText
from runner.runs.copies import FIRST, Copies, present_copies
from runner.runs.loading import place_named


@frozen
class RecordedRun:
    """A run's program, rebuilt from the copies in its folder, and its journal.

    `contracts` are the texts of the contracts that it had.
    """

    folder: Path
    program: Program
    contracts: tuple[str, ...]
    entries: tuple[JournalEntry, ...]
    head: str
    problems: tuple[str, ...]
    copies: Copies = FIRST

    @property
    def started(self) -> RunStarted:
        """The first event."""
        event = self.entries[0].event
        if not isinstance(event, RunStarted):
            raise AssertionError("the record of a run begins with RunStarted")
        return event

    @property
    def rests_on(self) -> RunStarted | RunbookRebased:
        """The event that says which runbook, KEYs and packages count at the end of the record."""
        events = (entry.event for entry in reversed(self.entries))
        return next(e for e in events if isinstance(e, RunStarted | RunbookRebased))

    @property
    def state(self) -> RunState:
        """The fold of the journal."""
        return fold(entry.event for entry in self.entries)


def recorded_run(store: Store, name: str) -> RecordedRun:
    """The run of that id, of a part of it, or `latest`.

    Raises NotFound where there is none, EvidenceBroken where its beginning cannot be read.
    """
    return read_run(store.folder_of(store.find(name)))


def read_run(folder: Path) -> RecordedRun:
    """The run in a folder. Raises EvidenceBroken where its beginning cannot be read."""
    journal = read_journal(folder / JOURNAL_FILE)
    if not journal.entries or not isinstance(journal.entries[0].event, RunStarted):
        problem = journal.problems[0] if journal.problems else "its journal is empty"
        raise EvidenceBroken(f"{folder.name} cannot be told: {problem}")
    started = journal.entries[0].event
    copies = present_copies(journal.entries)
    try:
        text = (folder / copies.runbook).read_bytes().decode("utf-8", "replace")
        contracts = sorted((folder / copies.contracts).glob("*.json"))
        texts = tuple(file.read_text("utf-8", "replace") for file in contracts)
    except OSError as error:
        raise EvidenceBroken(f"{folder.name}: its copy of the runbook is missing") from error
    program = program_of(SourceText(started.runbook_path, text), texts, started)
    read = (program, texts, journal.entries, journal.head)
    recorded = RecordedRun(folder, *read, journal.problems, copies)
    if program.runbook.source.digest == recorded.rests_on.runbook_digest:
        return recorded
    problems = (*journal.problems, "the copy of the runbook is not the one that was run")
    return RecordedRun(folder, *read, problems, copies)


def program_of(source: SourceText, contracts: tuple[str, ...], started: RunStarted) -> Program:
    """What a run that began like `started` walks by this text and these texts of contracts.

    Raises NotFound where the text does not have the places that the run was limited to.
    """
    horizon = started.horizon if started.mode is Mode.VERIFICATION else None
    return _program_of(source, contracts, (started.from_step, started.until_step), horizon)


@lru_cache(maxsize=64)
def _program_of(
    source: SourceText, contracts: tuple[str, ...], part: tuple[str, str], horizon: str | None
) -> Program:
    """Programs are values: many runs of one text share one, and what it has worked out."""
    runbook = parse_runbook(source).runbook
    decoded = (decode_contract(text)[0] for text in contracts)
    first, last = (place_named(runbook, name) for name in part)
    program = Program(runbook, tuple(one for one in decoded if one), first, last)
    return program if horizon is None else verification_program(program, horizon)
