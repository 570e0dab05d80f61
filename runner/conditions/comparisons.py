"""One comparison: a subject, how it relates, and what it is measured against.

    comparison = [subject] comparator quantity [noun]
               | [subject] quantity "or" ("more" | "less" …) [noun]
               | [subject] comparator [factor] other            (`> 2x baseline`)
               | [subject] "between" quantity "and" quantity
               | [subject] "within" (share | quantity) "of" (quantity | other)
               | [subject] ["not"] "in" "{" value { "," value } "}"
               | [subject] ["not"] ("1xx" … "5xx")
               | subject "is" ("negative" | "positive" | "zero")

What does not read to its end is no comparison: `≈ 95%` and `about 5 s` have no exact meaning.
"""

import re
from decimal import Decimal

from runner.conditions.units import read_quantity
from runner.model.conditions import (
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    Condition,
    Not,
    Phrase,
    Relative,
    Unreadable,
)
from runner.model.frozen import frozen
from runner.model.source import Span
from runner.model.values import Dimension, Quantity

_BE = r"(?:is|are|was|were|be|stays?|remains?)"
_MOVES = r"(?:drops?|dropped|falls?|fell|rises?|rose|climbs?|climbed|goes|went)"
_SUBJECT_BE = rf"(?:\b{_BE}\s+)?"
_SUBJECT_MOVES = rf"(?:\b(?:{_BE}|{_MOVES})\s+)?"
_MORE = r"(?:greater|more|higher|larger|longer|older)"
_LESS = r"(?:less|fewer|lower|smaller|shorter|younger)"
_COMPARATORS: tuple[tuple[Comparator, str], ...] = (
    (Comparator.AT_MOST, r"<=|≤|=<"),
    (Comparator.AT_LEAST, r">=|≥|=>"),
    (Comparator.NOT_EQUAL, r"!=|≠|<>"),
    (Comparator.EQUAL, r"==|="),
    (Comparator.LESS, r"<"),
    (Comparator.MORE, r">"),
    (
        Comparator.AT_LEAST,
        rf"{_SUBJECT_MOVES}\b(?:at\s+least|(?:no|not)\s+{_LESS}\s+than|at\s+or\s+above"
        rf"|{_MORE}\s+than\s+or\s+equal\s+to)\b",
    ),
    (
        Comparator.AT_MOST,
        rf"{_SUBJECT_MOVES}\b(?:at\s+most|up\s+to|(?:no|not)\s+{_MORE}\s+than|at\s+or\s+below"
        rf"|{_LESS}\s+than\s+or\s+equal\s+to)\b",
    ),
    (Comparator.NOT_EQUAL, rf"{_SUBJECT_BE}\bnot\s+(?:equal\s+to\s+)?(?=[-−$€£\d])"),
    (Comparator.MORE, rf"{_SUBJECT_MOVES}\b(?:{_MORE}\s+than|above|over)\b"),
    (Comparator.MORE, r"\bexceed(?:s|ed|ing)?\b"),
    (Comparator.LESS, rf"{_SUBJECT_MOVES}\b(?:{_LESS}\s+than|below|under)\b"),
    (Comparator.EQUAL, r"\bequals?(?:\s+to)?\b|\b(?:is|are|was|were)\s+(?=[-−$€£\d])"),
)
_COMPARATOR = re.compile("|".join(f"(?P<c{i}>{p})" for i, (_, p) in enumerate(_COMPARATORS)), re.I)
_BETWEEN = re.compile(r"\b(?:(?:is|are|was|were)\s+)?between\s+", re.I)
_WITHIN = re.compile(
    rf"{_SUBJECT_BE}\bwithin\s+(?:±\s*)?(?P<margin>[^ ]+(?:\s+\w+)?)\s+of\s+", re.I
)
_MEMBER = re.compile(
    rf"{_SUBJECT_BE}\b(?P<negated>not\s+)?(?:in|one\s+of|any\s+of)\s*"
    r"(?:\{(?P<c>[^{}]*)\}|\[(?P<s>[^][]*)\]|\((?P<r>[^()]*)\))$",
    re.I,
)
_CLASS = re.compile(
    rf"(?:(?:\b{_BE}|=|==|(?P<unequal>!=|≠))\s*)?(?P<negated>\bnot\s+)?\b(?P<hundred>[1-5])xx$",
    re.I,
)
_OR_MORE = re.compile(
    r"\s+or\s+(?:(?P<up>more|higher|greater|above|over|longer|older|larger|later)"
    r"|less|fewer|lower|below|under|shorter|younger|smaller)\b(?!\s+than)",
    re.I,
)
_SIGN = re.compile(r"\s+(?:is|are|was|were)\s+(negative|positive|zero)\s*$", re.I)
_SIGN_COMPARATORS = {
    "negative": Comparator.LESS,
    "positive": Comparator.MORE,
    "zero": Comparator.EQUAL,
}
_TIMES = re.compile(
    r"(?:(?P<number>\d+(?:\.\d+)?)\s*(?:x|×|times)|(?P<word>twice|double|triple|half)"
    r"|(?P<share>\d+(?:\.\d+)?)\s*%\s*(?P<way>of|above|over|below|under))\s+(?:of\s+)?(?:the\s+)?",
    re.I,
)
_FACTORS = {
    "twice": Decimal(2),
    "double": Decimal(2),
    "triple": Decimal(3),
    "half": Decimal("0.5"),
}
_WINDOW = re.compile(r"(?:in|over|within|during|per|for)\b", re.I)
_JOINED = re.compile(r"\s*(?:and|to|-|–)\s*")


