"""Runs that are broken at counted calls and resumed: `python -m tests.faults.campaign KIND …`.

Every attempt is a process of its own, forked from one that has imported everything. What it
acknowledged comes through a pipe. Prints what was tried as JSON; a violation is printed in words.
"""

import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.errors import RunbookError
from runner.evidence.journal import ReadJournal, read_journal
from runner.evidence.seal import verify_run
from runner.evidence.standing import Finished
from runner.evidence.store import Store
from runner.evidence.store_log import StoreLog
from runner.interpreter.state import fold
from runner.model.events import JournalEntry, KeyFinished, RunStarted
from runner.model.plain import to_plain
from runner.runs.begin import CompletedRun
from runner.runs.loop import Spectator
from tests.faults.calls import CountedCalls, Fault
from tests.faults.power import VARIANTS, PowerFailure, Tree, write_tree
from tests.faults.three_steps import (
    Ended,
    Telling,
    begin,
    essence,
    executions,
    go_on,
    write_library,
)

DONE, ERROR, BUG = "done", "error", "bug"
_MOST_RESUMES = 12
_SOAKED = ("before", "after", "torn", "EIO", "ENOSPC", "full", "short", *VARIANTS)


@dataclass(frozen=True)
class Attempt:
    """What a process said before it ended. `how` is empty where it was killed."""

    acknowledged: tuple[str, ...]
    how: str
    what: str
    calls: tuple[str, ...] = ()
    left: Tree | None = None


