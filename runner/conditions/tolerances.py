"""Whether two published values are the same, as far as the contract wants them to be."""

from decimal import Decimal

from runner.conditions.showing import output_quantity, show_number
from runner.model.contract import OutputSpec, Tolerance
from runner.model.frozen import frozen
from runner.model.values import OutputType, Undefined, Value


@frozen
class Published:
    """A value and the output whose value it is: two versions of a KEY may differ in its unit."""

    spec: OutputSpec
    value: Value


def is_same(then: Published, now: Published) -> bool:
    """Whether a value is that of before, within the tolerance that its output has now.

    Numbers are compared as quantities, so 1.2 s is 1200 ms; everything else is the same or it is
    not. Two undefined values are the same for whatever reason. Tables and charts are compared here
    by what the result says of them, not by their files.
    """
    if isinstance(then.value, Undefined) and isinstance(now.value, Undefined):
        return True
    if type(then.value) is not type(now.value):
        return False
    if isinstance(then.value, Decimal) and isinstance(now.value, Decimal):
        return _is_near(then.spec, then.value, now.spec, now.value)
    return then.value == now.value


def tolerance_text(spec: OutputSpec) -> str:
    """The tolerance of an output in a word or two: `± 2 ms`, `± 1 %`; empty where it is exact."""
    return " or ".join(_bounds(spec, spec.tolerance))


def _bounds(spec: OutputSpec, tolerance: Tolerance) -> list[str]:
    found = []
    if tolerance.absolute is not None:
        unit = {OutputType.PERCENT: "points", OutputType.DURATION: spec.unit or "s"}
        word = unit.get(spec.type, spec.unit)
        found.append(f"± {show_number(tolerance.absolute)} {word}".rstrip())
    if tolerance.relative is not None:
        found.append(f"± {show_number(tolerance.relative * 100)} %")
    return found


def _is_near(then_spec: OutputSpec, then: Decimal, now_spec: OutputSpec, now: Decimal) -> bool:
    before, after = output_quantity(then_spec, then), output_quantity(now_spec, now)
    if (before.dimension, before.currency) != (after.dimension, after.currency):
        return False
    apart, tolerance = abs(before.magnitude - after.magnitude), now_spec.tolerance
    if apart == 0:
        return True
    if tolerance.absolute is not None:
        bound = output_quantity(now_spec, tolerance.absolute).magnitude
        if apart <= bound:
            return True
    larger = max(abs(before.magnitude), abs(after.magnitude))
    return tolerance.relative is not None and apart <= tolerance.relative * larger
