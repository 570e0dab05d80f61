import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from runner.model.contract import KeyContract, OutputSpec
from runner.model.identity import KeyName
from runner.model.result_file import InputRows, PublishedResult, decode_result, encode_result
from runner.model.results import OutputValue
from runner.model.values import Chart, OutputType, Table, Undefined, Value

KEY = "jupyter-log-analysis"


def contract(type_: OutputType, **more: Any) -> KeyContract:
    spec = OutputSpec("value", "Value", type_, **more)
    return KeyContract(KeyName(KEY), "Log analysis", "", "1.0.0", (), (), (spec,))


def file(value: str, **more: Any) -> str:
    rest = "".join(f', "{name}": {json.dumps(what)}' for name, what in more.items())
    return f'{{"format": 1, "key": "{KEY}", "outputs": {{"value": {value}}}{rest}}}'


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (OutputType.RATIO, "0.91199083919515790001", Decimal("0.91199083919515790001")),
        (OutputType.PERCENT, "95.5", Decimal("95.5")),
        (OutputType.COUNT, "7.0", Decimal(7)),
        (OutputType.MONEY, "-12.30", Decimal("-12.30")),
        (OutputType.FLAG, "true", True),
        (OutputType.TEXT, '"x"', "x"),
        (
            OutputType.TIMESTAMP,
            '"2026-11-22T10:00:00+02:00"',
            datetime(2026, 11, 22, 8, tzinfo=UTC),
        ),
        (
            OutputType.TABLE,
            '{"table": {"columns": ["a"], "rows": [["1"]], "row_count": 9, "file": "tables/v"}}',
            Table(("a",), (("1",),), 9, "tables/v"),
        ),
        (
            OutputType.CHART,
            '{"chart": {"file": "charts/v.svg", "caption": "c"}}',
            Chart("charts/v.svg", "c"),
        ),
    ],
)
def test_a_value_is_read_exactly_and_written_the_same(
    type_: OutputType, text: str, value: Value
) -> None:
    found, problems = decode_result(file(text), contract(type_))

    assert problems == ()
    assert found == PublishedResult((OutputValue("value", value),))
    again, _ = decode_result(encode_result(KEY, found), contract(type_))
    assert again == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("null", "no lines"),
        ("NaN", "not a finite number (nan)"),
        ("-Infinity", "not a finite number (-inf)"),
        ('{"undefined": "the log is empty"}', "the log is empty"),
        ('{"undefined": ""}', "no lines"),
    ],
)
def test_what_is_no_number_is_undefined_where_that_is_declared(text: str, why: str) -> None:
    nullable = contract(OutputType.RATIO, nullable=True, null_means="no lines")
    found, problems = decode_result(file(text), nullable)

    assert problems == ()
    assert found is not None
    assert found.outputs[0].value == Undefined(why)
    assert decode_result(file(text), contract(OutputType.RATIO))[0] is None


@pytest.mark.parametrize(
    ("type_", "text", "problem"),
    [
        (OutputType.RATIO, "1.01", "must be a ratio between 0 and 1, found 1.01"),
        (OutputType.RATIO, '"0.9"', "must be a number (ratio), found str '0.9'"),
        (OutputType.RATIO, "true", "must be a number (ratio), found bool 'True'"),
        (OutputType.COUNT, "-1", "must not be negative, found -1"),
        (OutputType.COUNT, "1.5", "must be a whole number, found 1.5"),
        (OutputType.NUMBER, "1e999999999", "has more than 40 digits"),
        (OutputType.NUMBER, "9" * 5000, "has more than 40 digits"),
        (OutputType.FLAG, "1", "must be true or false, found Decimal '1'"),
        (OutputType.TEXT, f'"{"x" * 100_001}"', "is a text of 100,001 bytes; at most 100,000"),
        (OutputType.TIMESTAMP, '"2026-11-22T10:00"', "is a timestamp without an offset"),
        (OutputType.TIMESTAMP, '"yesterday"', "must be an ISO 8601 timestamp"),
        (OutputType.TABLE, "[]", "must be a table with columns, file, row_count, rows"),
    ],
)
def test_a_value_that_breaks_the_contract_is_a_problem(
    type_: OutputType, text: str, problem: str
) -> None:
    found, problems = decode_result(file(text), contract(type_))

    assert found is None
    assert problems[0].startswith(f"output `value` {problem}")


def test_an_enum_keeps_to_its_values() -> None:
    states = contract(OutputType.ENUM, values=("up", "down"))

    assert decode_result(file('"up"'), states)[1] == ()
    assert decode_result(file('"sideways"'), states)[1] == (
        "output `value` must be one of up, down, found str 'sideways'",
    )


def test_absent_extra_and_doubled_outputs_are_all_named() -> None:
    text = f'{{"format": 1, "key": "{KEY}", "outputs": {{"x": 1, "x": 2}}}}'

    assert decode_result(text, contract(OutputType.COUNT)) == (
        None,
        (
            "`x` is published twice",
            "output `x` is published and not declared",
            "output `value` is declared and was not published",
        ),
    )


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "a/../x", "a\\b", "", "a//b", "C:x", "a\0"]
)
def test_a_file_outside_the_output_folder_is_refused(name: str) -> None:
    text = file(json.dumps({"chart": {"file": name, "caption": ""}}))

    assert decode_result(text, contract(OutputType.CHART))[0] is None


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format": 2}', "[" * 100_000])
def test_what_is_no_result_file_is_a_problem_and_no_exception(text: str) -> None:
    found, problems = decode_result(text, contract(OutputType.COUNT))

    assert found is None
    assert problems


def test_the_rest_of_the_file_is_read_too() -> None:
    text = file(
        "1",
        data_from="2026-11-22T00:00:00+00:00",
        data_to=None,
        warnings=["cut off"],
        inputs={"log": {"rows_read": 3, "rows_bad": 1}},
    )

    found, problems = decode_result(text, contract(OutputType.COUNT))

    assert problems == ()
    assert found is not None
    assert found.data_from == datetime(2026, 11, 22, tzinfo=UTC)
    assert (found.warnings, found.inputs) == (("cut off",), (InputRows("log", 3, 1),))


def test_the_result_of_another_key_is_refused() -> None:
    text = file("1").replace(KEY, "jupyter-other-key")

    assert decode_result(text, contract(OutputType.COUNT))[1] == (
        "the result is of 'jupyter-other-key', not of jupyter-log-analysis",
    )
