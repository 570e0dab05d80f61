"""A line that begins with If, taken apart: where its condition ends and what follows from it."""

import re

from runner.document.consequences import ARROW, VERB, read_clauses, read_consequences
from runner.document.nodes import NO_BRANCH_LABELS, Node, is_conditional
from runner.document.rich_text import RichText, is_known_label
from runner.model.frozen import frozen
from runner.model.runbook import Advice

_IF = re.compile(r"(?:if|(unless))\b\s*", re.I)
_COLON = re.compile(rf":(?=\s|$)|\s*{ARROW}\s*")
_COMMA = re.compile(rf",\s+|\s+then\s+|\s+[-–—]\s+(?={VERB})", re.I)
_COMMA_AND_VERB = re.compile(rf",\s+(?:then\s+)?(?={VERB})", re.I)
"""Where a condition ends although a colon stands at the end: `If A, see Action 1:` and a list."""
_OTHERWISE = re.compile(
    rf"(?:[.;,]\s*)(?=(?:otherwise|else)\b)|\s+(?=(?:otherwise|else)\b[\s,:]+{VERB})"
    rf"|[.;]\s+(?=if\b[^:.;]*(?::\s|{ARROW}))",
    re.I,
)
_SENTENCE_IF = re.compile(r"\.\s+(?=If\b)")
_OTHERWISE_WORD = re.compile(r"(?:otherwise|else|none of (?:the above|these))[\s,:]*", re.I)
_GLOSSED = re.compile(r"\s*\([^()]*\)(?P<end>\s*:\s*)")
"""What may stand between a bold condition and its colon: `**If A** (rare): …`."""
_LATER = re.compile(r"\S\s+\(?(?:if|unless|provided)\s", re.I)
_BEFORE_CONDITION = re.compile(
    r"[\s,(]*(?:(?:but|and)\s+)?(?:only\s+)?(?:if|unless|provided(?:\s+that)?)\s*$", re.I
)
_FURTHER = re.compile(r"(?:and|but)\s+(?:also\s+)?(?:when\s+)?(?=\S)", re.I)
_LOOKS = re.compile(
    r"(?:how\s+many|number\s+of|check|review|look\s+at|look\s+up|count|measure|read|note|compare|determine|get|see)\s+"
    r"(?:(?:the|how\s+many|number\s+of)\s+)*",
    re.I,
)
_COUNTS = re.compile(r"(?:count|measure|how\s+many|number\s+of)\b", re.I)
_MOST_WORDS = 6


@frozen
class WrittenBranch:
    """A branch line taken apart. `negated` says that it begins with Unless."""

    condition: RichText
    consequence: RichText
    negated: bool = False


def take_apart(node: Node) -> tuple[WrittenBranch, ...]:
    """The branches that a line states: one, several with `otherwise` or `If` on it, or none."""
    text = branch_text(node.text)
    if text is None:
        return _trailing(node)
    first, *more = text.split(_OTHERWISE)
    if not more and not next(first.matches(_COLON), None):
        first, *more = text.split(_SENTENCE_IF)
    written = _separate(first, node)
    if written is None:
        return ()
    others = (_separate(other, node) for other in more)
    return (written, *(other for other in others if other))


def _trailing(node: Node) -> tuple[WrittenBranch, ...]:
    """A move with its condition behind it: `See Action 1 if the disk is full, otherwise stop`."""
    if node.field or not _LATER.search(node.text.text):
        return ()
    first, *more = node.text.split(_OTHERWISE)
    clauses = read_clauses(first)
    only_if = clauses[0].only_if if clauses else None
    if only_if is None or len(clauses) > 1 or isinstance(clauses[0].consequences[0], Advice):
        return ()
    before = first.part(0, first.offsets.index(only_if.offsets[0]))
    moved = before.part(0, len(_BEFORE_CONDITION.sub("", before.text)))
    others = (_separate(other, node) for other in more)
    written = WrittenBranch(only_if, moved, clauses[0].negated)
    return (written, *(other for other in others if other))


def further(node: Node) -> tuple[WrittenBranch, ...]:
    """What `and B: go to Step 2` says below a branch: a further condition, and where it leads.

    Nothing where it leads nowhere: `and a note: …` may be one more instruction.
    """
    lead = _FURTHER.match(node.text.text)
    if lead is None:
        return ()
    rest = node.text.part(lead.end())
    if not is_conditional(rest) and not _bold_condition(rest) and not _first(_COLON, rest, 0):
        return ()
    written = _separate(rest, node)
    texts = [written.consequence, *(child.text for child in node.children)] if written else []
    moves = any(not isinstance(c, Advice) for text in texts for c in read_consequences(text))
    return (written,) if written and moves else ()


def branch_text(text: RichText) -> RichText | None:
    """The text of a branch: the line, or what follows its label (`Interpret Results: If …`)."""
    if is_conditional(text):
        return text
    field = text.field
    if field and is_conditional(field.value) and not NO_BRANCH_LABELS.match(field.label):
        return field.value
    return None


def name_above(text: RichText) -> str:
    """What a line names, for a comparison below it that has no subject; empty for prose."""
    field = text.field
    if field is None:
        return _short(text.line)
    if field.label.casefold() in ("review", "check"):
        return _short(field.value.line)
    return "" if is_known_label(field.label) else _short(field.label)


def counted(title: str) -> str:
    """What a title says is counted or measured: `Count deliveries`; empty for other titles."""
    return _short(title) if _COUNTS.match(title) else ""


def _short(line: str) -> str:
    words = re.sub(r"\s*\([^()]*\)", "", line).strip(" :?*_")
    words = _LOOKS.sub("", words, count=1) if _LOOKS.match(words) else words
    if ". " in words or len(words.split()) > _MOST_WORDS:
        return ""
    return words


def _separate(text: RichText, node: Node) -> WrittenBranch | None:
    begin = _IF.match(text.text)
    start = begin.end() if begin else 0
    end, rest = _bold_condition(text) or _first(_COLON, text, start) or (-1, -1)
    if end >= 0 and rest >= len(text.text):
        end, rest = _first(_COMMA_AND_VERB, text, start) or (end, rest)
    certain = end >= 0
    if end < 0 and not begin:
        end, rest = _otherwise_word(text)
    elif end < 0:
        end, rest = _first(_COMMA, text, start) or (len(text.text), len(text.text))
    negated = bool(begin and begin[1])
    written = WrittenBranch(text.part(start, end), text.part(rest), negated)
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
    if ":" in inside[:-1] or inside.casefold() in ("if", "unless"):
        return None
    if gloss := _GLOSSED.match(text.text, end):
        return gloss.start("end"), gloss.end()
    behind = re.match(r"[\s:,–—⇒→⟶➡▶\ufe0f=-]*>?\s*", text.text[end:])
    return len(inside.rstrip(":")), end + (behind.end() if behind else 0)


def _first(pattern: re.Pattern[str], text: RichText, start: int) -> tuple[int, int] | None:
    match = next(text.matches(pattern, start), None)
    return match.span() if match else None


def _otherwise_word(text: RichText) -> tuple[int, int]:
    word = _OTHERWISE_WORD.match(text.text)
    end = word.end() if word else 0
    return len(text.text[:end].rstrip(" ,:")), end
