r"""English under pressure to a `Condition`: forgiving in form, strict in meaning.

    condition  = otherwise | any
    any        = all { ("or" | ",") all }
    all        = one { ("and" | "but" | ",") one }
    one        = "not" one | "no" phrase | "neither" one { "nor" one } | "(" any ")"
               | comparison | phrase

A subject or comparator that is left out is taken from the part before ("< 5% or > 20%"), else from
the line above ("If > 1000"). What has no reading as a comparison (`comparisons`) stays a `Phrase`
with all its words, so nothing is half understood.
"""

import re
from collections.abc import Callable

from runner.conditions.comparisons import Place, is_bare_bound, read_comparison
from runner.conditions.units import read_quantity
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
from runner.model.source import Span

Locate = Callable[[int, int], Span]
"""From offsets in the text of the condition to a span of the document."""

_OTHERWISE = re.compile(r"(otherwise|else|none of (the above|these|them)( apply| applies)?)", re.I)
_BETWEEN = re.compile(r"\b(?:(?:is|are|was|were)\s+)?between\s+", re.I)
_NEGATION = re.compile(r"(?:not|no)\s+(?!less\b|more\b|fewer\b|in\s*[{\[(]|[1-5]xx\b)(?=\S)", re.I)
_NEITHER = re.compile(r"neither\s+(?=\S)", re.I)
_NOR = re.compile(r"\s*,?\s+nor\s+", re.I)
_OTHERWISE_IF = re.compile(r"(otherwise|else),?\s+if\s+(?=\S)", re.I)
_PREFIX = re.compile(r"(?:either|both|there\s+(?:is|are|was|were))\s+(?=\S)", re.I)
_CONNECTIVE = re.compile(r"\s*,?\s+(or|and|but)\s+|\s*,\s+", re.I)
_WORDS = {"or": re.compile("or", re.I), "and": re.compile("and|but", re.I)}
_GLUED = re.compile(
    r"\bor\s+(?:equal\s+to\b|(?:more|less|fewer)\b(?!\s+than)"
    r"|(?:higher|greater|above|over|longer|older|larger|later|lower|below|under|shorter|younger"
    r"|smaller)(?=\s*(?:$|[,.;)])|\s+(?:and|or|but)\b))|\bat\s+or\s+(?:above|below)\b",
    re.I,
)
"""An "or" that belongs to a comparison: `5 or more`, `at or above 5`."""
_TRIM = " \t\n.;:!*_"
_OPENING, _CLOSING = "([{", ")]}"


def parse_condition(text: str, locate: Locate = Span, above: str = "") -> Condition:
    """The condition that `text` states, without its "If". Never raises.

    `above` is what the line above names: the subject of a comparison that has none.
    """
    return _Parser(text, locate, above).condition(0, len(text))


