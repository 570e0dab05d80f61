"""When two published values are the same."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from runner.conditions.tolerances import Published, is_same, tolerance_text
from runner.model.contract import EXACT, OutputSpec, Tolerance
from runner.model.values import OutputType, Undefined, Value

NEAR = Tolerance(relative=Decimal("0.01"))


def spec(type_: str, unit: str = "", tolerance: Tolerance = EXACT) -> OutputSpec:
    return OutputSpec("x", "X", OutputType(type_), unit=unit, tolerance=tolerance)


def absolute(amount: str) -> Tolerance:
    return Tolerance(absolute=Decimal(amount))


@pytest.mark.parametrize(
    ("then", "now", "of", "same"),
    [
        ("1", "1.000", spec("number"), True),
        ("1", "1.001", spec("number"), False),
        ("100", "101", spec("number", tolerance=NEAR), True),
        ("100", "101.02", spec("number", tolerance=NEAR), False),
        ("101.02", "100", spec("number", tolerance=NEAR), False),
        ("0", "0.0001", spec("number", tolerance=NEAR), False),
        ("0.90", "0.92", spec("ratio", tolerance=absolute("0.02")), True),
        ("0.90", "0.9201", spec("ratio", tolerance=absolute("0.02")), False),
        ("90", "92", spec("percent", tolerance=absolute("2")), True),
        ("90", "92.1", spec("percent", tolerance=absolute("2")), False),
        ("10", "12", spec("duration", "ms", absolute("2")), True),
        ("10", "12.1", spec("duration", "ms", absolute("2")), False),
        ("100", "105", spec("count", tolerance=Tolerance(Decimal(9), Decimal(0))), True),
    ],
)
def test_numbers_are_the_same_within_their_tolerance(
    then: str, now: str, of: OutputSpec, same: bool
) -> None:
    assert is_same(Published(of, Decimal(then)), Published(of, Decimal(now))) is same


@pytest.mark.parametrize(
    ("before", "then", "after", "now", "same"),
    [
        (spec("duration", "s"), "1.2", spec("duration", "ms"), "1200", True),
        (spec("duration", "s"), "1.2", spec("duration", "ms"), "1.2", False),
        (spec("ratio"), "0.9", spec("percent"), "90", True),
        (spec("number", "1/min"), "60", spec("number", "1/s"), "1", True),
        (spec("money", "EUR"), "5", spec("money", "USD"), "5", False),
        (spec("number"), "5", spec("duration", "s"), "5", False),
    ],
)
def test_numbers_of_two_units_are_compared_as_quantities(
    before: OutputSpec, then: str, after: OutputSpec, now: str, same: bool
) -> None:
    assert is_same(Published(before, Decimal(then)), Published(after, Decimal(now))) is same


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [
        ("a", "a", True),
        ("a", "A", False),
        (True, False, False),
        (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 22, 0, 0, 1, tzinfo=UTC), False),
        (Undefined("no rows"), Undefined("no data"), True),
        (Undefined("no rows"), Decimal(0), False),
        (Decimal(1), True, False),
    ],
)
def test_what_is_no_number_is_the_same_or_it_is_not(then: Value, now: Value, same: bool) -> None:
    of = spec("text", tolerance=NEAR)
    assert is_same(Published(of, then), Published(of, now)) is same


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (spec("count"), ""),
        (spec("number", tolerance=NEAR), "± 1 %"),
        (spec("duration", "ms", absolute("2.5")), "± 2.5 ms"),
        (spec("duration", tolerance=absolute("2")), "± 2 s"),
        (spec("percent", tolerance=absolute("2")), "± 2 points"),
        (spec("count", tolerance=Tolerance(Decimal(3), Decimal("0.05"))), "± 3 or ± 5 %"),
    ],
)
def test_a_tolerance_is_said_in_the_unit_of_its_output(of: OutputSpec, said: str) -> None:
    assert tolerance_text(of) == said
