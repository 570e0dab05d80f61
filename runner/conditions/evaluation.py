"""Verdicts over published values, by Kleene's logic: unknown is never treated as false."""

from collections.abc import Callable
from decimal import Decimal

from runner.conditions.binding import (
    Bound,
    BoundAll,
    BoundAny,
    BoundComparison,
    BoundNot,
    BoundOtherwise,
    BoundPresence,
    BoundRelative,
    BoundState,
    ForPerson,
    PersonBecause,
)
from runner.conditions.showing import (
    output_quantity,
    show_bound,
    show_number,
    show_quantity,
    show_value,
)
from runner.conditions.vocabulary import OutputRef
from runner.model.conditions import Comparator, Ground, Reason, Verdict
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.safe_text import safe_line
from runner.model.values import Quantity, Table, Undefined, Value

HOLDS, FAILS, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN


@frozen
class Missing:
    """No value yet, and why: the KEY failed, did not run, or has not run."""

    why: str


Read = Callable[[KeyName, str], Value | Missing]
"""Gives the value of an output, by KEY and name, as the run knows it."""


def evaluate(bound: Bound, read: Read, others: tuple[Verdict, ...] = ()) -> Reason:
    """The verdict of a condition and the reason for it.

    `others` are the verdicts of the branches before it in the step, for Otherwise.
    """
    match bound:
        case BoundComparison():
            return _compare(bound, read)
        case BoundRelative():
            return _relate(bound, read)
        case BoundPresence():
            return _presence(bound, read)
        case BoundState():
            return _state(bound, read)
        case ForPerson():
            return _for_person(bound)
        case BoundAll(parts=parts):
            reasons = tuple(evaluate(part, read, others) for part in parts)
            return _joined(all_of([r.verdict for r in reasons]), reasons)
        case BoundAny(parts=parts):
            reasons = tuple(evaluate(part, read, others) for part in parts)
            return _joined(any_of([r.verdict for r in reasons]), reasons)
        case BoundNot(part=part):
            reason = evaluate(part, read, others)
            return _with_verdict(reason, negate(reason.verdict))
        case BoundOtherwise():
            return _otherwise(others)


def negate(verdict: Verdict) -> Verdict:
    """Not: unknown stays unknown."""
    return {HOLDS: FAILS, FAILS: HOLDS, UNKNOWN: UNKNOWN}[verdict]


def all_of(verdicts: list[Verdict]) -> Verdict:
    """And: one that fails settles it, whatever is unknown."""
    if FAILS in verdicts:
        return FAILS
    return UNKNOWN if UNKNOWN in verdicts else HOLDS


def any_of(verdicts: list[Verdict]) -> Verdict:
    """Or: one that holds settles it, whatever is unknown."""
    if HOLDS in verdicts:
        return HOLDS
    return UNKNOWN if UNKNOWN in verdicts else FAILS


def _compare(bound: BoundComparison, read: Read) -> Reason:
    value = read(bound.output.key, bound.output.spec.name)
    if not isinstance(value, Decimal) or not value.is_finite():
        return _no_value(bound.output, value)
    quantity = output_quantity(bound.output.spec, value)
    shown = show_quantity(quantity, bound.output.spec.unit, bound.bound)
    if bound.bound.magnitude == 0:
        shown = show_quantity(quantity, bound.output.spec.unit)
    holds = _relates(quantity.magnitude, bound.comparator, bound.bound.magnitude)
    sign = bound.comparator.value if holds else _OPPOSITE[bound.comparator].value
    sentence = f"{shown} {sign} {show_bound(bound.bound)}"
    return _decided(bound.output, HOLDS if holds else FAILS, sentence, shown)


def _relate(bound: BoundRelative, read: Read) -> Reason:
    """An output against a multiple of another: both must have a value."""
    sides: list[Quantity] = []
    for output in (bound.output, bound.other):
        value = read(output.key, output.spec.name)
        if not isinstance(value, Decimal) or not value.is_finite():
            return _no_value(output, value)
        sides.append(output_quantity(output.spec, value))
    left, right = sides
    product = right.magnitude * bound.factor
    limit = Quantity(product, left.dimension, bound.output.spec.unit, left.currency)
    shown = show_quantity(left, bound.output.spec.unit, limit)
    holds = _relates(left.magnitude, bound.comparator, product)
    sign = bound.comparator.value if holds else _OPPOSITE[bound.comparator].value
    times = "" if bound.factor == 1 else f"{show_number(bound.factor)} x "
    sentence = f"{shown} {sign} {show_bound(limit)} ({times}{bound.other.spec.label})"
    return _decided(bound.output, HOLDS if holds else FAILS, sentence, shown)


_OPPOSITE = {
    Comparator.LESS: Comparator.AT_LEAST,
    Comparator.AT_LEAST: Comparator.LESS,
    Comparator.MORE: Comparator.AT_MOST,
    Comparator.AT_MOST: Comparator.MORE,
    Comparator.EQUAL: Comparator.NOT_EQUAL,
    Comparator.NOT_EQUAL: Comparator.EQUAL,
}


