"""Runs as they would stand in a store, made without kernels."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runner.evidence.run_evidence import RunEvidence
from runner.evidence.store import Store
from runner.model.events import (
    Event,
    KeyFinished,
    KeyRecord,
    KeyStarted,
    RunFinished,
    RunStarted,
    SignalReceived,
    StepEntered,
)
from runner.model.identity import InvocationId, KeyName, PlaceKind, StepId
from runner.model.results import KeyResult
from runner.model.runs import Mode, Outcome, Trigger

Clock = Callable[[], datetime]
MakeRun = Callable[..., str]
KEY = KeyName("jupyter-webhook-event-analysis")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def now() -> Clock:
    """A clock on which a second passes between any two looks."""
    times: Iterator[datetime] = (
        datetime(2026, 11, 23, 20, 15, 1, tzinfo=UTC) + timedelta(seconds=n)
        for n in range(1_000_000)
    )
    return lambda: next(times)


@pytest.fixture
def monotonic(now: Clock) -> Callable[[], float]:
    return lambda: 0.0


@pytest.fixture
def some_events() -> tuple[Event, ...]:
    step = StepId(PlaceKind.STEP, "2")
    return (
        started("webhook-failures"),
        StepEntered(step, 1),
        KeyStarted(InvocationId(step, 1, 1), KEY, 1, ahead=False),
        finished_key(InvocationId(step, 1, 1), 1.5),
        SignalReceived(2),
        RunFinished(Outcome.HEALTHY, 0),
    )


@pytest.fixture
def make_run(store: Store, now: Clock, monotonic: Callable[[], float]) -> MakeRun:
    """Makes a run and returns its id: `make_run(slug, outcome, incident, key_seconds, sealed)`."""

    def make(
        slug: str = "webhook-failures",
        outcome: Outcome | None = Outcome.HEALTHY,
        incident: str = "",
        key_seconds: float = 1.5,
        sealed: bool = True,
    ) -> str:
        invocation = InvocationId(StepId(PlaceKind.STEP, "2"), 1, 1)
        with RunEvidence.begin(store, slug, now, monotonic) as run:
            run.append([started(slug, incident)])
            run.append([KeyStarted(invocation, KEY, 1, ahead=False)])
            run.append([finished_key(invocation, key_seconds)])
            if outcome is not None:
                run.append([RunFinished(outcome, 0)])
            if outcome is not None and sealed:
                run.seal()
        return run.id

    return make


def started(slug: str, incident: str = "") -> RunStarted:
    return RunStarted(
        run_id="",
        runbook_slug=slug,
        runbook_title="Webhook Failures — «Zustellung»",
        runbook_path=f"runbooks/{slug}.md",
        runbook_file="runbook.md",
        runbook_digest="sha256:" + "0" * 64,
        mode=Mode.UNATTENDED,
        trigger=Trigger("ada", "host-1", incident),
        keys=(KeyRecord(KEY, "1", "sha256:1", "sha256:2"),),
    )


def finished_key(invocation: InvocationId, seconds: float) -> KeyFinished:
    return KeyFinished(invocation, 1, KeyResult((), (), seconds, "out.ipynb", "sha256:3"))
