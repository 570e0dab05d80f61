"""Phrases that name an output and say how it is: `Discrepancies Found`, `producer is checkout`."""

import re

from runner.conditions.names import plain_phrase
from runner.conditions.vocabulary import OutputRef, Vocabulary
from runner.model.frozen import frozen
from runner.model.values import OutputType

_BE = r"(?:\s+(?:is|are|was|were|has\s+been|have\s+been))?"
_SEEN = r"(?:found|detected|present|seen|observed|reported)"
_PRESENT = re.compile(rf"{_BE}\s+{_SEEN}$|\s+(?:exists?|occurs?|occurred)$", re.I)
_ABSENT = re.compile(rf"{_BE}\s+not\s+{_SEEN}$|\s+(?:do|does|did)\s+not\s+(?:exist|occur)$", re.I)
_EMPTY = re.compile(r"\s+(?:is|are|was|were)\s+(?P<negated>not\s+|non-?)?empty$", re.I)
_SEPARATOR = re.compile(
    r"\s+(?:is|are|was|were|has|have|=|==|:)\s+(?:been\s+)?(?P<negated>not\s+)?"
    r"|\s*(?:(?P<unequal>!=|≠)|(?<![<>!=])==?)\s*|\s+",
    re.I,
)
_COMPARES = re.compile(r"[<>=≤≥≈~≠]")
_FLAG_STATES = {"true": "yes", "yes": "yes", "set": "yes", "false": "no", "no": "no"}


@frozen
class Named:
    """A name that a phrase may hold, and whether the phrase denies it."""

    name: str
    negated: bool
    only: OutputType | None = None


@frozen
class SaidState:
    """An output and the declared value that a phrase says, or denies, that it has."""

    output: OutputRef
    state: str
    negated: bool


def presences(text: str) -> tuple[Named, ...]:
    """What the phrase may say to be there: all of it first, then without `found` and the like."""
    found = [Named(text, False)]
    if absent := _ABSENT.search(text):
        found.append(Named(text[: absent.start()], True))
    elif present := _PRESENT.search(text):
        found.append(Named(text[: present.start()], False))
    elif empty := _EMPTY.search(text):
        named = Named(text[: empty.start()], not empty["negated"], OutputType.TABLE)
        found.append(named)
    return tuple(found)


def said_states(text: str, vocabulary: Vocabulary) -> tuple[SaidState, ...]:
    """Every reading of the phrase as an output with a declared value, each once."""
    states: dict[SaidState, None] = {}
    for separator in _SEPARATOR.finditer(text):
        before, behind = text[: separator.start()], text[separator.end() :]
        negated = bool(separator["negated"] or separator["unequal"])
        if _COMPARES.search(before + behind):
            continue
        for name, state in ((before, behind), (behind, before)):
            for ref in vocabulary.named(name):
                if declared := declared_state(ref, state):
                    states[SaidState(ref, declared, negated)] = None
        if separator[0].strip():
            for ref in vocabulary.named(f"{before} {behind}"):
                if ref.spec.type is OutputType.FLAG:
                    states[SaidState(ref, "yes", negated)] = None
    return tuple(states)


def declared_state(ref: OutputRef, words: str) -> str:
    """The declared value that the words name; empty where they name none."""
    if ref.spec.type is OutputType.FLAG:
        return _FLAG_STATES.get(plain_phrase(words), "")
    if ref.spec.type is not OutputType.ENUM:
        return ""
    wanted = plain_phrase(words)
    return next((value for value in ref.spec.values if plain_phrase(value) == wanted), "")
