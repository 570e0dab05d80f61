from decimal import Decimal

import pytest

from runner.errors import InvalidInput
from runner.keys.inputs import check_parameters
from runner.model.contract import (
    DeclaredInput,
    DeclaredParameter,
    KeyContract,
    ParameterValue,
)
from runner.model.events import Parameter
from runner.model.identity import KeyName

CONTRACT = KeyContract(
    key=KeyName("jupyter-toy-key"),
    title="Toy",
    description="",
    version="1",
    inputs=(DeclaredInput("events", "Events", ("csv",)),),
    parameters=(
        DeclaredParameter("account", "text", ""),
        DeclaredParameter("window_hours", "integer", 24),
        DeclaredParameter("threshold", "number", Decimal("0.95")),
        DeclaredParameter("strict", "flag", False),
        DeclaredParameter("until", "timestamp", None),
        DeclaredParameter("zone", "timezone", "UTC"),
    ),
    outputs=(),
)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("account", "0012", "0012"),
        ("account", "none", "none"),
        ("window_hours", "48", 48),
        ("threshold", "0.990", Decimal("0.990")),
        ("strict", "Yes", True),
        ("until", "none", None),
        ("until", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("zone", "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(
    name: str, text: str, value: ParameterValue
) -> None:
    assert check_parameters(CONTRACT, {name: text}) == (Parameter(name, value),)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("window_hours", "1,234"),
        ("window_hours", "12.0"),
        ("window_hours", "none"),
        ("window_hours", "9" * 30),
        ("threshold", "95%"),
        ("threshold", "nan"),
        ("threshold", "1,234.5"),
        ("strict", "perhaps"),
        ("until", "2026-11-22T10:00:00"),
        ("until", "22/11/2026"),
        ("zone", "Mars/Olympus"),
        ("zone", "../../etc/passwd"),
    ],
)
def test_text_of_another_type_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(CONTRACT, {name: text})
    declared = next(one.type for one in CONTRACT.parameters if one.name == name)
    assert refused.value.happened == f"parameter {name!r} takes a {declared}, given {text!r}"
    assert refused.value.not_done == "no cell ran"


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(CONTRACT, {"treshold": "1"})
    assert refused.value.happened == "jupyter-toy-key has no parameter 'treshold'"
    assert refused.value.hint == "did you mean threshold?"


def test_an_input_is_not_a_parameter() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(CONTRACT, {"events": "x.csv"})
    assert refused.value.hint == "use --input events=FILE"


def test_values_of_the_wrong_python_type_are_refused() -> None:
    wrong: dict[str, ParameterValue] = {
        "window_hours": True,
        "account": 5,
        "threshold": Decimal("NaN"),
    }
    for name, value in wrong.items():
        with pytest.raises(InvalidInput):
            check_parameters(CONTRACT, {name: value})
