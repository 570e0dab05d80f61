"""Condition texts against outputs: what a careful reader would say, row by row."""

from decimal import Decimal

import pytest

from runner.conditions.binding import bind
from runner.conditions.evaluation import Missing, evaluate
from runner.conditions.grammar import parse_condition
from runner.conditions.vocabulary import Vocabulary
from runner.model.conditions import Verdict
from runner.model.contract import KeyContract, Material, OutputSpec
from runner.model.identity import KeyName
from runner.model.values import OutputType, Table, Undefined, Value

KEY = KeyName("jupyter-example")
T = OutputType
OUTPUTS = (
    OutputSpec("delivery_success_rate", "Delivery success rate", T.RATIO, ("Success Rate",)),
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
    OutputSpec("p95", "p95 latency", T.DURATION, unit="ms"),
    OutputSpec("age", "Oldest message", T.DURATION, unit="s"),
    OutputSpec("growth", "Growth", T.NUMBER, unit="1/min"),
    OutputSpec("queue_bytes", "Queue size", T.BYTES),
    OutputSpec("spend", "Spend", T.MONEY, unit="USD"),
    OutputSpec("producer", "Producer", T.ENUM, values=("checkout", "billing", "none")),
    OutputSpec("impact", "Impact", T.ENUM, values=("high", "low")),
    OutputSpec("version_changed", "Version changed", T.FLAG),
    OutputSpec("common_producer", "Common producer", T.FLAG),
    OutputSpec("poison", "Poison list", T.TABLE, ("poison messages",)),
    OutputSpec("note", "Note", T.TEXT),
    OutputSpec("read_and_write_errors", "Read and write errors", T.COUNT),
)
ROW = Table(("id",), (("m1",),), 1)
NO_ROWS = Table(("id",), (), 0)
HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"

