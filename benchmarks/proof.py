"""What proof costs: a run made durable and sealed, runs replayed, and a seal checked."""

import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.evidence import SUFFIX_LETTERS, milliseconds, utc_now
from benchmarks.processes import Cost, cost, take_turns
from runner.evidence.chain import JOURNAL_FILE
from runner.evidence.journal import read_journal
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.seal import seal_run
from runner.evidence.sealed_files import ENVELOPE_FILE, MANIFEST_FILE, SUMS_FILE
from runner.evidence.store import Store
from runner.model.events import Event

REPLAYED = 1_000
INPUT_BYTES, INPUTS = 64 * 2**20, 4
OWN_FILES = {JOURNAL_FILE, MANIFEST_FILE, ENVELOPE_FILE, SUMS_FILE, "lock"}
RUNNER = (sys.executable, "-m", "runner")


class Proof:
    """Measures on a run that was just made. `folder` is scratch."""

    def __init__(self, folder: Path, recorded: Path, pairs: int):
        self._folder, self._recorded, self._pairs = folder, recorded, pairs

    def measure(self) -> list[str]:
        """A line for each measurement, with its unit and its goal."""
        return [self._durability(), self._replaying(), self._verifying()]

    def _durability(self) -> str:
        batches = _batches(self._recorded)
        costs = [self._written_again(batches, number) for number in range(self._pairs)]
        return (
            f"a run made durable, {sum(map(len, batches))} events in {len(batches)} syncs, "
            f"and sealed: median {statistics.median(costs):.0f} ms, "
            f"worst {max(costs):.0f} (goal 100)"
        )

    def _written_again(self, batches: Sequence[Sequence[Event]], number: int) -> float:
        """Milliseconds to keep what the run kept; copying its other files is not counted."""
        store = Store(self._folder / f"durable-{number}")
        began = time.perf_counter()
        with RunEvidence.begin(store, "again", utc_now, time.monotonic) as run:
            for batch in batches:
                run.append(batch)
            copying = milliseconds(lambda: _copy_others(self._recorded, run.path))
            run.seal()
        return (time.perf_counter() - began) * 1000 - copying

    def _replaying(self) -> str:
        root = self._folder / "replayed"
        runs = Store(root).runs_folder
        runs.mkdir(parents=True)
        stem = self._recorded.name.rpartition("-")[0]
        for number in range(REPLAYED):
            shutil.copytree(self._recorded, runs / f"{stem}-{_letters(number)}")
        command = [*RUNNER, "replay", "--last", str(REPLAYED), "--evidence-dir", str(root)]
        first = cost([*command, "--json"], self._folder)
        told = json.loads((self._folder / "output.txt").read_bytes())
        if len(told["replayed"]) != REPLAYED:
            raise AssertionError(f"{len(told['replayed'])} runs were replayed, not {REPLAYED}")
        again = [cost(command, self._folder).wall for _ in range(3)]
        return (
            f"{REPLAYED} recorded runs replayed: {statistics.median(again):.1f} s on "
            f"{os.cpu_count()} cores, {first.wall:.1f} s where the index is built first (goal 5)"
        )

    def _verifying(self) -> str:
        store = Store(self._folder / "verified")
        with RunEvidence.begin(store, "large", utc_now, time.monotonic) as run:
            for batch in _batches(self._recorded):
                run.append(batch)
            for number in range(INPUTS):
                (run.inputs_folder() / f"{number}.bin").write_bytes(os.urandom(INPUT_BYTES))
        seal_run(run.path, utc_now())
        verify = (*RUNNER, "evidence", "verify", run.id, "--evidence-dir", str(store.root))
        sums = ("env", "-C", str(run.path), "sha256sum", "--quiet", "-c", SUMS_FILE)
        ours, theirs = (_timed(command, self._folder) for command in (verify, sums))
        pairs = take_turns(ours, theirs, self._pairs)
        middle, least, most = pairs.ratio(lambda one: 1 / one.wall)
        return (
            f"`evidence verify` on {INPUTS * INPUT_BYTES // 2**20} MiB: {middle:.2f} x the speed "
            f"of sha256sum ({least:.2f} to {most:.2f}; goal 0.5)"
        )


def _batches(recorded: Path) -> list[list[Event]]:
    """The events as the run wrote them: those with one stamp were written with one sync."""
    stamped = groupby(read_journal(recorded / JOURNAL_FILE).entries, lambda entry: entry.elapsed)
    return [[entry.event for entry in entries] for _, entries in stamped]


def _timed(command: Sequence[str], folder: Path) -> Callable[[], Cost]:
    return lambda: cost(list(command), folder)


def _copy_others(recorded: Path, run: Path) -> None:
    """Copy what the runner's own files are not: runbook, contracts, inputs, notebooks, reports."""
    for source in recorded.rglob("*"):
        relative = source.relative_to(recorded)
        if source.is_file() and str(relative) not in OWN_FILES:
            (run / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, run / relative)


def _letters(number: int) -> str:
    return "".join(SUFFIX_LETTERS[number >> shift & 31] for shift in (15, 10, 5, 0))
