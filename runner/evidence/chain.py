"""The chain of a journal: how an entry becomes a line, and how lines are checked.

A line is the compact JSON of a JournalEntry, naming the digest of the raw line before.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast

from runner.model.events import Event, JournalEntry
from runner.model.frozen import frozen
from runner.model.interruptions import ClockStepped
from runner.model.plain import Plain, from_plain, to_plain
from runner.model.redaction import Redactor

JOURNAL_FILE = "journal.jsonl"
NO_LINE = "0" * 64
"""What the first entry names as the digest of the line before."""
CLOCK_TOLERANCE_SECONDS = 2.0
"""By how much the clocks may part from one line to the next before that is a step."""
_SLEWED = 0.001
"""The part of a second by which a clock that is steered may run fast or slow."""


@frozen
class RawJournal:
    """A journal whose chain and numbers were checked, its events not yet decoded."""

    lines: tuple[Plain, ...]
    torn: bytes
    problem: str
    head: str


def check_chain(content: bytes) -> RawJournal:
    """Check numbers and chain without decoding the events: an order of magnitude cheaper."""
    *whole, torn = content.split(b"\n")
    lines: list[Plain] = []
    head = NO_LINE
    for number, text in enumerate(whole, start=1):
        line, problem = _parse(text, number, head)
        if problem and _was_never_written(whole[number - 1 :]):
            torn = b"\n".join([*whole[number - 1 :], torn])
            break
        if problem:
            return RawJournal(tuple(lines), torn, f"{JOURNAL_FILE} {problem}", head)
        lines.append(line)
        head = sha256(text + b"\n").hexdigest()
    return RawJournal(tuple(lines), torn, "", head)


def encode_line(entry: JournalEntry) -> bytes:
    """The raw line of an entry, with its newline. Raises ValueError for NaN and infinities.

    Half surrogates, as in file names that are no UTF-8, become JSON escapes.
    """
    plain = to_plain(entry)
    if not entry.redactions:
        del plain["redactions"]
    text = json.dumps(
        plain,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return text.encode("utf-8", "backslashreplace") + b"\n"


class Chain:
    """The end of a journal, where the next events are linked on."""

    def __init__(
        self,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        number: int = 0,
        head: str = NO_LINE,
        before: datetime | None = None,
    ):
        """Go on behind line `number`, stamped `before`, whose raw text has the digest `head`."""
        self._redactor = Redactor({})
        self._now, self._monotonic = now, monotonic
        self._began = monotonic()
        self._number, self._head, self._before = number, head, before
        self._stamp: tuple[datetime, float] | None = None

    def hide(self, secrets: Mapping[str, str]) -> None:
        """Take these secrets out of all that comes, besides those of known kinds."""
        self._redactor = Redactor(secrets)

    def link(self, events: Sequence[Event]) -> tuple[tuple[JournalEntry, ...], list[bytes]]:
        """Entries and raw lines for `events`, all with one stamp; the end stays where it is.

        Where the wall clock was set since the line before, that is said first. Secrets are taken
        out of the events as well as of the lines.
        """
        at = self._now()
        if at.tzinfo is None:
            raise ValueError("the clock of a journal must know its offset from UTC")
        at = at.astimezone(UTC)  # in a zone with summer time, differences would be those of hands
        elapsed = round(self._monotonic() - self._began, 6)
        if step := self._step(at, elapsed):
            events = (ClockStepped(step), *events)
        self._stamp = (at, elapsed)
        entries: list[JournalEntry] = []
        lines: list[bytes] = []
        head = self._head
        for number, event in enumerate(events, start=self._number + 1):
            entry, line = self._masked(JournalEntry(number, at, elapsed, head, event))
            entries.append(entry)
            lines.append(line)
            head = sha256(lines[-1]).hexdigest()
        return tuple(entries), lines

    def advance(self, lines: Sequence[bytes]) -> None:
        """Move the end behind `lines`, which are kept now."""
        self._number += len(lines)
        self._head = sha256(lines[-1]).hexdigest() if lines else self._head

    def _masked(self, entry: JournalEntry) -> tuple[JournalEntry, bytes]:
        """The entry without secrets, which counts them, and its line."""
        line = encode_line(entry)
        if not self._redactor.finds(line):
            return entry, line
        redactor = self._redactor.afresh()
        made = from_plain(type(entry.event), redactor.tree(to_plain(entry.event)))
        event = cast(Event, made)
        place = (entry.number, entry.at, entry.elapsed, entry.previous)
        entry = JournalEntry(*place, event, redactor.redactions)
        return entry, encode_line(entry)

    def _step(self, at: datetime, elapsed: float) -> float:
        """By how many seconds the wall clock was set since the line before; 0.0 for none."""
        if self._stamp is None:
            behind = (at - self._before).total_seconds() if self._before else 0.0
            return round(min(behind, 0.0), 3)
        before, then = self._stamp
        step = (at - before).total_seconds() - (elapsed - then)
        tolerated = CLOCK_TOLERANCE_SECONDS + _SLEWED * abs(elapsed - then)
        return round(step, 3) if abs(step) > tolerated else 0.0


def _parse(text: bytes, number: int, head: str) -> tuple[Plain, str]:
    try:
        line = _STRICT_JSON.decode(text.decode())
    except (ValueError, RecursionError) as error:
        return None, f"line {number} is no JSON: {error}"
    if not isinstance(line, dict) or line.get("number") != number:
        return None, f"line {number} does not carry the number {number}"
    if line.get("previous") != head:
        before = f"line {number - 1}" if number > 1 else "the beginning"
        return None, (
            f"line {number} does not follow {before}: "
            "a line was altered, removed, added or moved there"
        )
    return line, ""


def _was_never_written(rest: list[bytes]) -> bool:
    """Whether these lines are of one write that the power cut short: its blocks in any order.

    No line of ours holds a zero byte, so one marks a block that did not reach the disk. Lines of
    two stamps are of two writes, and the first of two is always whole: then it is damage.
    """
    if b"\0" not in rest[0]:
        return False
    stamps = set()
    for text in rest:
        try:
            line = json.loads(text)
            stamps.add((json.dumps(line["at"]), line["elapsed"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return len(stamps) <= 1


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


_STRICT_JSON = json.JSONDecoder(parse_constant=_refuse_constant)
