"""Conditions tied to declared outputs, or left to a person: nothing in between."""

from decimal import Decimal
from enum import Enum

from runner.conditions.showing import output_quantity
from runner.conditions.states import declared_state, presences, said_states
from runner.conditions.vocabulary import OutputRef, Vocabulary
from runner.model.conditions import (
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    Condition,
    Not,
    Otherwise,
    Phrase,
    Relative,
    Unreadable,
)
from runner.model.frozen import frozen
from runner.model.source import Span
from runner.model.values import Dimension, OutputType, Quantity


class PersonBecause(Enum):
    """Why a condition is for a person."""

    NOT_DECLARED = "no output has that name"
    AMBIGUOUS = "several outputs have that name"
    DIMENSION = "the bound measures something else than the output"
    NO_PRESENCE = "presence is not defined for an output of this type"
    NO_READING = "it has no reading"


@frozen
class BoundComparison:
    """An output against a bound."""

    output: OutputRef
    comparator: Comparator
    bound: Quantity
    span: Span


@frozen
class BoundRelative:
    """An output against a multiple of another one."""

    output: OutputRef
    comparator: Comparator
    factor: Decimal
    other: OutputRef
    span: Span


@frozen
class BoundPresence:
    """An output that is there: a count that matters, rows in a table, a flag that is set."""

    output: OutputRef
    span: Span


@frozen
class BoundState:
    """An enumerated output that has a declared value, or a flag that is as said."""

    output: OutputRef
    state: str
    span: Span


@frozen
class ForPerson:
    """Words that no output answers. `candidates` are the outputs it may have meant."""

    text: str
    because: PersonBecause
    candidates: tuple[OutputRef, ...]
    span: Span


@frozen
class BoundAll:
    """Every part holds."""

    parts: tuple["Bound", ...]


@frozen
class BoundAny:
    """At least one part holds."""

    parts: tuple["Bound", ...]


@frozen
class BoundNot:
    """The part does not hold."""

    part: "Bound"


@frozen
class BoundOtherwise:
    """No branch before it holds."""


Bound = (
    BoundComparison
    | BoundRelative
    | BoundPresence
    | BoundState
    | ForPerson
    | BoundAll
    | BoundAny
    | BoundNot
    | BoundOtherwise
)

_PRESENCE_TYPES = {OutputType.COUNT, OutputType.FLAG, OutputType.TABLE}


def bind(condition: Condition, vocabulary: Vocabulary) -> Bound:
    """Tie every part of a condition to the one output that it names, or leave it to a person."""
    match condition:
        case Comparison():
            return _bind_comparison(condition, vocabulary)
        case Phrase():
            return _bind_phrase(condition.text, condition.span, vocabulary)
        case Relative():
            return _bind_relative(condition, vocabulary)
        case AllOf() | AnyOf() | Not():
            return _bind_whole(condition, vocabulary) or _bind_parts(condition, vocabulary)
        case Otherwise():
            return BoundOtherwise()
        case Unreadable():
            return ForPerson(condition.text, PersonBecause.NO_READING, (), condition.span)


def person_parts(bound: Bound) -> tuple[ForPerson, ...]:
    """Every part of a bound condition that is for a person."""
    match bound:
        case ForPerson():
            return (bound,)
        case BoundAll(parts=parts) | BoundAny(parts=parts):
            return tuple(found for part in parts for found in person_parts(part))
        case BoundNot(part=part):
            return person_parts(part)
        case _:
            return ()


def bound_outputs(bound: Bound) -> tuple[OutputRef, ...]:
    """Every output that a bound condition looks at."""
    match bound:
        case BoundComparison() | BoundPresence() | BoundState():
            return (bound.output,)
        case BoundRelative():
            return (bound.output, bound.other)
        case BoundAll(parts=parts) | BoundAny(parts=parts):
            return tuple(found for part in parts for found in bound_outputs(part))
        case BoundNot(part=part):
            return bound_outputs(part)
        case _:
            return ()


def comparable(spec_output: OutputRef, bound: Quantity) -> bool:
    """Whether the bound measures what the output measures; zero measures everything."""
    if spec_output.spec.type in _NOT_NUMBERS:
        return False
    if bound.magnitude == 0 and bound.dimension is Dimension.NUMBER:
        return True
    declared = output_quantity(spec_output.spec, bound.magnitude)
    same_money = declared.currency == bound.currency
    return declared.dimension is bound.dimension and same_money


_NOT_NUMBERS = {
    OutputType.FLAG,
    OutputType.ENUM,
    OutputType.TEXT,
    OutputType.TIMESTAMP,
    OutputType.TABLE,
    OutputType.CHART,
}


def _bind_whole(condition: AllOf | AnyOf | Not, vocabulary: Vocabulary) -> Bound | None:
    """A compound whose words, taken together, are a name or a declared state."""
    is_named = len(vocabulary.named(condition.text)) == 1
    if is_named or (not isinstance(condition, Not) and said_states(condition.text, vocabulary)):
        return _bind_phrase(condition.text, condition.span, vocabulary)
    return None


