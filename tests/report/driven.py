"""Runs of a small webhook runbook, driven with scripted outputs and answers, without kernels."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from runner.document.parse import parse_runbook
from runner.interpreter.decide import decide
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, apply
from runner.model.contract_decoder import decode_contract
from runner.model.events import (
    Event,
    InputStaged,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyRecord,
    KeyStarted,
    QuestionAnswered,
    QuestionOpened,
    RunStarted,
)
from runner.model.results import (
    CellReport,
    CellState,
    KeyFailure,
    KeyResult,
    OutputValue,
    StagedInput,
)
from runner.model.runs import (
    Answer,
    AnswerSource,
    AskOperator,
    InvokeKey,
    Mode,
    OpenQuestion,
    Request,
    Trigger,
)
from runner.model.source import SourceText
from runner.model.values import Chart, OutputType, Table, Undefined, Value
from runner.report.story import Story, tell

START = datetime(2026, 11, 22, 15, 2, 11, tzinfo=UTC)
RUNBOOK = """\
# Stripe webhooks are failing

## Immediate Safety Checks

1. **Is the endpoint still enabled**
   - If the endpoint is disabled: escalate to the payments lead
   - If the endpoint is enabled: continue

**DO NOT**:

- switch off signature verification, not even for a minute

## Diagnosis Flow

### Step 2: Check that the endpoint answers

**Action**: Send an unsigned request

- **If it answers 400**: Continue to Step 3
- **If it answers 404**: Check the routing (use: Deployment Failure Runbook)

### Step 3: Analyze Webhook Delivery Patterns

1. **Run Jupyter KEY**
   - **KEY**: `jupyter-webhook-event-analysis`
   - **Input**: `webhook_logs_YYYYMMDD.csv`

2. **Review Output**
   - **Expected Output**: Analysis report showing:
     - Delivery success rate (should be > 95%)

3. **Interpret Results**
   - **If Success Rate < 95%**: Continue to Step 4 (check application logs)
   - **If Signature Errors**: See Action 1 (update webhook secret)
   - **If Timeout Errors**: See Action 2 (increase timeout)

### Step 4: Check the application logs

**Action**: Look for what the receiver says about the failed deliveries

- **If the logs name a failing dependency**: See Action 2
- **If nothing stands out**: STOP HERE

## Action Steps

### Action 1: Update the webhook secret (REVERSIBLE)

**Precondition**: Step 3 found signature errors
**Verification**: no new signature error within five minutes
**Rollback**: put the version before back and restart

### Action 2: Increase the timeout (IRREVERSIBLE - USE WITH CAUTION)

**Warning**: Stripe gives up after 20 seconds

## Rollback / Escalation

Escalate if:

