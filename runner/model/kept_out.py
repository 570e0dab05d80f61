"""What was kept out of a run, counted from its journal."""

from collections.abc import Iterable, Iterator

from runner.model.events import CommandFinished, InputStaged, JournalEntry, KeyFailed, KeyFinished
from runner.model.results import Redaction, StagedInput

OF_COLUMN = "column "
"""What the name of a column begins with where it is counted among secrets."""
OF_COMMANDS = "in the output of commands"


def kept_out(entries: Iterable[JournalEntry]) -> tuple[Redaction, ...]:
    """How often each secret and each column was kept out, by name."""
    counts: dict[str, int] = {}
    for one in (one for entry in entries for one in _of(entry)):
        counts[one.name] = counts.get(one.name, 0) + one.count
    return tuple(Redaction(name, counts[name]) for name in sorted(counts) if counts[name])


def _of(entry: JournalEntry) -> Iterator[Redaction]:
    yield from entry.redactions
    match entry.event:
        case InputStaged(staged=staged):
            yield from staged.redactions
        case KeyFinished(result=end) | KeyFailed(failure=end):
            yield from end.redactions
        case CommandFinished(result=result):
            yield Redaction(OF_COMMANDS, result.masked)


def kept_out_in_words(redactions: Iterable[Redaction]) -> str:
    """What was kept out, with counts."""
    return ", ".join(f"{one.name} {one.count:,} x" for one in redactions)


def absent_columns(inputs: Iterable[StagedInput]) -> tuple[str, ...]:
    """The columns that were to be kept out and are in no input."""
    inputs = tuple(inputs)
    found = {one.name for given in inputs for one in given.redactions}
    absent = dict.fromkeys(name for given in inputs for name in given.absent)
    return tuple(name for name in absent if f"{OF_COLUMN}{name}" not in found)