def _bind_parts(condition: AllOf | AnyOf | Not, vocabulary: Vocabulary) -> Bound:
    if isinstance(condition, Not):
        return BoundNot(bind(condition.part, vocabulary))
    parts: list[Bound] = []
    for part in condition.parts:
        bound = bind(part, vocabulary)
        parts.append(_same_output(bound, parts[-1] if parts else None))
    if isinstance(condition, AllOf) or _denies_each(condition, parts):
        return BoundAll(tuple(parts))
    return BoundAny(tuple(parts))


def _same_output(bound: Bound, before: Bound | None) -> Bound:
    """`billing` behind `producer is checkout or`: the same output once more."""
    negated = isinstance(before, BoundNot)
    said = before.part if isinstance(before, BoundNot) else before
    if not isinstance(bound, ForPerson) or not isinstance(said, BoundState):
        return bound
    state = declared_state(said.output, bound.text)
    if bound.because is not PersonBecause.NOT_DECLARED or not state:
        return bound
    same = BoundState(said.output, state, bound.span)
    return BoundNot(same) if negated else same


def _denies_each(condition: AnyOf, parts: list[Bound]) -> bool:
    """`producer is not checkout or billing` is neither of them."""
    first, *more = zip(condition.parts, parts, strict=True)
    elliptic = all(isinstance(part, Phrase) and isinstance(b, BoundNot) for part, b in more)
    said = [bound.part for bound in parts if isinstance(bound, BoundNot)]
    states = [part for part in said if isinstance(part, BoundState)]
    outputs = {part.output for part in states}
    one = len(outputs) == 1 and len(states) == len(parts) and isinstance(first[1], BoundNot)
    return elliptic and one and all(not _names(part, outputs) for part, _ in more)


def _names(part: Condition, outputs: set[OutputRef]) -> bool:
    vocabulary = Vocabulary(tuple(outputs))
    return isinstance(part, Phrase) and bool(said_states(part.text, vocabulary))


def _bind_comparison(condition: Comparison, vocabulary: Vocabulary) -> Bound:
    found = vocabulary.named(condition.subject)
    if len(found) == 1 and comparable(found[0], condition.bound):
        return BoundComparison(found[0], condition.comparator, condition.bound, condition.span)
    if len(found) == 1 and (state := _equal_state(condition, found[0])):
        return state
    if len(found) == 1:
        return ForPerson(condition.subject, PersonBecause.DIMENSION, found, condition.span)
    return _unbound(condition.subject, found, condition.span, vocabulary)


def _equal_state(condition: Comparison, output: OutputRef) -> Bound | None:
    """`status is 500` where the values of the output are words, as versions and codes are."""
    written = f"{condition.bound.magnitude}{condition.bound.written}"
    state = declared_state(output, written) if output.spec.type is OutputType.ENUM else ""
    if not state or condition.comparator not in (Comparator.EQUAL, Comparator.NOT_EQUAL):
        return None
    bound = BoundState(output, state, condition.span)
    return BoundNot(bound) if condition.comparator is Comparator.NOT_EQUAL else bound


def _bind_relative(condition: Relative, vocabulary: Vocabulary) -> Bound:
    left, right = vocabulary.named(condition.subject), vocabulary.named(condition.other)
    if len(left) != 1 or len(right) != 1:
        return _bind_phrase(condition.text, condition.span, vocabulary)
    one, other = left[0], right[0]
    if {one.spec.type, other.spec.type} & _NOT_NUMBERS or not _alike(one, other):
        return ForPerson(condition.text, PersonBecause.DIMENSION, left, condition.span)
    return BoundRelative(one, condition.comparator, condition.factor, other, condition.span)


def _alike(one: OutputRef, other: OutputRef) -> bool:
    left, right = (output_quantity(ref.spec, Decimal(1)) for ref in (one, other))
    return (left.dimension, left.currency) == (right.dimension, right.currency)


def _bind_phrase(text: str, span: Span, vocabulary: Vocabulary) -> Bound:
    for named in presences(text):
        found = vocabulary.named(named.name)
        if named.only and any(ref.spec.type is not named.only for ref in found):
            continue
        if len(found) == 1 and found[0].spec.type in _PRESENCE_TYPES:
            presence = BoundPresence(found[0], span)
            return BoundNot(presence) if named.negated else presence
        if len(found) == 1:
            return ForPerson(text, PersonBecause.NO_PRESENCE, found, span)
        if found:
            return _unbound(text, found, span, vocabulary)
    return _bind_state(text, span, vocabulary)


def _bind_state(text: str, span: Span, vocabulary: Vocabulary) -> Bound:
    states = said_states(text, vocabulary)
    if len(states) == 1:
        found = BoundState(states[0].output, states[0].state, span)
        return BoundNot(found) if states[0].negated else found
    return _unbound(text, tuple(state.output for state in states), span, vocabulary)


def _unbound(
    text: str, found: tuple[OutputRef, ...], span: Span, vocabulary: Vocabulary
) -> ForPerson:
    if found:
        return ForPerson(text, PersonBecause.AMBIGUOUS, found, span)
    return ForPerson(text, PersonBecause.NOT_DECLARED, vocabulary.nearest(text), span)
