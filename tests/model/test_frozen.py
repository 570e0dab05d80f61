"""Frozen values: what a class made by `frozen` promises."""

import pytest

from runner.model.frozen import frozen


@frozen
class Point:
    x: int
    y: int = 2


@frozen
class Other:
    x: int
    y: int = 2


def test_values_compare_and_hash_by_their_fields_and_their_class() -> None:
    assert Point(1) == Point(x=1, y=2)
    assert hash(Point(1)) == hash(Point(1, 2))
    assert Point(1) != Point(2)
    assert Point(1) != object()
    assert hash(Point(1)) != hash(Other(1))


def test_a_value_reads_as_the_call_that_makes_it() -> None:
    assert repr(Point(1, 3)) == "Point(x=1, y=3)"


@pytest.mark.parametrize(
    ("arguments", "named", "message"),
    [
        ((), {}, "Point needs the field 'x'"),
        ((1, 2, 3), {}, "Point takes 2 fields, 3 given"),
        ((1,), {"z": 3}, "Point has no place for z"),
        ((1,), {"x": 3}, "Point has no place for x"),
    ],
)
def test_a_call_with_wrong_fields_is_refused(
    arguments: tuple[int, ...], named: dict[str, int], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        Point(*arguments, **named)


def test_a_value_cannot_be_changed() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="cannot be changed"):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot be changed"):
        del point.y
    with pytest.raises(AttributeError, match="cannot be changed"):
        point.z = 3  # type: ignore[attr-defined]
