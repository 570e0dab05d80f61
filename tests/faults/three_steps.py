"""A run of three steps with a stub in the place of kernels: begun, resumed, and what it came to."""

import json
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from runner.evidence.atomic import write_atomically
from runner.evidence.disk import or_evidence_lost
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.store import Store
from runner.interpreter.state import RunState
from runner.keys.catalog import Library, file_digest
from runner.keys.executor import KeyOutcome, Order, Report
from runner.model.events import JournalEntry
from runner.model.interruptions import GivenAnswer
from runner.model.plain import to_plain
from runner.model.results import KeyResult, OutputValue
from runner.model.runs import AnswerSource, Mode
from runner.report.story import tell
from runner.report.text import story_text
from runner.runs.assignment import GivenInput
from runner.runs.begin import CompletedRun, LeftRun, RunRequest, World, run, utc_now
from runner.runs.loading import load_runbook
from runner.runs.loop import Spectator
from runner.runs.operators import Operator, Scripted, Unattended
from runner.runs.recorded import read_run
from runner.runs.resume import Resumption, resume, take_up

KEYS = ("key-a", "key-b")
TEXT = """# Three steps

## Diagnosis Flow

### Step 1: Count

- **KEY**: `jupyter-key-a`
- **Input**: the log
- **If Errors > 3**: Continue to Step 2

### Step 2: Look closer

- **KEY**: `jupyter-key-b`
- **Input**: the log
- **If Errors > 3**: See Action 1

### Step 3: Look at the dashboard

- **If it is red**: escalate

## Action Steps

### Action 1: Restart the worker (REVERSIBLE)

Restart it.
"""
ANSWERS = (GivenAnswer("3", "none"),)
Ended = CompletedRun | LeftRun


def write_library(root: Path) -> None:
    """The runbook, its two KEYs and a log, below `root`."""
    for slug in KEYS:
        folder = root / "jupyter-keys" / slug
        folder.mkdir(parents=True)
        contract = {
            "slug": slug,
            "title": slug,
            "version": "1.0.0",
            "idempotent": False,
            "inputs": [{"name": "log", "label": "log", "formats": ["csv"]}],
            "parameters": [],
            "outputs": [{"name": "errors", "label": "Errors", "type": "count"}],
        }
        (folder / "key.json").write_text(json.dumps(contract))
        (folder / f"{slug}.ipynb").write_text("{}")
    (root / "runbooks").mkdir()
    (root / "runbooks" / "three.md").write_text(TEXT)
    (root / "log.csv").write_text("id,status\n1,500\n")


class Stub:
    """Notes each execution in a file, writes what a KEY leaves, and finds five errors."""

    def __init__(self, root: Path):
        self._log = root / "executions"

    def execute(self, order: Order, report: Report) -> KeyOutcome:
        with self._log.open("a") as log:
            log.write(f"{order.key.contract.key.slug} {order.attempt}\n")
        folder = order.run_folder / "keys" / str(order.invocation) / f"attempt-{order.attempt}"
        notebook = folder / "notebook.ipynb"
        with or_evidence_lost("keep what the KEY left"):
            for made in (folder.parent.parent, folder.parent, folder):
                made.mkdir(mode=0o700, exist_ok=made != folder)
            notebook.write_bytes(b"{}")
        relative = str(notebook.relative_to(order.run_folder))
        found = (OutputValue("errors", Decimal(5)),)
        return KeyResult(found, (), 0.0, relative, file_digest(notebook))

    def stop(self) -> None:
        pass

    def prepare(self, expected: int = 1) -> None:
        pass


def begin(root: Path, spectator: Spectator, operator: Operator | None = None) -> Ended:
    """Begin the run, and take it to its end."""
    return begin_in(world(root, spectator, operator), root, attended=operator is not None)


def begin_in(given: World, root: Path, attended: bool = False) -> Ended:
    """Begin the run in a world."""
    library = Library((root,))
    request = RunRequest(
        loaded=load_runbook(library, str(root / "runbooks" / "three.md")),
        inputs=(GivenInput("log", root / "log.csv"),),
        parameters={},
        mode=Mode.ATTENDED if attended else Mode.UNATTENDED,
        answers=() if attended else ANSWERS,
        libraries=(root,),
    )
    return run(request, given)


def go_on(
    root: Path,
    run_id: str,
    spectator: Spectator,
    how: Resumption = Resumption(),  # noqa: B008  (a frozen value)
    operator: Operator | None = None,
) -> Ended:
    """Resume the run, and take it to its end."""
    store = Store(root / "store")
    with RunEvidence.take(store, run_id, utc_now, time.monotonic) as evidence:
        taken = take_up(evidence, (root,))
        return resume(taken, how, world(root, spectator, operator))


def world(root: Path, spectator: Spectator, operator: Operator | None = None) -> World:
    """The stub, the answers, and a report that is written before the seal."""
    answers = {given.subject: given.words for given in ANSWERS}
    ahead = Scripted(answers, AnswerSource.GIVEN_AHEAD, "ada", Unattended())
    return World(
        store=Store(root / "store"),
        executor=Stub(root),
        operator=operator or ahead,
        spectator=spectator,
        inbox=SimpleQueue(),
        finishing=write_text,
    )


def write_text(folder: Path) -> None:
    """The report of a run, from its evidence."""
    recorded = read_run(folder)
    text = story_text(tell(recorded.program, recorded.entries))
    with or_evidence_lost("write the report"):
        write_atomically(folder / "report.txt", text.encode())


def executions(root: Path) -> list[str]:
    """The KEYs that were executed, in order, each with its attempt."""
    log = root / "executions"
    return log.read_text().splitlines() if log.exists() else []


def essence(state: RunState) -> str:
    """What a run came to, less what an interruption may change: times, attempts, file names."""
    parts: list[Any] = [
        to_plain(state.finished),
        [to_plain(one) for one in state.moves],
        [to_plain(one) for one in state.branches.values()],
        [to_plain(one) for one in state.expectations.values()],
        {name: to_plain(answer) for name, answer in state.answers.items()},
        [to_plain(one) for one in (*state.proposed, *state.standing, *state.skipped)],
        [(staged.name, staged.size, staged.digest) for staged in state.inputs],
        {
            str(invocation): [to_plain(output) for output in result.outputs]
            for invocation, result in state.admitted.items()
            if isinstance(result, KeyResult)
        },
    ]
    return json.dumps(parts, sort_keys=True)


class Telling(Spectator):
    """Passes on every entry that was acknowledged."""

    def __init__(self, tell_entry: Callable[[JournalEntry], None]):
        self._tell = tell_entry

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        for entry in entries:
            self._tell(entry)
