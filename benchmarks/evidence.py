"""What evidence costs: keeping an event on disk, and `history` over a store of 10,000 runs."""

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from runner.evidence.disk import MemoryDisk
from runner.evidence.index import Between, Index
from runner.evidence.journal import JournalWriter
from runner.evidence.store import Store, stem_of
from runner.model.events import (
    Event,
    KeyFinished,
    KeyStarted,
    RunFinished,
    RunStarted,
    StepEntered,
)
from runner.model.identity import InvocationId, KeyName, PlaceKind, StepId
from runner.model.results import KeyResult
from runner.model.runs import Mode, Outcome, Trigger

EVENTS = 200
RUNS = 10_000
EVERY_DAMAGED, EVERY_INTERRUPTED = 100, 200
SUFFIX_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def measure() -> list[str]:
    """A line for each measurement, with its unit."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        return [*measure_appending(Path(folder)), *measure_history(Path(folder) / "store")]


def measure_appending(folder: Path) -> list[str]:
    """The cost of one event on disk, alone and in a batch of ten."""
    writer = JournalWriter.open(folder / "journal.jsonl", utc_now, time.monotonic)
    event = StepEntered(StepId(PlaceKind.STEP, "2"), 1)
    single = [milliseconds(lambda: writer.append([event])) for _ in range(EVENTS)]
    batch = [milliseconds(lambda: writer.append([event] * 10)) for _ in range(EVENTS // 10)]
    writer.close()
    in_memory = JournalWriter(MemoryDisk(), utc_now, time.monotonic)
    encoding = [milliseconds(lambda: in_memory.append([event])) for _ in range(EVENTS)]
    return [
        f"append + fdatasync, one event: median {median(single):.2f} ms, worst {max(single):.1f}",
        f"append + fdatasync, ten events: median {median(batch):.2f} ms",
        f"of which encoding and chaining one event: {median(encoding) * 1000:.0f} µs",
    ]


def measure_history(root: Path) -> list[str]:
    """`history` when the index is built, when it is up to date, and after one more run."""
    store = Store(root)
    for number in range(RUNS):
        put_run(store, number)
    if len(store.runs()) != RUNS:
        raise AssertionError("the store does not see the runs that were put into it")
    index = Index(store)
    build = milliseconds(lambda: index.history(20))
    up_to_date = [milliseconds(lambda: Index(store).history(20)) for _ in range(9)]
    between = Between("20260104", "20260105")
    words = [milliseconds(lambda: Index(store).history(20, words=("no such",))) for _ in range(9)]
    time_of = [milliseconds(lambda: Index(store).history(20, between=between)) for _ in range(9)]
    put_run(store, RUNS)
    one_more = milliseconds(lambda: index.history(20))
    usual = [milliseconds(lambda: index.usual_seconds("jupyter-key-a")) for _ in range(9)]
    return [
        f"history, {RUNS} runs, index built from nothing: {build:.0f} ms",
        f"history, {RUNS} runs, up to date: median {median(up_to_date):.0f} ms",
        f"history, {RUNS} runs, words that no run has: median {median(words):.0f} ms",
        f"history, {RUNS} runs, of one day: median {median(time_of):.0f} ms",
        f"history after one more run: {one_more:.0f} ms",
        f"usual duration of a KEY: {median(usual):.1f} ms",
    ]


def put_run(store: Store, number: int) -> None:
    """Put a run into the store as it would stand there, without the cost of syncing."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    letters = "".join(SUFFIX_LETTERS[number >> shift & 31] for shift in (15, 10, 5, 0))
    folder = store.runs_folder / f"{stem_of('webhook-failures', at)}-{letters}"
    disk = MemoryDisk()
    JournalWriter(disk, lambda: at, lambda: 0.0).append(events_of_a_run(number))
    content = disk.content
    if number % EVERY_DAMAGED == 0:
        content = content.replace(b'"visit":1', b'"visit":9', 1)
    folder.mkdir(parents=True)
    (folder / "lock").write_bytes(b"pid 1\n")
    (folder / "journal.jsonl").write_bytes(content)


def events_of_a_run(number: int) -> Sequence[Event]:
    """A short run: two KEYs, five steps."""
    trigger = Trigger("ada", "host-1", f"INC-{number % 50}")
    path, digest = "runbooks/webhook-failures.md", "sha256:" + "0" * 64
    events: list[Event] = [
        RunStarted(
            f"{number}", "webhook-failures", "Webhook Failures", path, "runbook.md", digest,
            Mode.UNATTENDED, trigger,
        )
    ]  # fmt: skip
    for step_number in range(1, 6):
        step = StepId(PlaceKind.STEP, str(step_number))
        events.append(StepEntered(step, 1))
        if step_number < 3:
            call = InvocationId(step, 1, 1)
            result = KeyResult((), (), 0.5 + number % 7, "out.ipynb", digest)
            events += [
                KeyStarted(call, KeyName("jupyter-key-a"), 1, ahead=False),
                KeyFinished(call, 1, result),
            ]
    if number % EVERY_INTERRUPTED:
        events.append(RunFinished(Outcome.HEALTHY, 0))
    return events


def milliseconds(deed: Callable[[], object]) -> float:
    """How long `deed` takes, by the monotonic clock."""
    began = time.perf_counter()
    deed()
    return (time.perf_counter() - began) * 1000


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)