@frozen
class Place:
    """A text that may be a comparison, and what it leaves out: the part and the line before it."""

    text: str
    span: Span
    before: Condition | None = None
    above: str = ""

    def subject_or(self, written: str) -> str:
        """The subject as written; else that of the part before, else the line above."""
        inherited = self.before.subject if isinstance(self.before, Comparison) else ""
        return written.strip() or inherited or self.above


def read_comparison(place: Place) -> Condition | None:
    """The comparison that a text states from its beginning to its end; None where it is none."""
    text = place.text
    if sign := _SIGN.search(text):
        zero = Quantity(Decimal(0), Dimension.NUMBER)
        comparator = _SIGN_COMPARATORS[sign[1].casefold()]
        return Comparison(text[: sign.start()].strip(), comparator, zero, place.span)
    if member := _MEMBER.search(text):
        return _member(place, member)
    if between := _BETWEEN.search(text):
        return _between(place, between)
    if within := _WITHIN.search(text):
        return _within(place, within)
    if hundred := _CLASS.search(text):
        return _status_class(place, hundred)
    return _compared(place)


def is_bare_bound(text: str) -> bool:
    """Whether a text is a quantity and nothing else, as `500` behind `status is 200 or`."""
    bound = read_quantity(text)
    return bound is not None and bound.length == len(text)


def _compared(place: Place) -> Condition | None:
    text = place.text
    if (either := _OR_MORE.search(text)) and (read := _or_more(place, either)):
        return read
    found = list(_COMPARATOR.finditer(text))
    times = _TIMES.search(text, found[0].end()) if len(found) == 2 else None
    if len(found) > 1 and not (times and times.start() <= found[1].start() < times.end()):
        return None
    if not found:
        return _same_comparator(place)
    comparator = _COMPARATORS[int((found[0].lastgroup or "c0")[1:])][0]
    subject, behind = text[: found[0].start()].strip(), text[found[0].end() :].lstrip()
    return _bounded(place, subject, comparator, behind) or _relative(
        place, subject, comparator, behind
    )


def _bounded(place: Place, subject: str, comparator: Comparator, behind: str) -> Condition | None:
    bound = read_quantity(behind)
    if bound is None:
        return None
    noun = behind[bound.length :].strip(" .")
    if subject and noun:
        if not _WINDOW.match(noun):
            return None
        subject, noun = f"{subject} {noun}", ""
    named = subject or noun or place.subject_or("")
    if not named:
        return Unreadable(place.text, place.span)
    return Comparison(named, comparator, bound.quantity, place.span)


def _relative(place: Place, subject: str, comparator: Comparator, behind: str) -> Condition | None:
    factor, words = _factor(behind)
    if not subject or not words or words[0].isdigit() or comparator in _NOT_ORDERED:
        return None
    return Relative(subject, comparator, factor, words, place.text, place.span)


_NOT_ORDERED = (Comparator.EQUAL, Comparator.NOT_EQUAL)


def _factor(behind: str) -> tuple[Decimal, str]:
    times = _TIMES.match(behind)
    if times is None:
        return Decimal(1), behind.strip(" .")
    words = behind[times.end() :].strip(" .")
    if times["number"]:
        return Decimal(times["number"]), words
    if times["word"]:
        return _FACTORS[times["word"].casefold()], words
    share, way = Decimal(times["share"]) / 100, times["way"].casefold()
    return {"of": share, "above": 1 + share, "over": 1 + share}.get(way, 1 - share), words


def _or_more(place: Place, either: re.Match[str]) -> Condition | None:
    before, noun = place.text[: either.start()], place.text[either.end() :].strip(" .")
    number = re.search(r"[-−+$€£]?\d.*$", before)
    bound = read_quantity(number[0]) if number else None
    if number is None or bound is None or bound.length != len(number[0]):
        return None
    subject = re.sub(rf"(?:\b{_BE}|=)\s*$", "", before[: number.start()].rstrip(), flags=re.I)
    named = place.subject_or(noun or subject)
    if (subject.strip() and noun) or not named:
        return None
    comparator = Comparator.AT_LEAST if either["up"] else Comparator.AT_MOST
    return Comparison(named, comparator, bound.quantity, place.span)


