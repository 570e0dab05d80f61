"""Conditions tied to declared outputs, or left to a person: nothing in between."""

import re
from enum import Enum

from runner.conditions.names import plain_phrase
from runner.conditions.showing import output_quantity
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
    | BoundPresence
    | BoundState
    | ForPerson
    | BoundAll
    | BoundAny
    | BoundNot
    | BoundOtherwise
)

_BE = r"(?:\s+(?:is|are|was|were|has\s+been|have\s+been))?"
_PRESENT = re.compile(
    rf"{_BE}\s+(?:found|detected|present|seen|observed|reported)$|\s+(?:exists?|occurs?|occurred)$",
    re.I,
)
_ABSENT = re.compile(rf"{_BE}\s+not\s+(?:found|detected|present|seen|observed|reported)$", re.I)
_PHRASE_STATE = re.compile(r"\s+(?:is|are|was|were|=|==|:)\s+(?P<negated>not\s+)?|\s+", re.I)
_FLAG_STATES = {"true": "yes", "yes": "yes", "set": "yes", "false": "no", "no": "no"}
_PRESENCE_TYPES = {OutputType.COUNT, OutputType.FLAG, OutputType.TABLE}


def bind(condition: Condition, vocabulary: Vocabulary) -> Bound:
    """Tie every part of a condition to the one output that it names, or leave it to a person."""
    match condition:
        case Comparison():
            return _bind_comparison(condition, vocabulary)
        case Phrase():
            return _bind_phrase(condition.text, condition.span, vocabulary)
        case AllOf() | AnyOf():
            if len(vocabulary.named(condition.text)) == 1:
                return _bind_phrase(condition.text, condition.span, vocabulary)
            parts = tuple(bind(part, vocabulary) for part in condition.parts)
            return BoundAll(parts) if isinstance(condition, AllOf) else BoundAny(parts)
        case Not():
            if len(vocabulary.named(condition.text)) == 1:
                return _bind_phrase(condition.text, condition.span, vocabulary)
            return BoundNot(bind(condition.part, vocabulary))
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


def _bind_comparison(condition: Comparison, vocabulary: Vocabulary) -> Bound:
    found = vocabulary.named(condition.subject)
    if len(found) == 1 and comparable(found[0], condition.bound):
        return BoundComparison(found[0], condition.comparator, condition.bound, condition.span)
    if len(found) == 1:
        return ForPerson(condition.subject, PersonBecause.DIMENSION, found, condition.span)
    return _unbound(condition.subject, found, condition.span, vocabulary)


def _bind_phrase(text: str, span: Span, vocabulary: Vocabulary) -> Bound:
    present, absent = _PRESENT.search(text), _ABSENT.search(text)
    names = [(text, False)]
    if absent:
        names.append((text[: absent.start()], True))
    elif present:
        names.append((text[: present.start()], False))
    for name, negated in names:
        found = vocabulary.named(name)
        if len(found) == 1 and found[0].spec.type in _PRESENCE_TYPES:
            presence = BoundPresence(found[0], span)
            return BoundNot(presence) if negated else presence
        if len(found) == 1:
            return ForPerson(text, PersonBecause.NO_PRESENCE, found, span)
        if found:
            return _unbound(text, found, span, vocabulary)
    return _bind_state(text, span, vocabulary)


def _bind_state(text: str, span: Span, vocabulary: Vocabulary) -> Bound:
    states: dict[Bound, OutputRef] = {}
    for separator in _PHRASE_STATE.finditer(text):
        before, behind = text[: separator.start()], text[separator.end() :]
        for name, state in ((before, behind), (behind, before)):
            for ref in vocabulary.named(name):
                if declared := _declared_state(ref, state):
                    found = BoundState(ref, declared, span)
                    states[BoundNot(found) if separator["negated"] else found] = ref
    if len(states) == 1:
        return next(iter(states))
    return _unbound(text, tuple(states.values()), span, vocabulary)


def _declared_state(ref: OutputRef, words: str) -> str:
    if ref.spec.type is OutputType.FLAG:
        return _FLAG_STATES.get(plain_phrase(words), "")
    if ref.spec.type is not OutputType.ENUM:
        return ""
    wanted = plain_phrase(words)
    return next((value for value in ref.spec.values if plain_phrase(value) == wanted), "")


def _unbound(
    text: str, found: tuple[OutputRef, ...], span: Span, vocabulary: Vocabulary
) -> ForPerson:
    if found:
        return ForPerson(text, PersonBecause.AMBIGUOUS, found, span)
    return ForPerson(text, PersonBecause.NOT_DECLARED, vocabulary.nearest(text), span)
