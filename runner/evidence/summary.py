"""A run in one row: what `history` shows, taken from the folder of the run alone."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from runner.evidence.chain import JOURNAL_FILE, RawJournal, check_chain
from runner.evidence.lock import is_held
from runner.evidence.standing import (
    Damaged,
    Finished,
    Interrupted,
    Running,
    RunStanding,
    standing_without_holder,
)
from runner.model.events import (
    ActionProposed,
    KeyFinished,
    KeyStarted,
    QuestionAnswered,
    RunFinished,
    RunStarted,
)
from runner.model.frozen import frozen
from runner.model.identity import InvocationId
from runner.model.plain import from_plain
from runner.model.runs import Mode, Outcome

_LISTS_OF_END = ("findings", "open_items", "handed_over_to", "escalations")
_MOST_WORDS = 4000
_UNKNOWN = RawJournal((), b"", "", "")


@frozen
class RunSummary:
    """A run at a glance. `mode` and `started` are None where its journal does not tell.

    `finished` is the time of RunFinished (UTC). `seconds` is the monotonic time that processes
    worked on it, all of them added up. `words` are those that it is found by, in lower case.
    """

    id: str
    slug: str
    title: str
    mode: Mode | None
    started: datetime | None
    finished: datetime | None
    standing: RunStanding
    incident: str
    user: str
    seconds: float
    words: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended, or None where it did not end."""
        return self.standing.outcome if isinstance(self.standing, Finished) else None

    @property
    def exit_code(self) -> int | None:
        """What the command returned, or None where it did not end."""
        return self.standing.exit_code if isinstance(self.standing, Finished) else None


@frozen
class KeyTime:
    """A KEY that finished: its wall seconds, and when (UTC)."""

    key: str
    at: datetime
    seconds: float


@frozen
class Look:
    """One look at the folder of a run."""

    summary: RunSummary
    key_times: tuple[KeyTime, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether a later look sees the same: nobody holds the run and it finished."""
        return isinstance(self.summary.standing, Finished)


def look_at(folder: Path) -> Look:
    """What the lock and the journal in `folder` say now. Never raises; faults are Damaged."""
    journal, standing = _UNKNOWN, None
    try:
        held = is_held(folder)
        journal = check_chain((folder / JOURNAL_FILE).read_bytes())
        standing = Running() if held else standing_without_holder(journal)
    except FileNotFoundError:
        standing = Running() if held else Interrupted()
    except OSError as error:
        standing = Damaged(f"it cannot be read: {error.strerror or error}")
    try:
        return _look(folder.name, standing, journal)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        return _look(folder.name, Damaged(f"{JOURNAL_FILE}: {error}"), _UNKNOWN)


def _look(run_id: str, standing: RunStanding, journal: RawJournal) -> Look:
    lines = journal.lines
    began: RunStarted | None = None
    if lines and lines[0]["event"]["is"] == RunStarted.__name__:
        began = from_plain(RunStarted, lines[0]["event"])
    summary = RunSummary(
        id=run_id,
        slug=began.runbook_slug if began else "",
        title=began.runbook_title if began else "",
        mode=began.mode if began else None,
        started=_at(lines[0]) if lines else None,
        finished=_at(lines[-1]) if isinstance(standing, Finished) else None,
        standing=standing,
        incident=began.trigger.incident if began else "",
        user=began.trigger.user if began else "",
        seconds=_seconds([float(line["elapsed"]) for line in lines]),
        words=_words(run_id, began, lines),
    )
    return Look(summary, _key_times(lines))


def _words(run_id: str, began: RunStarted | None, lines: tuple[Any, ...]) -> str:
    """What a person may remember of a run: its names, its findings, answers with their reasons."""
    found = [run_id]
    if began:
        given = (str(p.value) for p in began.parameters)
        found += [began.runbook_slug, began.runbook_title, began.trigger.incident]
        found += [began.trigger.user, began.trigger.host, *given]
        found += [key.key.text for key in began.keys]
    for line in lines:
        event = line["event"]
        if event["is"] == QuestionAnswered.__name__:
            found += [event["answer"]["by"], event["answer"]["reason"]]
        elif event["is"] == ActionProposed.__name__:
            found.append(event["title"])
        elif event["is"] == RunFinished.__name__:
            found.append(event["outcome"])
            found += [text for name in _LISTS_OF_END for text in event.get(name, ())]
    return "\n".join(dict.fromkeys(str(one).casefold() for one in found if one))[:_MOST_WORDS]


def _seconds(elapsed: list[float]) -> float:
    # The monotonic clock of a journal begins again with every process that takes the run.
    ends = [before for before, after in pairwise(elapsed) if after < before]
    return round(sum(ends) + (elapsed[-1] if elapsed else 0.0), 6)


def _key_times(lines: tuple[Any, ...]) -> tuple[KeyTime, ...]:
    started: dict[str, str] = {}
    times: list[KeyTime] = []
    for line in lines:
        kind = line["event"]["is"]
        if kind not in (KeyStarted.__name__, KeyFinished.__name__):
            continue
        invocation: InvocationId = from_plain(InvocationId, line["event"]["invocation"])
        if kind == KeyStarted.__name__:
            started[str(invocation)] = str(line["event"]["key"]["text"])
        elif str(invocation) in started:
            seconds = float(line["event"]["result"]["seconds"])
            times.append(KeyTime(started[str(invocation)], _at(line), seconds))
    return tuple(times)


def _at(line: Any) -> datetime:
    at: datetime = from_plain(datetime, line["at"])
    if at.tzinfo is None:
        raise ValueError("a time has no offset from UTC")
    return at.astimezone(UTC)
