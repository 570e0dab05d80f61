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
        DeclaredParameter("day", "date", None),
        DeclaredParameter("folder", "path", None),
        DeclaredParameter("codes", "list", (), items="integer"),
        DeclaredParameter("names", "list", (), items="text"),
        DeclaredParameter("times", "list", (), items="timestamp"),
    ),
    outputs=(),
)
ZONED = KeyContract(
    CONTRACT.key,
    "Toy",
    "",
    "1",
    inputs=(),
    parameters=(*CONTRACT.parameters, DeclaredParameter("zone", "timezone", "UTC")),
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
        ("day", "2026-11-22", "2026-11-22"),
        ("folder", "/srv/a b", "/srv/a b"),
        ("codes", "500, 502", (500, 502)),
        ("codes", "", ()),
        ("codes", "[500, 502]", (500, 502)),
        ("names", '["a, b", "c"]', ("a, b", "c")),
        ("names", "0012", ("0012",)),
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
        ("day", "2026-11-22T10:00:00Z"),
        ("day", "20261122"),
    ],
)
def test_text_of_another_type_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(CONTRACT, {name: text})
    declared = next(one.type for one in CONTRACT.parameters if one.name == name)
    assert refused.value.happened == f"parameter {name!r} takes a {declared}, given {text!r}"
    assert refused.value.not_done == "no cell ran"


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("codes", "500,many", "list of integers"),
        ("codes", "[500, null]", "list of integers"),
        ("codes", "[500", "list of integers"),
        ("codes", "[[500]]", "list of integers"),
        ("times", "2026-11-22T10:00:00", "list of timestamps"),
    ],
)
def test_a_list_with_an_item_of_another_type_is_refused(name: str, text: str, wanted: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(CONTRACT, {name: text})
    assert refused.value.happened == f"parameter {name!r} takes a {wanted}, given {text!r}"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd"])
def test_a_time_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="parameter 'zone' takes a timezone"):
        check_parameters(ZONED, {"zone": name})


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"until": "2026-07-01T10:00:00"}, "2026-07-01T10:00:00+00:00"),
        ({"until": "2026-07-01T10:00:00", "zone": "Europe/Berlin"}, "2026-07-01T10:00:00+02:00"),
        ({"until": "2026-12-01", "zone": "Europe/Berlin"}, "2026-12-01T00:00:00+01:00"),
        ({"until": "2026-12-01T10:00:00Z", "zone": "Europe/Berlin"}, "2026-12-01T10:00:00Z"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_time_zone_of_the_key(
    given: dict[str, ParameterValue], until: str
) -> None:
    assert check_parameters(ZONED, given)[0] == Parameter("until", until)


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2026-03-29T02:30:00", "a time that clocks in Europe/Berlin skip"),
        ("2026-10-25T02:30:00", "a time that clocks in Europe/Berlin show twice"),
    ],
)
def test_a_time_that_clocks_skip_or_show_twice_is_refused(until: str, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(ZONED, {"until": until, "zone": "Europe/Berlin"})
    assert refused.value.happened == f"parameter 'until' is {until}, {why}"
    assert refused.value.hint == "write its offset, such as 2026-11-22T10:00:00Z"


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
