r"""English under pressure to a `Condition`: forgiving in form, strict in meaning.

    condition  = otherwise | any
    any        = all { ("or" | ",") all }
    all        = one { ("and" | ",") one }
    one        = "not" one | "no" phrase | "(" any ")" | comparison | phrase
    comparison = [subject] comparator quantity [noun]
               | subject "between" quantity "and" quantity
               | subject "is" ("negative" | "positive" | "zero")

A subject or comparator that is left out is taken from the part before ("< 5% or > 20%"). What has
no reading as a comparison stays a `Phrase` with all its words, so nothing is half understood.
"""

import re
from collections.abc import Callable
from decimal import Decimal

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
from runner.model.values import Dimension, Quantity

Locate = Callable[[int, int], Span]
"""From offsets in the text of the condition to a span of the document."""

_OTHERWISE = re.compile(r"(otherwise|else|none of (the above|these|them)( apply| applies)?)", re.I)
_SUBJECT_BE = r"(?:\b(?:is|are|was|were|be|stays?|remains?)\s+)?"
_COMPARATORS: tuple[tuple[Comparator, str], ...] = (
    (Comparator.AT_MOST, r"<=|≤|=<"),
    (Comparator.AT_LEAST, r">=|≥|=>"),
    (Comparator.NOT_EQUAL, r"!=|≠|<>"),
    (Comparator.EQUAL, r"==|="),
    (Comparator.LESS, r"<"),
    (Comparator.MORE, r">"),
    (Comparator.AT_LEAST, rf"{_SUBJECT_BE}\b(?:at\s+least|(?:no|not)\s+(?:less|fewer)\s+than)\b"),
    (Comparator.AT_MOST, rf"{_SUBJECT_BE}\b(?:at\s+most|up\s+to|(?:no|not)\s+more\s+than)\b"),
    (Comparator.NOT_EQUAL, rf"{_SUBJECT_BE}\bnot\s+(?:equal\s+to\s+)?(?=[-−$€£\d])"),
    (
        Comparator.MORE,
        rf"{_SUBJECT_BE}\b(?:(?:greater|more|higher|larger|longer|older)\s+than|above|over)\b",
    ),
    (Comparator.MORE, r"\bexceed(?:s|ed|ing)?\b"),
    (
        Comparator.LESS,
        rf"{_SUBJECT_BE}\b(?:(?:less|fewer|lower|smaller|shorter|younger)\s+than|below|under)\b",
    ),
    (Comparator.EQUAL, r"\bequals?(?:\s+to)?\b|\b(?:is|are|was|were)\s+(?=[-−$€£\d])"),
)
_COMPARATOR = re.compile("|".join(f"(?P<c{i}>{p})" for i, (_, p) in enumerate(_COMPARATORS)), re.I)
_BETWEEN = re.compile(r"\b(?:(?:is|are|was|were)\s+)?between\s+", re.I)
_SIGN = re.compile(r"\s+(?:is|are|was|were)\s+(negative|positive|zero)\s*$", re.I)
_SIGN_COMPARATORS = {
    "negative": Comparator.LESS,
    "positive": Comparator.MORE,
    "zero": Comparator.EQUAL,
}
_NEGATION = re.compile(r"(?:not|no)\s+(?!less\b|more\b|fewer\b)(?=\S)", re.I)
_PREFIX = re.compile(r"(?:either|both|there\s+(?:is|are|was|were))\s+(?=\S)", re.I)
_CONNECTIVE = re.compile(r"\s*,?\s+(or|and)\s+|\s*,\s+", re.I)
_TRIM = " \t\n.;:!*_"


def parse_condition(text: str, locate: Locate = Span) -> Condition:
    """The condition that `text` states, without its "If". Never raises."""
    return _Parser(text, locate).condition(0, len(text))