class _Parser:
    """Recursive descent over offsets of one text."""

    def __init__(self, text: str, locate: Locate, above: str):
        self._text = text
        self._locate = locate
        self._above = above
        self._glued = [m.span() for m in _GLUED.finditer(text)]

    def condition(self, start: int, end: int) -> Condition:
        start, end = self._trimmed(start, end)
        if start == end:
            return Unreadable("", self._locate(start, end))
        if _OTHERWISE.fullmatch(self._text, start, end):
            return Otherwise(self._locate(start, end))
        if otherwise := _OTHERWISE_IF.match(self._text, start, end):
            first = Otherwise(self._locate(start, otherwise.end(1)))
            second = self._any(otherwise.end(), end, None)
            text, span = _one_line(self._text[start:end]), self._locate(start, end)
            return AllOf((first, second), text, span)
        return self._any(start, end, None)

    def _any(self, start: int, end: int, before: Condition | None) -> Condition:
        parts = self._split(start, end, "or")
        read = self._parts(parts, before, self._all)
        if len(read) == 1:
            return read[0]
        text, span = _one_line(self._text[start:end]), self._locate(start, end)
        if self._excludes_each(parts, read):
            return AllOf(read, text, span)
        return AnyOf(read, text, span)

    def _excludes_each(self, parts: list[tuple[int, int]], read: tuple[Condition, ...]) -> bool:
        """`status is not 200 or 201` is neither of them."""
        bare = all(is_bare_bound(self._text[start:end].strip()) for start, end in parts[1:])
        unequal = (
            isinstance(part, Comparison) and part.comparator is Comparator.NOT_EQUAL
            for part in read
        )
        return bare and all(unequal)

    def _all(self, start: int, end: int, before: Condition | None) -> Condition:
        parts = self._split(start, end, "and")
        read = self._parts(parts, before, self._one)
        if len(read) == 1:
            return read[0]
        return AllOf(read, _one_line(self._text[start:end]), self._locate(start, end))

    def _parts(
        self,
        parts: list[tuple[int, int]],
        before: Condition | None,
        read: Callable[[int, int, Condition | None], Condition],
    ) -> tuple[Condition, ...]:
        found: list[Condition] = []
        for start, end in parts:
            found.append(read(start, end, found[-1] if found else before))
        return tuple(found)

    def _one(self, start: int, end: int, before: Condition | None) -> Condition:
        start, end = self._trimmed(start, end)
        text, span = self._text[start:end], self._locate(start, end)
        if not text:
            return Unreadable("", span)
        if prefix := _PREFIX.match(text):
            return self._one(start + prefix.end(), end, before)
        if text[0] == "(" and self._closing(start, end) == end - 1:
            return self._any(start + 1, end - 1, None)
        if neither := _NEITHER.match(text):
            return Not(self._nor(start + neither.end(), end, before), _one_line(text), span)
        if negation := _NEGATION.match(text):
            quantity = read_quantity(text[negation.end() :])
            if quantity is None:
                return Not(self._one(start + negation.end(), end, before), _one_line(text), span)
        text = _one_line(text)
        place = Place(text, span, before, self._above)
        return read_comparison(place) or Phrase(text, span)

    def _nor(self, start: int, end: int, before: Condition | None) -> Condition:
        cuts = [m.span() for m in _NOR.finditer(self._text, start, end)]
        edges = [start, *(edge for cut in cuts for edge in cut), end]
        parts = list(zip(edges[::2], edges[1::2], strict=True))
        read = self._parts(parts, before, self._one)
        if len(read) == 1:
            return read[0]
        return AnyOf(read, _one_line(self._text[start:end]), self._locate(start, end))

    def _split(self, start: int, end: int, word: str) -> list[tuple[int, int]]:
        """Split at `word` outside parentheses; at commas too, where `word` follows them."""
        if _WORDS[word].search(self._text, start, end) is None:
            return [(start, end)]
        cuts: list[tuple[int, int]] = []
        commas: list[tuple[int, int]] = []
        depth, at, skip_and = 0, start, False
        while at < end:
            character = self._text[at]
            depth += (character in _OPENING) - (character in _CLOSING)
            if depth <= 0 and _BETWEEN.match(self._text, at, end):
                skip_and = True
            match = _CONNECTIVE.match(self._text, at, end) if depth <= 0 else None
            if match and match[1] and self._is_glued(match.start(1)):
                match = None
            if match is None:
                at += 1
                continue
            said = (match[1] or "").casefold().replace("but", "and")
            if said == "and" and skip_and:
                skip_and = False
            elif said == word:
                cuts += [*commas, match.span()]
                commas = []
            elif not said:
                commas.append(match.span())
            else:
                commas = []
            at = match.end()
        edges = [start, *(edge for cut in cuts for edge in cut), end]
        return list(zip(edges[::2], edges[1::2], strict=True))

    def _is_glued(self, at: int) -> bool:
        return any(first <= at < last for first, last in self._glued)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        while start < end and self._text[start] in _TRIM:
            start += 1
        while end > start and self._text[end - 1] in _TRIM:
            end -= 1
        return start, end

    def _closing(self, start: int, end: int) -> int:
        depth = 0
        for at in range(start, end):
            depth += (self._text[at] == "(") - (self._text[at] == ")")
            if depth == 0:
                return at
        return -1


def _one_line(text: str) -> str:
    return " ".join(text.split())
