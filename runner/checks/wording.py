"""What the words of a condition look like beyond what binding makes of them."""

import re
from collections.abc import Iterator

from runner.conditions.vocabulary import OutputRef, Vocabulary
from runner.model.conditions import AllOf, AnyOf, Condition, Not
from runner.model.frozen import frozen
from runner.model.runbook import Branch, Step
from runner.model.source import SourceText
from runner.model.values import OutputType

_IS = re.compile(r"\s+(?:is|are|was|were|=|==|:)\s+(?:not\s+)?", re.I)
_SPACE = re.compile(r"\s+")
_ONLY_MARKUP = re.compile(r"[\s:*_,.>)|-]*(?:then\s+)?(?:run|execute)?[\s:*_]*", re.I)


@frozen
class UndeclaredState:
    """An enumerated output, and the words for a value that it does not declare."""

    output: OutputRef
    state: str


def condition_leaves(condition: Condition) -> Iterator[Condition]:
    """The parts of a condition that have no parts."""
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from condition_leaves(part)
        case Not(part=part):
            yield from condition_leaves(part)
        case _:
            yield condition


def undeclared_state(
    text: str, vocabulary: Vocabulary, without_verb: bool
) -> UndeclaredState | None:
    """`Impact is extreme`, and with `without_verb` also `Impact Extreme` and `Extreme Impact`."""
    for verb in _IS.finditer(text):
        if found := _state_of(text[: verb.start()], text[verb.end() :], vocabulary):
            return found
    for gap in _SPACE.finditer(text) if without_verb else ():
        before, behind = text[: gap.start()], text[gap.end() :]
        for name, state in ((before, behind), (behind, before)):
            found = _state_of(name, state, vocabulary)
            if found and not _SPACE.search(state):
                return found
    return None


def looks_below(source: SourceText, step: Step, branch: Branch) -> bool:
    """Whether a code fence stands right below a branch: the command is what follows from it."""
    behind = (fence.span.start for fence in step.fences if fence.span.start >= branch.span.end)
    start = min(behind, default=-1)
    return start >= 0 and _ONLY_MARKUP.fullmatch(source.text, branch.span.end, start) is not None


def _state_of(name: str, state: str, vocabulary: Vocabulary) -> UndeclaredState | None:
    named = vocabulary.named(name)
    if len(named) != 1 or named[0].spec.type is not OutputType.ENUM or not state.strip():
        return None
    return UndeclaredState(named[0], state.strip())