def _relates(left: Decimal, comparator: Comparator, right: Decimal) -> bool:
    return {
        Comparator.LESS: left < right,
        Comparator.AT_MOST: left <= right,
        Comparator.MORE: left > right,
        Comparator.AT_LEAST: left >= right,
        Comparator.EQUAL: left == right,
        Comparator.NOT_EQUAL: left != right,
    }[comparator]


def _presence(bound: BoundPresence, read: Read) -> Reason:
    value, spec = read(bound.output.key, bound.output.spec.name), bound.output.spec
    match value:
        case bool():
            return _decided(bound.output, HOLDS if value else FAILS, *[show_value(spec, value)] * 2)
        case Decimal() if value.is_finite():
            return _material(bound.output, value, read)
        case Table():
            verdict = HOLDS if value.row_count else FAILS
            return _decided(bound.output, verdict, *[show_value(spec, value)] * 2)
        case _:
            return _no_value(bound.output, value)


def _material(output: OutputRef, count: Decimal, read: Read) -> Reason:
    shown = show_value(output.spec, count)
    material = output.spec.material_at
    if material is None or count == 0:
        return _decided(output, HOLDS if count else FAILS, shown, shown)
    if not material.share_of:
        holds = count >= material.threshold
        words = f"{shown}, material from {show_number(material.threshold)} on"
        return _decided(output, HOLDS if holds else FAILS, words, shown)
    total = read(output.key, material.share_of)
    if not isinstance(total, Decimal) or not total.is_finite() or total == 0:
        return _unknown(output, f"{shown}, but the whole ({material.share_of}) is not known")
    holds = count / total >= material.threshold
    share = f"{show_number(material.threshold * 100)} %"
    words = f"{shown} of {total:,}"
    if not holds:
        words += f", below the material share of {share}"
    return _decided(output, HOLDS if holds else FAILS, words, f"{shown} of {total:,}")


def _state(bound: BoundState, read: Read) -> Reason:
    value, spec = read(bound.output.key, bound.output.spec.name), bound.output.spec
    if isinstance(value, bool):
        said = "yes" if value else "no"
    elif isinstance(value, str):
        said = value
    else:
        return _no_value(bound.output, value)
    verdict = HOLDS if said == bound.state else FAILS
    return _decided(bound.output, verdict, f"{spec.label} is {safe_line(said)}", safe_line(said))


def _for_person(bound: ForPerson) -> Reason:
    ground = Ground.PERSON
    if bound.because in (PersonBecause.DIMENSION, PersonBecause.NO_PRESENCE):
        ground = Ground.OUTPUT
    words = f"a person judges: {bound.because.value}"
    return Reason(UNKNOWN, words, ground)


def _otherwise(others: tuple[Verdict, ...]) -> Reason:
    verdict = negate(any_of(list(others)))
    words = {
        HOLDS: "none of the branches before holds",
        FAILS: "a branch before holds",
        UNKNOWN: "a branch before is unknown",
    }[verdict]
    return Reason(verdict, words, Ground.BRANCHES)


def _joined(verdict: Verdict, reasons: tuple[Reason, ...]) -> Reason:
    """A compound rests on the parts that gave its verdict; those alone make its sentence.

    Each part says a fact, so "and" stands between them, whatever stands in the condition.
    """
    deciding = [r for r in reasons if r.verdict is verdict] or list(reasons)
    grounds = [r.ground for r in deciding]
    order = (Ground.MISSING, Ground.OUTPUT, Ground.PERSON, Ground.BRANCHES)
    ground = next(g for g in order if g in grounds)
    return Reason(verdict, " and ".join(r.sentence for r in deciding), ground, parts=reasons)


def _decided(output: OutputRef, verdict: Verdict, sentence: str, value: str) -> Reason:
    return Reason(verdict, sentence, Ground.OUTPUT, output.key.text, output.spec.name, value)


def _no_value(output: OutputRef, value: Value | Missing) -> Reason:
    if isinstance(value, Missing):
        return Reason(UNKNOWN, value.why, Ground.MISSING, output.key.text, output.spec.name)
    if isinstance(value, Undefined):
        return _unknown(output, f"{output.spec.label} is {show_value(output.spec, value)}")
    if isinstance(value, Decimal):
        return _unknown(output, f"{output.spec.label} is not a finite number")
    return _unknown(output, f"{output.spec.label} has no size or presence")


def _unknown(output: OutputRef, sentence: str) -> Reason:
    return Reason(UNKNOWN, sentence, Ground.OUTPUT, output.key.text, output.spec.name)


def _with_verdict(reason: Reason, verdict: Verdict) -> Reason:
    return Reason(
        verdict,
        reason.sentence,
        reason.ground,
        reason.key,
        reason.output,
        reason.value,
        reason.parts,
    )
