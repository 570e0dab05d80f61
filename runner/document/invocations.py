"""KEY calls of a step: which KEY, with what input, and what it is said to answer."""

import re
from collections.abc import Iterable

from runner.document.nodes import Node, all_nodes
from runner.document.rich_text import LabelledText, RichText
from runner.model.frozen import frozen
from runner.model.identity import KEY_IN_TEXT, NOTEBOOK_PREFIX, KeyName, PlaceKind, StepId
from runner.model.numbering import GAP, NUMBER, plain_number
from runner.model.runbook import InputSpec, KeyInvocation, Question

_KEY = re.compile(KEY_IN_TEXT)
_ANY_KEY = re.compile(r"\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+\b")
_CALLS = re.compile(r"(?:run|use|execute|call)\b", re.I)
_INPUT_JOIN = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
_FROM_STEP = re.compile(rf"^(.*?)\s+(?:from|of|made (?:in|by))\s+step{GAP}({NUMBER})", re.I)
_PROSE_INPUT = re.compile(
    r"\b(?:with|using|taking)\s+(?P<as>.+?)\s+as\s+(?:its\s+|the\s+|an?\s+)?inputs?\b"
    r"|\bwith\s+(?:the\s+)?inputs?\s*:?\s+(?P<input>.+?)(?=[.;]\s|[.;]?$)"
    r"|\bKEY\s+on\s+(?P<on>.+?)(?=[.;]\s|[.;]?$)",
    re.I,
)
"""An input that the line of a call names by itself: `Run … with the change calendar as input`."""
_CALL_LABELS = (
    "key",
    "keys",
    "jupyter key",
    "jupyter keys",
    "run",
    "use",
    "execution",
    "automated (preferred)",
)


@frozen
class _Call:
    key: KeyName
    text: RichText
    at: int


def read_invocations(nodes: tuple[Node, ...]) -> tuple[KeyInvocation, ...]:
    """The KEY calls of a step, in order. A field belongs to the call before it, or to the first."""
    calls: list[_Call] = []
    fields: list[list[tuple[LabelledText, Node]]] = [[]]
    for node in all_nodes(nodes):
        found = _called_keys(node)
        if found and calls:
            fields.append([])
        calls += found[:1]
        for further in found[1:]:
            calls.append(further)
            fields.append([])
        if field := node.field:
            fields[-1].append((field, node))
    return tuple(
        _invocation(number, call, fields[number - 1]) for number, call in enumerate(calls, 1)
    )


def key_names_in(nodes: Iterable[Node]) -> tuple[KeyName, ...]:
    """Every KEY that is named in these lines, once, in order."""
    names = (m[0] for node in all_nodes(nodes) for m in _KEY.finditer(node.text.text))
    return tuple(KeyName(name) for name in dict.fromkeys(names))


def named_keys(text: RichText) -> tuple[tuple[str, int], ...]:
    """The notebooks that a line names, each with where; paths name none."""
    if NOTEBOOK_PREFIX not in text.text:
        return ()
    found = ((m[0], m.start()) for m in _KEY.finditer(text.text))
    return tuple(pair for pair in found if pair[0].startswith(NOTEBOOK_PREFIX))


def _called_keys(node: Node) -> list[_Call]:
    text, field = node.text, node.field
    if field and field.label.casefold() in _CALL_LABELS:
        start = len(text.text) - len(field.value.text)
        pattern = _ANY_KEY if field.label.casefold() == "key" else _KEY
    elif _CALLS.match(text.text):
        start, pattern = 0, _KEY
    else:
        return []
    return [_Call(KeyName(m[0]), text, m.start()) for m in pattern.finditer(text.text, start)]


def _invocation(number: int, call: _Call, fields: list[tuple[LabelledText, Node]]) -> KeyInvocation:
    inputs = _prose_inputs(call)
    questions: list[Question] = []
    texts = {"output": "", "location": "", "next": ""}
    location_span = None
    for field, node in fields:
        label = field.label.casefold()
        if label.startswith("input"):
            inputs += _inputs(field.value)
            inputs += [spec for child in node.children for spec in _inputs(child.text)]
        elif label.startswith("question"):
            questions += [Question(c.text.line, c.text.span()) for c in node.children]
        elif label in ("output", "outputs", "expected output", "expected outputs"):
            texts["output"] = texts["output"] or field.value.line or "see below"
        elif label == "location":
            texts["location"], location_span = field.value.line, field.value.span()
        elif label.startswith("next step"):
            below = "; ".join(child.text.line for child in node.children)
            texts["next"] = field.value.line or below
    return KeyInvocation(
        key=call.key,
        ordinal=number,
        span=call.text.span(call.at, call.at + len(call.key.text)),
        inputs=tuple(inputs),
        expected_output=texts["output"],
        questions=tuple(questions),
        location=texts["location"],
        location_span=location_span,
        next_steps=texts["next"],
    )


def _prose_inputs(call: _Call) -> list[InputSpec]:
    match = _PROSE_INPUT.search(call.text.text, call.at)
    if match is None:
        return []
    group = match.lastgroup or "as"
    return _inputs(call.text.part(match.start(group), match.end(group)))


def _inputs(text: RichText) -> list[InputSpec]:
    found = []
    for part in text.split(_INPUT_JOIN):
        made = _FROM_STEP.match(part.line)
        step = StepId(PlaceKind.STEP, plain_number(made[2])) if made else None
        found.append(InputSpec(part.line, part.span(), made[1] if made else "", step))
    return found
