"""Data from another time than the step speaks of decide nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from runner.conditions.evaluation import Missing
from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.interpreter.state import fold
from runner.interpreter.windows import outputs_of_visit
from runner.model.contract import KeyContract, OutputSpec
from runner.model.events import KeyFinished, KeyResultAdmitted, KeyStarted, RunStarted
from runner.model.identity import InvocationId, KeyName, PlaceKind, StepId
from runner.model.results import KeyResult, OutputValue
from runner.model.runs import Mode, Trigger
from runner.model.source import SourceText
from runner.model.values import OutputType, Undefined, Value

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = KeyName("jupyter-example")
CONTRACT = KeyContract(KEY, "", "", "", (), (), (OutputSpec("errors", "Errors", OutputType.COUNT),))


def read(
    input_text: str, first: datetime, last: datetime, as_of: datetime | None = None
) -> Value | Missing:
    text = f"# T\n\n### Step 1: Look\n\n- **KEY**: `{KEY.text}`\n- **Input**: {input_text}\n"
    program = Program(parse_runbook(SourceText("t.md", text)).runbook, (CONTRACT,))
    call = InvocationId(StepId(PlaceKind.STEP, "1"), 1, 1)
    mode, by = Mode.UNATTENDED, Trigger("", "")
    started = RunStarted("r", "t", "", "", "", "", mode, by, began=NOW, as_of=as_of)
    outputs = (OutputValue("errors", Decimal(3)),)
    result = KeyResult(outputs, (), 0.1, "", "", data_from=first, data_to=last)
    state = fold(
        [
            started,
            KeyStarted(call, KEY, 1, False),
            KeyFinished(call, 1, result),
            KeyResultAdmitted(call),
        ]
    )
    return outputs_of_visit(program, state, (call.step, 1))(KEY, "errors")


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("input_text", "first", "last"),
    [
        ("Last 24 hours of logs", 24, 0),
        ("Last 24 hours of logs", 25, 1),
        ("the log of the past day", 20, 2),
        ("Last 24 hours of logs", 3, 0),
        ("the delivery log", 900, 800),
    ],
)
def test_data_of_the_window_count(input_text: str, first: float, last: float) -> None:
    assert read(input_text, ago(first), ago(last)) == Decimal(3)


@pytest.mark.parametrize(
    ("input_text", "first", "last", "why"),
    [
        ("Last 24 hours of logs", 72, 30, "before the window of the step begins"),
        ("Last 6 hours of metrics", 24 * 7, 0, "long before the window of the step"),
        ("Last 30 minutes of logs", 0.2, -5, "in the future"),
    ],
)
def test_data_of_another_time_are_undefined_and_say_why(
    input_text: str, first: float, last: float, why: str
) -> None:
    value = read(input_text, ago(first), ago(last))
    assert isinstance(value, Undefined)
    assert why in value.why


def test_the_window_of_a_sample_is_counted_back_from_the_time_of_the_sample() -> None:
    first, last = ago(24 * 400 + 20), ago(24 * 400)

    assert isinstance(read("Last 24 hours of logs", first, last), Undefined)
    assert read("Last 24 hours of logs", first, last, as_of=last) == Decimal(3)
    assert isinstance(read("Last 24 hours of logs", ago(20), NOW, as_of=last), Undefined)
