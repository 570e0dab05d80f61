"""Which value would have changed a verdict: `from 95 % on`, `at 0`, `below 0.1 % of 6,113 (7)`."""

from decimal import ROUND_CEILING, Decimal

from runner.conditions.binding import (
    Bound,
    BoundAll,
    BoundAny,
    BoundComparison,
    BoundNot,
    BoundPresence,
    BoundState,
)
from runner.conditions.showing import show_bound
from runner.conditions.vocabulary import OutputRef
from runner.interpreter.state import ReadOutputs
from runner.model.conditions import Comparator, Ground, Reason, Verdict
from runner.model.values import OutputType

_ENDS_HOLDING = {
    Comparator.LESS: "from {} on",
    Comparator.AT_MOST: "above {}",
    Comparator.MORE: "at {} or below",
    Comparator.AT_LEAST: "below {}",
    Comparator.EQUAL: "at any other value than {}",
    Comparator.NOT_EQUAL: "at {}",
}
_BEGINS_HOLDING = {
    Comparator.LESS: "below {}",
    Comparator.AT_MOST: "up to {}",
    Comparator.MORE: "above {}",
    Comparator.AT_LEAST: "from {} on",
    Comparator.EQUAL: "at {}",
    Comparator.NOT_EQUAL: "at any other value than {}",
}


def turning_point(bound: Bound, reason: Reason, read: ReadOutputs) -> str:
    """When a condition would hold, or no longer; empty where no value of an output decides it."""
    if reason.ground in (Ground.PERSON, Ground.BRANCHES):
        return ""
    holds = reason.verdict is Verdict.HOLDS
    when = _when(bound, reason, holds, read)
    return f"would {'not ' if holds else ''}hold {when}" if when else ""


def _when(bound: Bound, reason: Reason, holds: bool, read: ReadOutputs) -> str:
    match bound:
        case BoundComparison():
            words = _ENDS_HOLDING if holds else _BEGINS_HOLDING
            return words[bound.comparator].format(show_bound(bound.bound))
        case BoundPresence():
            return _presence(bound.output, holds, read)
        case BoundState():
            return (
                f"in any other state than {bound.state}" if holds else f"if it were {bound.state}"
            )
        case BoundNot(part=part):
            return _when(part, reason, not holds, read)
        case BoundAll(parts=parts):
            return _joined(parts, reason, holds, read, " or " if holds else " and ")
        case BoundAny(parts=parts):
            return _joined(parts, reason, holds, read, " and " if holds else " or ")
        case _:
            return ""


def _presence(output: OutputRef, holds: bool, read: ReadOutputs) -> str:
    if output.spec.type is OutputType.FLAG:
        return "if it were no" if holds else "if it were yes"
    if output.spec.type is OutputType.TABLE:
        return "without a row" if holds else "from one row on"
    least = _material(output, read)
    if not least:
        return "at 0" if holds else "from 1 on"
    return f"below {least}" if holds else f"from {least} on"


def _material(output: OutputRef, read: ReadOutputs) -> str:
    """The least count that matters, in words; empty where every count does."""
    material = output.spec.material_at
    if material is None:
        return ""
    if not material.share_of:
        return f"{material.threshold.normalize():,f}"
    share = f"{(material.threshold * 100).normalize():,f} % of {material.share_of}"
    total = read(output.key, material.share_of)
    if not isinstance(total, Decimal) or total <= 0:
        return share
    count = (material.threshold * total).to_integral_value(ROUND_CEILING)
    return f"{max(count, Decimal(1)):,} ({share}, {total:,})"


def _joined(
    parts: tuple[Bound, ...], reason: Reason, holds: bool, read: ReadOutputs, word: str
) -> str:
    """The parts that gave the verdict; they must change together, or one of them alone."""
    if len(parts) != len(reason.parts):
        return ""
    found = []
    for part, why in zip(parts, reason.parts, strict=True):
        when = _when(part, why, holds, read) if why.verdict is reason.verdict else ""
        if when:
            found.append(f"{when} ({why.output})" if why.output else when)
    return word.join(found)
