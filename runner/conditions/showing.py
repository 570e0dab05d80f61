"""Values as people read them, with the digits that decided: 94.96 % is never "95.0 < 95"."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from runner.conditions.units import in_unit, unit_quantity
from runner.model.contract import OutputSpec
from runner.model.safe_text import safe_line
from runner.model.values import Chart, Dimension, OutputType, Quantity, Table, Undefined, Value

_BYTE_STEPS = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def output_quantity(spec: OutputSpec, value: Decimal) -> Quantity:
    """The quantity that a published number stands for, by the type and unit of its output."""
    match spec.type:
        case OutputType.RATIO:
            return Quantity(value, Dimension.SHARE)
        case OutputType.PERCENT:
            return Quantity(value / 100, Dimension.SHARE, "%")
        case OutputType.DURATION:
            return unit_quantity(value, spec.unit or "s")
        case OutputType.BYTES:
            return unit_quantity(value, spec.unit or "B")
        case OutputType.MONEY:
            return Quantity(value, Dimension.MONEY, spec.unit, spec.unit)
        case OutputType.COUNT:
            return Quantity(value, Dimension.NUMBER)
        case _:
            return unit_quantity(value, spec.unit)


def show_value(spec: OutputSpec, value: Value) -> str:
    """A published value on one line."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return show_quantity(output_quantity(spec, value), spec.unit)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S UTC")
        case Table():
            return f"{value.row_count:,} row{'s' if value.row_count != 1 else ''}"
        case Chart():
            return safe_line(value.caption)
        case Undefined():
            return f"undefined ({safe_line(value.why)})" if value.why else "undefined"
        case str():
            return safe_line(value)


def show_quantity(quantity: Quantity, unit: str = "", against: Quantity | None = None) -> str:
    """A quantity in a readable unit.

    With `against`, in its unit and with as many digits as keep the order of the two visible.
    """
    unit = (against.written if against and against.dimension is quantity.dimension else "") or unit
    match quantity.dimension:
        case Dimension.SHARE:
            return _digits(quantity.magnitude * 100, _times(against, 100)) + " %"
        case Dimension.TIME:
            return _show_time(quantity, unit, against)
        case Dimension.BYTES:
            size = abs(quantity.magnitude)
            name, step = next((s for s in _BYTE_STEPS if size >= s[1]), ("B", 1))
            return (
                f"{_digits(quantity.magnitude / step, _times(against, Decimal(1) / step))} {name}"
            )
        case Dimension.RATE:
            unit = unit or "1/s"
            bound = None if against is None else in_unit(against, unit)
            return f"{_digits(in_unit(quantity, unit), bound)} {unit}"
        case _:
            shown = _digits(quantity.magnitude, _times(against, 1))
            return f"{shown} {quantity.written}".strip()


def show_bound(bound: Quantity) -> str:
    """A bound as its author wrote it, in one spelling: `95 %`, `10 min`, `10,000`."""
    if bound.dimension is Dimension.SHARE:
        return f"{show_number(bound.magnitude * 100)} %"
    if bound.written and bound.dimension in (Dimension.TIME, Dimension.BYTES, Dimension.RATE):
        factor = unit_quantity(Decimal(1), bound.written).magnitude
        return f"{show_number(bound.magnitude / factor)} {bound.written}"
    return f"{show_number(bound.magnitude)} {bound.written}".strip()


def _show_time(quantity: Quantity, unit: str, against: Quantity | None) -> str:
    seconds = abs(quantity.magnitude)
    if not against:
        unit = "ms" if seconds < 1 else "s" if seconds < 120 else "min" if seconds < 7200 else "h"
    unit = unit or "s"
    bound = None if against is None else in_unit(against, unit)
    return f"{_digits(in_unit(quantity, unit), bound)} {unit}"


def _times(quantity: Quantity | None, factor: Decimal | int) -> Decimal | None:
    return None if quantity is None else quantity.magnitude * factor


def _digits(number: Decimal, against: Decimal | None) -> str:
    if number == number.to_integral_value():
        return f"{int(number):,}"
    for places in range(1, 12):
        rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        if against is None or _order(rounded, against) == _order(number, against):
            return f"{rounded:,}"
    return f"{number:,}"


def _order(left: Decimal, right: Decimal) -> int:
    return (left > right) - (left < right)


def show_number(number: Decimal) -> str:
    """A number with thousands separators and without trailing zeros."""
    if number == number.to_integral_value():
        return f"{int(number):,}"
    return f"{number.normalize():,f}"
