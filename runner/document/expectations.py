"""What the runbook says a value should be: `(should be > 95%)`, `**Success**: Error rate < 1%`."""

import re
from collections.abc import Iterable

from runner.conditions.grammar import parse_condition
from runner.document.nodes import Node, all_nodes, logical_lines
from runner.document.rich_text import RichText
from runner.model.conditions import AllOf, AnyOf, Comparison, Condition, Not
from runner.model.runbook import Expectation

_SHOULD = re.compile(
    r"\(\s*(?:this\s+)?(?:should|must|has\s+to|needs\s+to)\s+"
    r"(?:be\s+(?P<sign>zero|negative|positive)|(?:be\s+)?(?P<said>[^()]+))\s*\)",
    re.I,
)
_SUBJECT_START = re.compile(r"[,:;|]\s*|\s+-\s+|\.\s+")


def read_expectations(nodes: Iterable[Node]) -> tuple[Expectation, ...]:
    """The expectations of a step, in order. Prose that is no comparison is none."""
    found: list[Expectation] = []
    for node in all_nodes(nodes):
        found += _in_parentheses(node.text)
        field = node.field
        if field and field.label.casefold() in ("success", "success criteria", "expected"):
            condition = parse_condition(field.value.text, field.value.span)
            if is_comparison(condition):
                found.append(Expectation(condition, field.value.line, field.value.span()))
    return tuple(found)


def says_success(text: RichText) -> bool:
    """Whether one of the lines says what success is."""
    labels = (field.label.casefold() for line in logical_lines(text) if (field := line.field))
    return any(label in ("success", "success criteria") for label in labels)


def is_comparison(condition: Condition) -> bool:
    """Whether every part of the condition compares."""
    match condition:
        case Comparison():
            return True
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return all(is_comparison(part) for part in parts)
        case Not(part=part):
            return is_comparison(part)
        case _:
            return False


def _in_parentheses(text: RichText) -> list[Expectation]:
    found = []
    for match in _SHOULD.finditer(text.text):
        starts = [m.end() for m in _SUBJECT_START.finditer(text.text, 0, match.start())]
        subject = text.part(starts[-1] if starts else 0, match.start())
        group = "sign" if match["sign"] else "said"
        said = text.part(match.start(group), match.end(group))
        whole = subject.joined(" is " if match["sign"] else " ", said)
        condition = parse_condition(whole.text, whole.span)
        if is_comparison(condition):
            inside = text.text[match.start() + 1 : match.end() - 1]
            words = " ".join(f"{subject.line} {inside}".split())
            found.append(Expectation(condition, words, text.span(match.start(), match.end())))
    return found