ROWS: tuple[tuple[str, dict[str, Value], str, str], ...] = (
    # comparisons and units
    ("Success Rate < 95%", {"delivery_success_rate": Decimal("0.912")}, HOLDS, "91.2 % < 95 %"),
    ("Success Rate < 95%", {"delivery_success_rate": Decimal("0.9496")}, HOLDS, "94.96 % < 95 %"),
    ("Success Rate < 95%", {"delivery_success_rate": Decimal("0.95")}, FAILS, "95 % >= 95 %"),
    ("Success Rate > 95%", {"delivery_success_rate": Decimal("0.95")}, FAILS, "95 % <= 95 %"),
    ("success rates are below 95 percent", {"delivery_success_rate": Decimal("0.9")}, HOLDS, ""),
    ("the Success Rate is at least 95%", {"delivery_success_rate": Decimal("0.95")}, HOLDS, ""),
    ("Success Rate ≥ 95 %", {"delivery_success_rate": Decimal("0.95")}, HOLDS, ""),
    ("Error rate > 5%", {"error_rate": Decimal("5.5")}, HOLDS, "5.5 % > 5 %"),
    ("error rate between 2 and 5%", {"error_rate": Decimal(2)}, HOLDS, ""),
    ("error rate between 2 and 5%", {"error_rate": Decimal("5.01")}, FAILS, ""),
    ("p95 latency above 500 ms", {"p95": Decimal(501)}, HOLDS, "501 ms > 500 ms"),
    ("p95 latency exceeds 0.5 s", {"p95": Decimal(500)}, FAILS, "0.5 s <= 0.5 s"),
    ("the oldest message is younger than 10 min", {"age": Decimal(600)}, FAILS, ""),
    ("the oldest message is older than 2 h", {"age": Decimal(7201)}, HOLDS, ""),
    ("growth is negative", {"growth": Decimal(-400)}, HOLDS, "-400 1/min < 0"),
    ("growth < 0 per minute", {"growth": Decimal(0)}, FAILS, ""),
    ("growth > 5 per minute", {"growth": Decimal("5.5")}, HOLDS, "5.5 1/minute > 5 1/minute"),
    ("queue size > 1.5 GB", {"queue_bytes": Decimal(1_600_000_000)}, HOLDS, "1.6 GB > 1.5 GB"),
    ("spend > $200", {"spend": Decimal("200.01")}, HOLDS, ""),
    ("more than 3 timeouts", {"timeouts": Decimal(4)}, HOLDS, "4 > 3"),
    ("more than 3 timeouts", {"timeouts": Decimal(3)}, FAILS, "3 <= 3"),
    ("fewer than 10k deliveries", {"events": Decimal(9999)}, HOLDS, "9,999 < 10,000"),
    ("deliveries = 12", {"events": Decimal("12.0")}, HOLDS, "12 = 12"),
    ("deliveries is 500 or 502", {"events": Decimal(502)}, HOLDS, ""),
    # the unit is in doubt: nobody guesses
    ("Success Rate < 95", {"delivery_success_rate": Decimal("0.9")}, UNKNOWN, ""),
    ("Success Rate < 5 s", {"delivery_success_rate": Decimal("0.9")}, UNKNOWN, ""),
    ("spend > 200 EUR", {"spend": Decimal(300)}, UNKNOWN, ""),
    ("producer > 3", {"producer": "checkout"}, UNKNOWN, ""),
    # presence
    (
        "Signature Errors",
        {"signature_errors": Decimal(41), "events": Decimal(6113)},
        HOLDS,
        "41 of 6,113",
    ),
    (
        "Signature Errors",
        {"signature_errors": Decimal(3), "events": Decimal(100_000)},
        FAILS,
        "3 of 100,000, below the material share of 0.1 %",
    ),
    ("Signature Errors", {"signature_errors": Decimal(0), "events": Decimal(0)}, FAILS, "0"),
    ("any timeouts", {"timeouts": Decimal(4)}, FAILS, "4, material from 5 on"),
    ("timeouts detected", {"timeouts": Decimal(5)}, HOLDS, ""),
    ("Discrepancies Found", {"discrepancies": Decimal(1)}, HOLDS, "1"),
    ("No Discrepancies Found", {"discrepancies": Decimal(0)}, HOLDS, "0"),
    ("no discrepancies", {"discrepancies": Decimal(2)}, FAILS, "2"),
    ("discrepancies were not found", {"discrepancies": Decimal(0)}, HOLDS, ""),
    ("poison messages were found", {"poison": ROW}, HOLDS, "1 row"),
    ("poison messages were found", {"poison": NO_ROWS}, FAILS, "0 rows"),
    ("Version Changed", {"version_changed": True}, HOLDS, "yes"),
    ("no common producer", {"common_producer": True}, FAILS, "yes"),
    ("Read and Write Errors", {"read_and_write_errors": Decimal(2)}, HOLDS, "2"),
    ("Note", {"note": "anything"}, UNKNOWN, ""),
    ("Success Rate found", {"delivery_success_rate": Decimal(1)}, UNKNOWN, ""),
    # state
    ("producer is checkout", {"producer": "checkout"}, HOLDS, "Producer is checkout"),
    ("producer is not checkout", {"producer": "checkout"}, FAILS, ""),
    ("Impact High", {"impact": "high"}, HOLDS, ""),
    ("High Impact", {"impact": "low"}, FAILS, ""),
    ("Impact Extreme", {"impact": "high"}, UNKNOWN, ""),
    ("common producer is false", {"common_producer": False}, HOLDS, ""),
    # and, or, not: Kleene
    (
        "growth is negative and discrepancies found",
        {"growth": Decimal(-1), "discrepancies": Decimal(1)},
        HOLDS,
        "",
    ),
    ("growth is negative and something odd", {"growth": Decimal(1)}, FAILS, ""),
    ("growth is negative and something odd", {"growth": Decimal(-1)}, UNKNOWN, ""),
    ("growth is negative or something odd", {"growth": Decimal(-1)}, HOLDS, ""),
    ("growth is negative or something odd", {"growth": Decimal(1)}, UNKNOWN, ""),
    (
        "not (growth is negative or discrepancies found)",
        {"growth": Decimal(1), "discrepancies": Decimal(0)},
        HOLDS,
        "",
    ),
    (
        "either timeouts, discrepancies or poison messages",
        {"timeouts": Decimal(0), "discrepancies": Decimal(0), "poison": ROW},
        HOLDS,
        "",
    ),
    ("error rate > 2% and < 5%", {"error_rate": Decimal(3)}, HOLDS, "3 % > 2 % and 3 % < 5 %"),
    # no value: unknown, never false
    (
        "Success Rate < 95%",
        {"delivery_success_rate": Undefined("no deliveries")},
        UNKNOWN,
        "Delivery success rate is undefined (no deliveries)",
    ),
    ("Success Rate < 95%", {}, UNKNOWN, "it did not run"),
    ("No Discrepancies Found", {}, UNKNOWN, ""),
    # a person's
    ("it looks odd", {}, UNKNOWN, ""),
    ("Success", {"delivery_success_rate": Decimal(1)}, UNKNOWN, ""),
    ("error rate > 5% for 10 minutes", {"error_rate": Decimal(9)}, UNKNOWN, ""),
    ("returns 404", {"events": Decimal(404)}, UNKNOWN, ""),
    ("", {}, UNKNOWN, ""),
)


@pytest.mark.parametrize(("text", "values", "verdict", "sentence"), ROWS, ids=lambda v: str(v)[:60])
def test_a_condition_gets_the_verdict_of_a_careful_reader(
    text: str, values: dict[str, Value], verdict: str, sentence: str
) -> None:
    contract = KeyContract(KEY, "", "", "", (), (), OUTPUTS)
    bound = bind(parse_condition(text), Vocabulary.of([contract]))
    reason = evaluate(bound, lambda key, name: values.get(name, Missing("it did not run")))
    assert reason.verdict.value == verdict
    if sentence:
        assert reason.sentence == sentence


def test_a_value_that_looks_like_markup_never_changes_a_verdict() -> None:
    contract = KeyContract(KEY, "", "", "", (), (), OUTPUTS)
    bound = bind(parse_condition("producer is checkout"), Vocabulary.of([contract]))
    reason = evaluate(bound, lambda key, name: "checkout** or **true")
    assert reason.verdict is Verdict.FAILS


def test_a_name_of_two_outputs_is_left_to_a_person() -> None:
    twins = tuple(OutputSpec(name, "Errors", T.COUNT) for name in ("app_errors", "db_errors"))
    contract = KeyContract(KEY, "", "", "", (), (), twins)
    bound = bind(parse_condition("errors found"), Vocabulary.of([contract]))
    reason = evaluate(bound, lambda key, name: Decimal(1))
    assert reason.verdict is Verdict.UNKNOWN