@dataclass
class Tally:
    """What was tried and what was found wrong."""

    tried: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def attempt(root: Path, deed: Callable[[Spectator], Ended], fault: Fault | None) -> Attempt:
    """Do it in a process of its own, with a fault."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(root, deed, fault, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        lines = told.read().splitlines()
    os.waitpid(child, 0)
    acknowledged = tuple(line[2:] for line in lines if line.startswith("A "))
    end: dict[str, Any] = next((json.loads(line) for line in lines if line.startswith("{")), {})
    left = next((json.loads(line[2:]) for line in lines if line.startswith("P ")), None)
    calls = tuple(end.get("calls", ()))
    return Attempt(acknowledged, end.get("how", ""), end.get("what", ""), calls, left)


def _in_child(
    root: Path, deed: Callable[[Spectator], Ended], fault: Fault | None, writing: int
) -> None:
    real_write = os.write

    def emit(told: bytes) -> None:
        while told:
            told = told[real_write(writing, told) :]

    watch = None
    if fault is not None and fault.kind in VARIANTS:
        watch = PowerFailure(root, fault.number, fault.kind, emit)
        watch.heeds_syncs = fault.part > 0
    calls = CountedCalls(fault, frozenset({writing}), watch)
    calls.install()

    def acknowledge(entry: JournalEntry) -> None:
        real_write(writing, f"A {digest(entry)}\n".encode())

    try:
        ended = deed(Telling(acknowledge))
        how, what = (DONE, ended.id) if isinstance(ended, CompletedRun) else (ERROR, "left")
    except RunbookError as error:
        how, what = ERROR, error.happened
    except OSError as error:
        how, what = BUG, repr(error)
    except BaseException as error:
        how, what = BUG, repr(error)
    end = json.dumps({"how": how, "what": what, "calls": calls.names})
    real_write(writing, end.encode() + b"\n")
    os._exit(0)


def digest(entry: JournalEntry) -> str:
    """An entry as it was acknowledged."""
    text = json.dumps([entry.number, to_plain(entry.event)], sort_keys=True)
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


class Trial:
    """One run in a folder of its own, broken by faults and resumed until it is over."""

    def __init__(self, template: Path, place: Path, wanted: str):
        self.root = place
        shutil.copytree(template, place)
        self._store = Store(place / "store")
        self._wanted = wanted
        self.problems: list[str] = []

    def go(self, faults: Iterable[Fault | None]) -> str:
        """Begin with the first fault, resume with the next ones; how the beginning ended."""
        schedule = iter(faults)
        first = attempt(
            self.root, lambda spectator: begin(self.root, spectator), next(schedule, None)
        )
        self._check(first)
        self._lose(first)
        acknowledged = set(first.acknowledged)
        for _ in range(_MOST_RESUMES):
            run_id = self._newest()
            if run_id is None or self._is_over(run_id):
                break
            done = self._finished_keys(run_id)
            again = attempt(self.root, self._resume(run_id), next(schedule, None))
            acknowledged |= set(again.acknowledged)
            self._check(again)
            self._lose(again)
            if self._never_began(again):
                self._expect(not acknowledged, "what was acknowledged is not there")
                return "never began"
            self._expect(self._repeated(done) == [], "a finished KEY was executed again")
        self._look_at_the_end(acknowledged)
        return first.how or "killed"

    def _resume(self, run_id: str) -> Callable[[Spectator], Ended]:
        return lambda spectator: go_on(self.root, run_id, spectator)

    def _newest(self) -> str | None:
        runs = self._store.runs()
        return runs[0] if runs else None

    def _is_over(self, run_id: str) -> bool:
        folder = self._store.folder_of(run_id)
        ended = isinstance(self._store.state_of(run_id), Finished) and not verify_run(folder)
        return ended and StoreLog(self._store.root).knows(run_id)

    def _lose(self, tried: Attempt) -> None:
        """Put what a failure of the power left in the place of what is there."""
        if tried.left is not None:
            shutil.rmtree(self.root / "store", ignore_errors=True)
            tree = {path: c for path, c in tried.left.items() if path.startswith("store")}
            write_tree(tree, self.root)

    def _never_began(self, tried: Attempt) -> bool:
        return tried.how == ERROR and "before anything of it was on record" in tried.what

    def _check(self, tried: Attempt) -> None:
        self._expect(tried.how != BUG, f"an error that nobody foresaw: {tried.what}")
        if tried.how == DONE:
            folder = self._store.folder_of(tried.what)
            self._expect(
                verify_run(folder) == (), "success was claimed for a run that is not whole"
            )

    def _finished_keys(self, run_id: str) -> list[str]:
        journal = self._journal(run_id)
        ended = [e.event.invocation for e in journal.entries if isinstance(e.event, KeyFinished)]
        if len(ended) != len(set(ended)):
            self.problems.append("a KEY finished twice")
        self._before = executions(self.root)
        return ["key-a", "key-b"][: len(ended)]

    def _repeated(self, done: list[str]) -> list[str]:
        new = executions(self.root)[len(self._before) :]
        return [line for line in new if line.split()[0] in done]

    def _look_at_the_end(self, acknowledged: set[str]) -> None:
        run_id = self._newest()
        if run_id is None:
            self._expect(not acknowledged, "what was acknowledged is not there")
            return
        folder, journal = self._store.folder_of(run_id), self._journal(run_id)
        self._expect(journal.problems == (), f"the journal is damaged: {journal.problems}")
        there = {digest(entry) for entry in journal.entries}
        self._expect(acknowledged <= there, "an acknowledged record was lost")
        self._expect(self._is_over(run_id), "the run did not come to its end")
        self._expect(verify_run(folder) == (), "the seal does not hold")
        state = fold(entry.event for entry in journal.entries)
        self._expect(essence(state) == self._wanted, "the end is another than the unbroken one")
        began = [e for e in journal.entries if isinstance(e.event, RunStarted)]
        self._expect(len(began) == 1, "the run began more than once")

    def _journal(self, run_id: str) -> ReadJournal:
        file = self._store.folder_of(run_id) / "journal.jsonl"
        return read_journal(file) if file.exists() else ReadJournal(())

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)


def unbroken(template: Path, place: Path) -> tuple[str, tuple[str, ...]]:
    """The essence of a run without faults, and its calls."""
    shutil.copytree(template, place)
    done = attempt(place, lambda spectator: begin(place, spectator), None)
    if done.how != DONE:
        raise SystemExit(f"the unbroken run did not end: {done.what}")
    folder = Store(place / "store").folder_of(done.what)
    entries = read_journal(folder / "journal.jsonl").entries
    return essence(fold(entry.event for entry in entries)), done.calls


def kills(calls: tuple[str, ...], step: int) -> Iterator[tuple[str, list[Fault | None]]]:
    """A kill before, after and inside every `step`th call, and one more while it is resumed."""
    for number in range(1, len(calls) + 1, step):
        for kind in ("before", "after"):
            yield f"kill {kind}", [Fault(number, kind)]
        if calls[number - 1] == "write":
            for part in (0.01, 0.5, 0.99):
                yield "kill inside", [Fault(number, "torn", part)]
        for again in range(1 + number % 7, 50, 9):
            yield "kill twice", [Fault(number, "after"), Fault(again, "before")]


def failures(calls: tuple[str, ...], step: int) -> Iterator[tuple[str, list[Fault | None]]]:
    """EIO, ENOSPC, a disk that stays full and a short write at every `step`th call."""
    for number in range(1, len(calls) + 1, step):
        for kind in ("EIO", "ENOSPC", "full"):
            yield kind, [Fault(number, kind)]
        if calls[number - 1] == "write":
            yield "short write", [Fault(number, "short")]


def power(calls: tuple[str, ...], step: int) -> Iterator[tuple[str, list[Fault | None]]]:
    """The power fails behind every `step`th call; of what was not synced, as little as may be."""
    for number in range(1, len(calls) + 1, step):
        for variant in VARIANTS:
            yield f"power, {variant}", [Fault(number, variant)]
            yield (
                f"power twice, {variant}",
                [Fault(number, variant), Fault(7 + number % 40, variant)],
            )


def deaf(calls: tuple[str, ...], step: int) -> Iterator[tuple[str, list[Fault | None]]]:
    """The power fails on a disk that does not heed a sync: what is lost must be found."""
    for number in range(len(calls) * 2 // 3, len(calls), step):
        yield "power, syncs not heeded", [Fault(number, "dropped", 0.0)]


def soak(calls: tuple[str, ...], runs: int) -> Iterator[tuple[str, list[Fault | None]]]:
    """Runs with one to six random faults each, always the same."""
    chance = random.Random(20261125)
    for _ in range(runs):
        yield (
            "soak",
            [
                Fault(
                    chance.randint(1, len(calls)),
                    chance.choice(_SOAKED),
                    chance.random(),
                )
                for _ in range(chance.randint(1, 6))
            ],
        )


def main(kind: str, step: int) -> None:
    """Try them all, and print what was found."""
    tally = Tally()
    place = Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
    template = place / "template"
    write_library(template)
    wanted, calls = unbroken(template, place / "unbroken")
    kinds = {"kills": kills, "failures": failures, "power": power, "deaf": deaf, "soak": soak}
    plans = kinds[kind](calls, step)
    for number, (name, faults) in enumerate(plans):
        trial = Trial(template, place / f"trial-{number}", wanted)
        end = trial.go(faults)
        tally.tried[name] += 1
        tally.held[name] += not trial.problems
        tally.ends[end] += 1
        tally.violations += [f"{faults}: {problem}" for problem in trial.problems]
        shutil.rmtree(trial.root)
    shutil.rmtree(place)
    print(json.dumps({"calls": len(calls), **vars(tally)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
