"""Branches: a condition, then consequences, on a line or below it."""

import re
from collections.abc import Iterable

from runner.conditions.grammar import parse_condition
from runner.document.consequences import read_consequences
from runner.document.nodes import Node, is_conditional
from runner.document.rich_text import RichText
from runner.model.conditions import AllOf, Condition
from runner.model.frozen import frozen
from runner.model.runbook import Advice, Branch
from runner.model.source import Span

_IF = re.compile(r"if\b\s*", re.I)
_COLON = re.compile(r":(?=\s|$)|\s*(?:→|->|=>|⇒)\s*")
_COMMA = re.compile(r",\s+|\s+then\s+", re.I)
_OTHERWISE = re.compile(r"(?:[.;,]\s*)(?=(?:otherwise|else)\b)", re.I)


@frozen
class _Written:
    """A branch line taken apart."""

    condition: RichText
    consequence: RichText


def read_branches(nodes: Iterable[Node]) -> tuple[Branch, ...]:
    """All branches of a step, in document order, numbered from 1."""
    found: list[Branch] = []
    _collect(nodes, None, found)
    return tuple(
        Branch(number, b.condition, b.text, b.consequences, b.span)
        for number, b in enumerate(found, 1)
    )


def _collect(nodes: Iterable[Node], under: Branch | None, found: list[Branch]) -> None:
    for node in nodes:
        written = _take_apart(node)
        if not written:
            _collect(node.children, under, found)
        for line in written:
            _add(node if line is written[-1] else None, line, under, found)


def _add(node: Node | None, written: _Written, under: Branch | None, found: list[Branch]) -> None:
    text = written.condition
    condition = parse_condition(text.text, text.span)
    words = text.line.strip(" .:")
    if under is not None:
        condition, words = _both(under, condition, words)
    consequences = list(read_consequences(written.consequence))
    plain = [child for child in node.children if not _take_apart(child)] if node else []
    for child in plain:
        consequences += read_consequences(child.text)
        for below in child.children:
            consequences += read_consequences(below.text)
    branch = Branch(0, condition, words, tuple(consequences), text.span())
    at = len(found)
    nested = [child for child in node.children if _take_apart(child)] if node else []
    _collect(nested, branch, found)
    if consequences or len(found) == at:
        found.insert(at, branch)


def _both(under: Branch, condition: Condition, words: str) -> tuple[Condition, str]:
    text = f"{under.text} and {words}"
    span = Span(under.span.start, max(under.span.end, condition.span.end))
    return AllOf((under.condition, condition), text, span), text


def _take_apart(node: Node) -> tuple[_Written, ...]:
    """The branches that a line states: one, two with an "otherwise" on the line, or none."""
    text = node.text
    if not is_conditional(text):
        return ()
    first, *more = text.split(_OTHERWISE)
    written = _separate(first, node)
    if written is None:
        return ()
    others = (_separate(other, node) for other in more)
    return (written, *(other for other in others if other))


def _separate(text: RichText, node: Node) -> _Written | None:
    begin = _IF.match(text.text)
    start = begin.end() if begin else 0
    end, rest = _bold_condition(text) or _first(_COLON, text, start) or (-1, -1)
    certain = end >= 0
    if end < 0 and not begin:
        end, rest = _otherwise_word(text)
    elif end < 0:
        end, rest = _first(_COMMA, text, start) or (len(text.text), len(text.text))
    written = _Written(text.part(start, end), text.part(rest))
    if certain or node.is_item or node.children:
        return written
    moves = [c for c in read_consequences(written.consequence) if not isinstance(c, Advice)]
    return written if moves else None


def _bold_condition(text: RichText) -> tuple[int, int] | None:
    """Where a bold condition ends and its consequence begins."""
    if not text.bold or text.bold[0][0] != 0:
        return None
    end = text.bold[0][1]
    inside = text.text[:end].rstrip()
    if ":" in inside[:-1] or inside.casefold() == "if":
        return None
    behind = re.match(r"[\s:,–—→-]*>?\s*", text.text[end:])
    return len(inside.rstrip(":")), end + (behind.end() if behind else 0)


def _first(pattern: re.Pattern[str], text: RichText, start: int) -> tuple[int, int] | None:
    match = next(text.matches(pattern, start), None)
    return match.span() if match else None


def _otherwise_word(text: RichText) -> tuple[int, int]:
    word = re.match(r"(?:otherwise|else|none of (?:the above|these))[\s,:]*", text.text, re.I)
    end = word.end() if word else 0
    return len(text.text[:end].rstrip(" ,:")), end
