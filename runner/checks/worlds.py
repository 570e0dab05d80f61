"""What a KEY might find, as far as conditions can tell the difference.

Comparisons cut the numbers into points and ranges; one number stands for each range. A world gives
some outputs a value; a condition on an output without one is unknown in it.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise, product
from math import prod

from runner.conditions.binding import (
    Bound,
    BoundAll,
    BoundAny,
    BoundComparison,
    BoundNot,
    BoundPresence,
    BoundState,
    bound_outputs,
)
from runner.conditions.evaluation import all_of, any_of, negate
from runner.conditions.showing import show_quantity
from runner.conditions.vocabulary import OutputRef
from runner.model.conditions import Comparator, Verdict
from runner.model.values import Dimension, OutputType, Quantity

Found = Decimal | bool | str
World = Mapping[OutputRef, Found]

MOST_BRANCHES = 20
"""Of a step with more, branches are not compared: the effort grows with the square."""

_MOST_WORLDS = 128
_NEVER_NEGATIVE = (OutputType.COUNT, OutputType.DURATION, OutputType.BYTES)


def worlds(bounds: tuple[Bound, ...]) -> tuple[World, ...]:
    """Every combination of values that the conditions can tell apart; none where that is many."""
    outputs = tuple(dict.fromkeys(ref for bound in bounds for ref in bound_outputs(bound)))
    if len(outputs) > _MOST_WORLDS:
        return ()
    values = [values_of(bounds, output) for output in outputs]
    if not outputs or prod(len(some) for some in values) > _MOST_WORLDS:
        return ()
    return tuple(dict(zip(outputs, chosen, strict=True)) for chosen in product(*values))


def values_of(bounds: tuple[Bound, ...], output: OutputRef) -> tuple[Found, ...]:
    """The values of one output that the conditions can tell apart, in order."""
    compared = tuple(part.bound for part in comparisons(bounds, output))
    if compared or output.spec.type is OutputType.COUNT:
        is_present = any(isinstance(part, BoundPresence) for part in _leaves(bounds, output))
        asked = {Decimal(0)} if is_present else set()
        return _numbers({bound.magnitude for bound in compared} | asked, output, compared)
    if output.spec.type is OutputType.ENUM:
        return output.spec.values
    return (False, True)


def bound_points(bounds: tuple[Bound, ...], output: OutputRef) -> frozenset[Decimal]:
    """The numbers that an output is compared with."""
    return frozenset(part.bound.magnitude for part in comparisons(bounds, output))


def comparisons(
    bounds: tuple[Bound, ...], output: OutputRef | None = None
) -> Iterator[BoundComparison]:
    """The comparisons in some conditions; of one output, or of any."""
    for part in _leaves(bounds, output):
        if isinstance(part, BoundComparison):
            yield part


def verdict(bound: Bound, world: World) -> Verdict:
    """What a condition says in a world; unknown where a person or another branch decides."""
    match bound:
        case BoundComparison() | BoundPresence() | BoundState():
            return _leaf(bound, world.get(bound.output))
        case BoundAll(parts=parts):
            return all_of([verdict(part, world) for part in parts])
        case BoundAny(parts=parts):
            return any_of([verdict(part, world) for part in parts])
        case BoundNot(part=part):
            return negate(verdict(part, world))
        case _:
            return Verdict.UNKNOWN


def shown(found: Found, output: OutputRef, bounds: tuple[Bound, ...]) -> str:
    """A value as the runbook would write it, in the unit of the comparison that is nearest."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, str):
        return found
    near = min(
        (part.bound for part in comparisons(bounds, output)),
        key=lambda bound: abs(bound.magnitude - found),
        default=Quantity(found, Dimension.NUMBER),
    )
    quantity = Quantity(found, near.dimension, near.written, near.currency)
    return show_quantity(quantity, near.written, near)


def _numbers(
    points: set[Decimal], output: OutputRef, compared: tuple[Quantity, ...]
) -> tuple[Decimal, ...]:
    """The points and a number in each range beside them; whole numbers where the output counts."""
    ordered = sorted(points)
    if output.spec.type is OutputType.COUNT:
        around = {point.to_integral_value() + step for point in ordered for step in range(-2, 3)}
        return tuple(sorted(number for number in around if number >= 0))
    share = any(bound.dimension is Dimension.SHARE for bound in compared)
    step = Decimal("0.01") if share else max(ordered[-1], Decimal(1))
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    below = ordered[0] / 2 if ordered[0] > 0 else ordered[0] - step
    numbers = {*ordered, *between, below, ordered[-1] + step}
    never_negative = output.spec.type in _NEVER_NEGATIVE
    return tuple(sorted(number for number in numbers if number >= 0 or not never_negative))


def _leaves(
    bounds: tuple[Bound, ...], output: OutputRef | None
) -> Iterator[BoundComparison | BoundPresence | BoundState]:
    for bound in bounds:
        match bound:
            case BoundComparison() | BoundPresence() | BoundState():
                if output in (None, bound.output):
                    yield bound
            case BoundAll(parts=parts) | BoundAny(parts=parts):
                yield from _leaves(parts, output)
            case BoundNot(part=part):
                yield from _leaves((part,), output)
            case _:
                pass


def _leaf(leaf: BoundComparison | BoundPresence | BoundState, found: Found | None) -> Verdict:
    if found is None:
        return Verdict.UNKNOWN
    match leaf:
        case BoundComparison() if isinstance(found, Decimal):
            return _truth(_compares(found, leaf.comparator, leaf.bound.magnitude))
        case BoundPresence() if isinstance(found, Decimal):
            is_material = leaf.output.spec.material_at is not None and found > 0
            return Verdict.UNKNOWN if is_material else _truth(found > 0)
        case BoundPresence() if isinstance(found, bool):
            return _truth(found)
        case BoundState():
            state = ("yes" if found else "no") if isinstance(found, bool) else found
            return _truth(leaf.state == state)
        case _:
            return Verdict.UNKNOWN


def _truth(holds: bool) -> Verdict:
    return Verdict.HOLDS if holds else Verdict.FAILS


def _compares(value: Decimal, comparator: Comparator, bound: Decimal) -> bool:
    match comparator:
        case Comparator.LESS:
            return value < bound
        case Comparator.AT_MOST:
            return value <= bound
        case Comparator.MORE:
            return value > bound
        case Comparator.AT_LEAST:
            return value >= bound
        case Comparator.EQUAL:
            return value == bound
        case Comparator.NOT_EQUAL:
            return value != bound
