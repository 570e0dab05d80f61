"""Condition texts against outputs: what a careful reader would say, row by row of verdicts.md."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from runner.conditions.binding import bind
from runner.conditions.evaluation import Missing, evaluate
from runner.conditions.grammar import parse_condition
from runner.conditions.vocabulary import Vocabulary
from runner.model.conditions import Reason, Verdict
from runner.model.contract import KeyContract, Material, OutputSpec
from runner.model.identity import KeyName
from runner.model.values import OutputType, Table, Undefined, Value

KEY = KeyName("jupyter-example")
T = OutputType
OUTPUTS = (
    OutputSpec("success_rate", "Delivery success rate", T.RATIO),
    OutputSpec("error_rate", "Error rate", T.PERCENT),
    OutputSpec(
        "signature_errors",
        "Signature errors",
        T.COUNT,
        material_at=Material(Decimal("0.001"), "events"),
    ),
    OutputSpec("timeouts", "Timeouts", T.COUNT, material_at=Material(Decimal(5))),
    OutputSpec("discrepancies", "Discrepancies", T.COUNT),
    OutputSpec("events", "Deliveries", T.COUNT),
    OutputSpec("hourly_errors", "Errors in the last hour", T.COUNT),
    OutputSpec("status", "Status", T.NUMBER),
    OutputSpec("health_code", "Health code", T.ENUM, values=("200", "503")),
    OutputSpec("p95", "p95 latency", T.DURATION, unit="ms"),
    OutputSpec("baseline", "Baseline", T.DURATION, unit="ms"),
    OutputSpec("age", "Oldest message", T.DURATION, unit="s"),
    OutputSpec("growth", "Growth", T.NUMBER, unit="1/min"),
    OutputSpec("queue_bytes", "Queue size", T.BYTES),
    OutputSpec("spend", "Spend", T.MONEY, unit="USD"),
    OutputSpec("producer", "Producer", T.ENUM, values=("checkout", "billing", "none")),
    OutputSpec("impact", "Impact", T.ENUM, values=("high", "low")),
    OutputSpec("version", "Version", T.ENUM, values=("1.1", "1.9", "1.10", "1.10.2")),
    OutputSpec("version_changed", "Version changed", T.FLAG),
    OutputSpec("common_producer", "Common producer", T.FLAG),
    OutputSpec("automation_broken", "Renewal automation broken", T.FLAG),
    OutputSpec("poison", "Poison list", T.TABLE, ("poison messages",)),
    OutputSpec("note", "Note", T.TEXT),
    OutputSpec("read_and_write_errors", "Read and write errors", T.COUNT),
)
CONTRACT = KeyContract(KEY, "", "", "", (), (), OUTPUTS)
TYPES = {spec.name: spec.type for spec in OUTPUTS}
PAGE = Path(__file__).with_name("verdicts.md")


def _rows() -> list[tuple[str, str, str, str, str]]:
    rows = []
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("| ") and not line.startswith("| condition |"):
            _, condition, outputs, verdict, sentence, _ = (c.strip() for c in line.split("|"))
            rows.append((f"{PAGE.name}:{number}", condition, outputs, verdict, sentence))
    return rows


def _value(name: str, text: str) -> Value:
    if text == "null":
        return Undefined("no deliveries")
    match TYPES[name]:
        case OutputType.FLAG:
            return text == "yes"
        case OutputType.TABLE:
            return Table(("id",), (), int(text.split()[0]))
        case OutputType.ENUM | OutputType.TEXT:
            return text
        case _:
            return Decimal(text)


def _judge(condition: str, outputs: str) -> Reason:
    published = dict(re.findall(r"(\w+) = (.*?)(?:, (?=\w+ = )|$)", outputs))
    values = {name: _value(name, text) for name, text in published.items()}
    bound = bind(parse_condition(condition), Vocabulary.of([CONTRACT]))
    return evaluate(bound, lambda key, name: values.get(name, Missing("it did not run")))


@pytest.mark.parametrize(
    ("condition", "outputs", "verdict", "sentence"),
    [pytest.param(*row[1:], id=row[0]) for row in _rows()],
)
def test_a_condition_gets_the_verdict_of_a_careful_reader(
    condition: str, outputs: str, verdict: str, sentence: str
) -> None:
    reason = _judge(condition, outputs)
    assert reason.verdict.value == verdict, reason.sentence
    assert sentence in ("", reason.sentence)


def test_the_table_has_two_hundred_rows_and_none_twice() -> None:
    rows = [row[1:3] for row in _rows()]
    assert len(rows) >= 200
    assert len(set(rows)) == len(rows)


def test_nothing_to_read_is_a_persons() -> None:
    assert _judge("", "").verdict is Verdict.UNKNOWN


def test_a_subject_that_is_left_out_is_what_the_line_above_names() -> None:
    condition = parse_condition("> 1000", above="Deliveries")
    reason = evaluate(bind(condition, Vocabulary.of([CONTRACT])), lambda key, name: Decimal(1001))
    assert reason.verdict is Verdict.HOLDS


def test_a_name_of_two_outputs_is_left_to_a_person() -> None:
    twins = tuple(OutputSpec(name, "Errors", T.COUNT) for name in ("app_errors", "db_errors"))
    contract = KeyContract(KEY, "", "", "", (), (), twins)
    bound = bind(parse_condition("errors found"), Vocabulary.of([contract]))
    reason = evaluate(bound, lambda key, name: Decimal(1))
    assert reason.verdict is Verdict.UNKNOWN