def _between(place: Place, between: re.Match[str]) -> Condition | None:
    text, start = place.text, between.end()
    low = read_quantity(text[start:])
    if low is None:
        return None
    rest = text[start + low.length :]
    joined = _JOINED.match(rest)
    high = read_quantity(rest[joined.end() :]) if joined else None
    subject = place.subject_or(text[: between.start()])
    if (
        joined is None
        or high is None
        or not subject
        or rest[joined.end() + high.length :].strip(" .")
    ):
        return None
    lower = low.quantity
    if lower.dimension is Dimension.NUMBER and not lower.written and high.quantity.written:
        rewritten = read_quantity(text[start : start + low.length] + " " + high.quantity.written)
        lower = rewritten.quantity if rewritten else lower
    return _range(place, subject, (lower, high.quantity))


def _range(place: Place, subject: str, ends: tuple[Quantity, Quantity]) -> Condition:
    parts = (
        Comparison(subject, Comparator.AT_LEAST, ends[0], place.span),
        Comparison(subject, Comparator.AT_MOST, ends[1], place.span),
    )
    return AllOf(parts, place.text, place.span)


def _within(place: Place, within: re.Match[str]) -> Condition | None:
    """`within 10% of 200 ms` is a range; of another output, a range about that output."""
    subject = place.subject_or(place.text[: within.start()])
    margin = read_quantity(within["margin"])
    behind = place.text[within.end() :].strip(" .")
    if not subject or margin is None or margin.length != len(within["margin"]):
        return None
    around, size = read_quantity(behind), margin.quantity
    is_share = size.dimension is Dimension.SHARE
    if around is None:
        return _about(place, subject, size.magnitude, behind) if is_share else None
    middle = around.quantity
    if around.length != len(behind) or middle.dimension is Dimension.SHARE:
        return None
    if not is_share and size.dimension is not middle.dimension:
        return None
    width = abs(middle.magnitude) * size.magnitude if is_share else size.magnitude
    low, high = middle.magnitude - width, middle.magnitude + width
    return _range(place, subject, (_sized(middle, low), _sized(middle, high)))


def _about(place: Place, subject: str, share: Decimal, words: str) -> Condition:
    words = re.sub(r"^the\s+", "", words, flags=re.I)
    low = Relative(subject, Comparator.AT_LEAST, 1 - share, words, place.text, place.span)
    high = Relative(subject, Comparator.AT_MOST, 1 + share, words, place.text, place.span)
    return AllOf((low, high), place.text, place.span)


def _sized(like: Quantity, magnitude: Decimal) -> Quantity:
    return Quantity(magnitude, like.dimension, like.written, like.currency)


def _member(place: Place, member: re.Match[str]) -> Condition | None:
    """`in {a, b}`: one of the values, each as if it were written alone."""
    subject = place.subject_or(place.text[: member.start()])
    listed = next((member[name] for name in "csr" if member[name] is not None), "")
    values = [v.strip(" \"'`") for v in re.split(r"\s*(?:,|\bor\b|\band\b)\s*", listed)]
    values = [value for value in values if value]
    if not subject or not values:
        return None
    parts = tuple(_one_value(place, subject, value) for value in values)
    text = f"{subject} in {listed}"
    found: Condition = parts[0] if len(parts) == 1 else AnyOf(parts, text, place.span)
    return Not(found, place.text, place.span) if member["negated"] else found


def _one_value(place: Place, subject: str, value: str) -> Condition:
    if re.fullmatch(r"[1-5]xx", value, re.I):
        return _hundred(place, subject, int(value[0]))
    if is_bare_bound(value) and (bound := read_quantity(value)):
        return Comparison(subject, Comparator.EQUAL, bound.quantity, place.span)
    return Phrase(f"{subject} is {value}", place.span)


def _status_class(place: Place, found: re.Match[str]) -> Condition | None:
    """`5xx`: from 500 to below 600."""
    subject = place.subject_or(place.text[: found.start()])
    if not subject:
        return None
    inside = _hundred(place, subject, int(found["hundred"]))
    if found["negated"] or found["unequal"]:
        return Not(inside, place.text, place.span)
    return inside


def _hundred(place: Place, subject: str, hundred: int) -> Condition:
    low, high = (Quantity(Decimal(100 * n), Dimension.NUMBER) for n in (hundred, hundred + 1))
    parts = (
        Comparison(subject, Comparator.AT_LEAST, low, place.span),
        Comparison(subject, Comparator.LESS, high, place.span),
    )
    return AllOf(parts, f"{subject} is {hundred}xx", place.span)


def _same_comparator(place: Place) -> Condition | None:
    """`500` behind `status is 500 or`: the same subject and comparator once more."""
    bound, before = read_quantity(place.text), place.before
    if bound is None or bound.length != len(place.text) or not isinstance(before, Comparison):
        return None
    return Comparison(before.subject, before.comparator, bound.quantity, place.span)