- Success Rate < 50%
"""
SHARE = {"share": 0.001, "of": "events"}
CONTRACT: dict[str, Any] = {
    "slug": "webhook-event-analysis",
    "title": "Webhook event analysis",
    "version": "1.0.0",
    "inputs": [{"name": "webhook_log", "label": "webhook delivery log", "formats": ["csv"]}],
    "outputs": [
        {"name": "events", "label": "Deliveries", "type": "count"},
        {
            "name": "delivery_success_rate",
            "label": "Delivery success rate",
            "aliases": ["Success Rate"],
            "type": "ratio",
            "nullable": True,
            "null_means": "no deliveries in the window",
            "question": "What is the delivery success rate?",
        },
        {
            "name": "signature_errors",
            "label": "Signature errors",
            "type": "count",
            "material_at": SHARE,
        },
        {"name": "timeout_errors", "label": "Timeout errors", "type": "count"},
        {
            "name": "worst_event_type",
            "label": "Event type with most failures",
            "type": "text",
            "question": "What events are failing?",
        },
        {
            "name": "failures_began_at",
            "label": "Failures began at",
            "type": "timestamp",
            "question": "When did failures start?",
        },
        {"name": "failures_by_event_type", "label": "Failures by event type", "type": "table"},
        {"name": "failures_over_time", "label": "Failures over time", "type": "chart"},
    ],
}
INCIDENT: dict[str, Any] = {
    "events": 6113,
    "delivery_success_rate": Decimal("0.912"),
    "signature_errors": 41,
    "timeout_errors": 0,
    "worst_event_type": "invoice.paid",
    "failures_began_at": datetime(2026, 11, 22, 14, 21, tzinfo=UTC),
    "failures_by_event_type": [["invoice.paid", "23"], ["charge.refunded", "18"]],
    "failures_over_time": "keys/step-3.1.1/failures.svg",
}
Outputs = Mapping[str, Any]
Golden = Callable[[str, str], None]
Answers = Mapping[str, Answer]


class Told:
    """A driven run: its program, its journal and its story."""

    def __init__(self, program: Program, entries: tuple[JournalEntry, ...]):
        self.program = program
        self.entries = entries
        self.story: Story = tell(program, entries)

    def until(self, event: type[Event]) -> "Told":
        """The same run, cut off behind the first event of this type."""
        at = next(n for n, e in enumerate(self.entries, 1) if isinstance(e.event, event))
        return Told(self.program, self.entries[:at])


def by_alice() -> dict[str, Answer]:
    chosen = {
        "safety 1/1 step": ("2",),
        "step 2/1 step": ("1",),
        "step 4/1 step": ("none",),
        "action 1": ("y",),
    }
    said = {"step 2/1 step": "curl says 400"}
    return {
        question: Answer(keys, AnswerSource.OBSERVED, "alice", said.get(question, ""))
        for question, keys in chosen.items()
    }


def drive(
    outputs: Outputs | KeyFailure,
    answers: Answers | None = None,
    mode: Mode = Mode.UNATTENDED,
    runbook: str = RUNBOOK,
    contract: Mapping[str, Any] = CONTRACT,
    incident: str = "INC-1042",
) -> Told:
    parsed = parse_runbook(SourceText("runbooks/webhook-failures.md", runbook)).runbook
    decoded, problems = decode_contract(json.dumps(contract))
    assert decoded is not None, problems
    program = Program(parsed, (decoded,))
    events = _Events()
    for event in _beginning(program, mode, incident):
        events.add(event)
    while True:
        agenda = decide(program, events.state)
        for event in agenda.record:
            events.add(event)
        if events.state.finished:
            return Told(program, tuple(events.entries))
        if agenda.request and not agenda.record:
            for event in _answer(agenda.request, program, outputs, answers or {}):
                events.add(event)


class _Events:
    """A journal in memory with a clock of 0.2 s for every event."""

    def __init__(self) -> None:
        self.entries: list[JournalEntry] = []
        self.state = RunState()

    def add(self, event: Event) -> None:
        number = len(self.entries)
        elapsed = round(0.2 * number, 3)
        at = START + timedelta(seconds=elapsed)
        self.entries.append(JournalEntry(number + 1, at, elapsed, "0" * 64, event))
        self.state = apply(self.state, event)


def _beginning(program: Program, mode: Mode, incident: str) -> tuple[Event, ...]:
    runbook = program.runbook
    key = program.contracts[0]
    return (
        RunStarted(
            run_id="20261122-150211-webhook-failures-7k2q",
            runbook_slug=runbook.slug,
            runbook_title=runbook.title,
            runbook_path=runbook.source.path,
            runbook_file="runbook.md",
            runbook_digest="sha256:" + "4f" * 32,
            mode=mode,
            trigger=Trigger("alice", "ops-1", incident, "runbook run webhook-failures"),
            keys=(KeyRecord(key.key, key.version, "sha256:" + "a1" * 32, "sha256:" + "b2" * 32),),
            runner_version="0.1.0",
            python_version="3.12.4",
            owner="payments-oncall",
            last_review="2026-11-02",
        ),
        InputStaged(
            StagedInput(
                "webhook_log",
                "/home/alice/webhook_logs_20261122.csv",
                "inputs/webhook_log.csv",
                753_367,
                "sha256:" + "c3" * 32,
            )
        ),
    )


def _answer(
    request: Request, program: Program, outputs: Outputs | KeyFailure, answers: Answers
) -> tuple[Event, ...]:
    match request:
        case InvokeKey(invocation=invocation, key=key, attempt=attempt):
            started = KeyStarted(invocation, key, attempt, ahead=False)
            if isinstance(outputs, KeyFailure):
                return started, KeyFailed(invocation, attempt, outputs)
            return started, KeyFinished(invocation, attempt, _result(program, outputs))
        case AskOperator(question=question):
            answer = answers.get(question.id, Answer((), AnswerSource.NOBODY))
            return QuestionOpened(question), QuestionAnswered(question.id, answer)
        case _:
            raise AssertionError(request)


def _result(program: Program, outputs: Outputs) -> KeyResult:
    values = tuple(
        OutputValue(spec.name, _value(spec.type, outputs.get(spec.name)))
        for spec in program.contracts[0].outputs
    )
    cells = (CellReport(1, CellState.COMPLETED, 0.1), CellReport(3, CellState.COMPLETED, 0.4))
    return KeyResult(
        values,
        cells,
        1.83,
        "keys/step-3.1.1/executed.ipynb",
        "sha256:" + "d4" * 32,
        START - timedelta(days=1),
        START,
    )


def _value(kind: OutputType, plain: Any) -> Value:
    if plain is None:
        return Undefined("no deliveries in the window")
    if kind is OutputType.TABLE:
        rows = tuple(tuple(row) for row in plain)
        return Table(("event_type", "failures"), rows, len(rows), "keys/step-3.1.1/failures.csv")
    if kind is OutputType.CHART:
        return Chart(plain, "Failures for each hour, beginning at 14:21")
    return Decimal(str(plain)) if isinstance(plain, int | float) else plain


def question_of(told: Told, question_id: str) -> OpenQuestion:
    events = (entry.event for entry in told.entries)
    opened = (e.question for e in events if isinstance(e, QuestionOpened))
    return next(question for question in opened if question.id == question_id)