class _Parser:
    """Recursive descent over offsets of one text."""

    def __init__(self, text: str, locate: Locate):
        self._text = text
        self._locate = locate

    def condition(self, start: int, end: int) -> Condition:
        start, end = self._trimmed(start, end)
        if start == end:
            return Unreadable("", self._locate(start, end))
        if _OTHERWISE.fullmatch(self._text, start, end):
            return Otherwise(self._locate(start, end))
        return self._any(start, end, None)

    def _any(self, start: int, end: int, before: Condition | None) -> Condition:
        parts = self._split(start, end, "or")
        read = self._parts(parts, before, self._all)
        if len(read) == 1:
            return read[0]
        return AnyOf(read, self._text[start:end], self._locate(start, end))

    def _all(self, start: int, end: int, before: Condition | None) -> Condition:
        parts = self._split(start, end, "and")
        read = self._parts(parts, before, self._one)
        if len(read) == 1:
            return read[0]
        return AllOf(read, self._text[start:end], self._locate(start, end))

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
        if negation := _NEGATION.match(text):
            quantity = read_quantity(text[negation.end() :])
            if quantity is None:
                return Not(self._one(start + negation.end(), end, before), text, span)
        return self._comparison(start, end, before) or Phrase(text, span)

    def _comparison(self, start: int, end: int, before: Condition | None) -> Condition | None:
        text, span = self._text[start:end], self._locate(start, end)
        if sign := _SIGN.search(text):
            zero = Quantity(Decimal(0), Dimension.NUMBER)
            comparator = _SIGN_COMPARATORS[sign[1].casefold()]
            return Comparison(text[: sign.start()].strip(), comparator, zero, span)
        if between := _BETWEEN.search(text):
            return self._between(text, between.start(), between.end(), span)
        found = list(_COMPARATOR.finditer(text))
        if len(found) > 1:
            return None
        if not found:
            return self._same_comparator(text, before, span)
        comparator = _COMPARATORS[int((found[0].lastgroup or "c0")[1:])][0]
        return self._bounded(text, found[0].start(), found[0].end(), comparator, before, span)

    def _bounded(
        self,
        text: str,
        subject_end: int,
        bound_start: int,
        comparator: Comparator,
        before: Condition | None,
        span: Span,
    ) -> Condition | None:
        behind = text[bound_start:].lstrip()
        bound = read_quantity(behind)
        if bound is None:
            return None
        subject, noun = text[:subject_end].strip(), behind[bound.length :].strip(" .")
        if subject and noun:
            return None
        inherited = before.subject if isinstance(before, Comparison) else ""
        if not (subject or noun or inherited):
            return Unreadable(text, span)
        return Comparison(subject or noun or inherited, comparator, bound.quantity, span)

    def _between(self, text: str, subject_end: int, start: int, span: Span) -> Condition | None:
        low = read_quantity(text[start:])
        if low is None:
            return None
        rest = text[start + low.length :]
        joined = re.match(r"\s*(?:and|to|-|–)\s*", rest)
        high = read_quantity(rest[joined.end() :]) if joined else None
        subject = text[:subject_end].strip()
        if joined is None or high is None or not subject:
            return None
        if rest[joined.end() + high.length :].strip(" ."):
            return None
        lower = low.quantity
        if lower.dimension is Dimension.NUMBER and not lower.written and high.quantity.written:
            rewritten = read_quantity(
                text[start : start + low.length] + " " + high.quantity.written
            )
            lower = rewritten.quantity if rewritten else lower
        parts = (
            Comparison(subject, Comparator.AT_LEAST, lower, span),
            Comparison(subject, Comparator.AT_MOST, high.quantity, span),
        )
        return AllOf(parts, text, span)

    def _same_comparator(self, text: str, before: Condition | None, span: Span) -> Condition | None:
        """`500` behind `status is 500 or`: the same subject and comparator once more."""
        bound = read_quantity(text)
        if bound is None or bound.length != len(text) or not isinstance(before, Comparison):
            return None
        return Comparison(before.subject, before.comparator, bound.quantity, span)

    def _split(self, start: int, end: int, word: str) -> list[tuple[int, int]]:
        """Split at `word` outside parentheses; at commas too, where `word` follows them."""
        cuts: list[tuple[int, int]] = []
        commas: list[tuple[int, int]] = []
        depth, at, skip_and = 0, start, False
        while at < end:
            character = self._text[at]
            depth += (character == "(") - (character == ")")
            if depth <= 0 and _BETWEEN.match(self._text, at, end):
                skip_and = True
            match = _CONNECTIVE.match(self._text, at, end) if depth <= 0 else None
            if match is None:
                at += 1
                continue
            said = (match[1] or "").casefold()
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
