"""What looks like a branch, a call or a move and was not read as one: a diagnostic each."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from runner.document.blocks import Block, ListBlock, Quote
from runner.document.branch_lines import take_apart
from runner.document.consequences import ARROW, read_consequences
from runner.document.invocations import named_keys
from runner.document.mentions import mentions_a_place, mentions_a_target, sounds_conditional
from runner.document.nodes import (
    NO_BRANCH_LABELS,
    Node,
    all_nodes,
    build_nodes,
    fences_in,
)
from runner.document.outline import Part
from runner.document.rich_text import is_known_label
from runner.document.rollbacks import is_about_action
from runner.document.unread import NAMES_A_PLACE, cut, unread_headings
from runner.model.diagnostics import Diagnostic, Severity
from runner.model.identity import KeyName, StepId
from runner.model.numbering import GAP, NUMBER, plain_number
from runner.model.runbook import Advice, GoOn, GoToStep, Runbook, SectionKind
from runner.model.source import Span

_IF = re.compile(r"\b(?:if|unless|otherwise|else|none of)\b", re.I)
_MOVES = re.compile(
    r"(?:continue|go|skip|proceed|return|jump)\s+(?:on\s+|back\s+)?(?:to|with|at)\b"
    r"|(?:see|apply|take)\s+actions?\s+\d|escalate\s+to\b|re-?run\s+step\b"
    r"|(?:stop\s+here|(?-i:STOP|Stop))\s*(?:$|[-–—:.(!])",
    re.I,
)
_STANDING = re.compile(r"(?:escalate|roll\s?-?back)\s+(?:immediately\s+)?(?:if|when)\b", re.I)
_TRIGGER = re.compile(
    r"(?:escalate|roll\s?-?back)\s+(?:immediately\s*:|immediately\s+(?:on|after|once)|after|once|on\b|upon"
    r"|in\s+case|unless|whenever|as\s+soon)",
    re.I,
)
"""A trigger of Rollback / Escalation that is no `Escalate if`: `Escalate after 30 minutes`."""
_MOVE_BEHIND = re.compile(
    rf"(?:[:|?.]\s+|\s{ARROW}\s*)(?:if\b[^:.]{1, 60}:\s*)?"
    r"(?:(?:continue|go|skip|proceed|return|jump)\s+(?:on\s+|back\s+)?(?:to|with|at)\b|goto\b"
    r"|(?:see|apply|take)\s+actions?\s+\d|escalate\b|stop\s*(?:$|[.;])|re-?run\s+step\b)"
    rf"|{ARROW}\s*(?:step|action)\s+\d",
    re.I,
)
"""A move behind words that are no condition: `Timeouts → Action 1`, `When it fails: escalate`."""
_MISSPELT = re.compile(r"jupyter-\w+(?:-\w+)*", re.I)
_ROUTING = (SectionKind.SCOPE, SectionKind.WHEN_TO_USE, SectionKind.WHEN_NOT_TO_USE)
_ONLY_THERE = "branches are read in steps and safety checks, outside block quotes"
_NOT_IN_CODE = "branches are read in steps and safety checks, outside code"
_STEPS = (SectionKind.DIAGNOSIS, SectionKind.SAFETY, SectionKind.OTHER)


def strays(parts: tuple[Part, ...], runbook: Runbook) -> tuple[Diagnostic, ...]:
    """Everything in these parts that a reader would follow and a run does not.

    Scope and the two sections about when to use the runbook send people elsewhere before a run.
    """
    places = runbook.places + runbook.verification
    branches = [branch for place in places for branch in place.branches]
    starts = [branch.span.start for branch in branches]
    starts += [consequence.span.start for b in branches for consequence in b.consequences]
    starts = sorted(starts + [condition.span.start for condition in runbook.standing])
    calls = [*(call for place in places for call in place.invocations), *runbook.follow_ups]
    called = {call.key.text for call in calls}
    found: list[Diagnostic] = []
    for part in parts:
        nodes = tuple(_lines(part))
        found += unread_headings(part, runbook)
        if part.kind not in _ROUTING:
            found += _branches(nodes, starts)
        is_evidence = part.kind is SectionKind.EVIDENCE
        found += _keys(_quoted(part.blocks) if is_evidence else nodes, called)
        if part.kind not in _STEPS:
            found += _places_in_prose(nodes, runbook)
        if part.kind in _STEPS:
            found += _moves(part.nodes, runbook)
            found += _in_code(part.blocks, runbook)
            for quote in _quotes(part.blocks):
                found += _moves(build_nodes(quote.blocks), runbook)
    return tuple(dict.fromkeys(found))


def _lines(part: Part) -> Iterator[Node]:
    """The lines of a part, block quotes too; of Rollback only what no run reads there."""
    lines = _outside_rollbacks if part.kind is SectionKind.ROLLBACK else all_nodes
    yield from lines(part.nodes)
    yield from _quoted(part.blocks)


def _outside_rollbacks(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if not is_about_action(node):
            if not _STANDING.match(node.text.text):
                yield node
            yield from _outside_rollbacks(node.children)


def _quoted(blocks: Iterable[Block]) -> Iterator[Node]:
    """The lines of block quotes and of HTML."""
    for quote in _quotes(blocks):
        yield from all_nodes(build_nodes(quote.blocks))


def _quotes(blocks: Iterable[Block]) -> Iterator[Quote]:
    for block in blocks:
        if isinstance(block, Quote):
            yield block
            yield from _quotes(block.blocks)
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _quotes(item.blocks)


def _branches(nodes: Iterable[Node], starts: list[int]) -> Iterator[Diagnostic]:
    for node in nodes:
        words = node.text.text
        triggers = _STANDING.match(words) or _TRIGGER.match(words)
        if not triggers and not (_IF.search(words) and take_apart(node)):
            continue
        span = node.text.span()
        at = bisect_left(starts, span.start)
        is_read = at < len(starts) and starts[at] <= span.end
        if not is_read and (
            triggers or _leads_somewhere(node) or mentions_a_target(node.text.line)
        ):
            yield _not_followed(_short(node), span, _ONLY_THERE)


def _leads_somewhere(node: Node) -> bool:
    if any(mentions_a_place(below.text.line) for below in all_nodes(node.children)):
        return True
    texts = [line.consequence for line in take_apart(node)]
    texts += [child.text for child in node.children if texts]
    return any(not isinstance(c, Advice) for text in texts for c in read_consequences(text))


def _keys(nodes: Iterable[Node], called: set[str]) -> Iterator[Diagnostic]:
    for node in nodes:
        for name, at in (*named_keys(node.text), *_misspelt_keys(node)):
            if name not in called:
                yield Diagnostic(
                    "RB011",
                    Severity.WARNING,
                    f"{name} is named and never called",
                    node.text.span(at, at + len(name)),
                    "call it in a step (`- **KEY**: …`), or leave the name out",
                )


def _misspelt_keys(node: Node) -> Iterator[tuple[str, int]]:
    """Names of KEYs with capitals or underscores, which are none; RB302 tells KEY fields."""
    if node.field and node.field.label.casefold() == "key":
        return
    for code, at in node.text.codes():
        if _MISSPELT.fullmatch(code) and not KeyName.is_well_formed(code):
            yield code, at


def _moves(nodes: Iterable[Node], runbook: Runbook) -> Iterator[Diagnostic]:
    """Moves without a condition, unless they lead to the next step anyway."""
    starts = [place.span.start for place in runbook.places]
    for node in nodes:
        if take_apart(node) or _STANDING.match(node.text.text):
            continue
        if not node.is_item and NAMES_A_PLACE.match(node.text.text):
            yield from _moves(node.children, runbook)
            continue
        at = bisect_right(starts, node.text.span().start)
        following = runbook.places[at].id if at < len(starts) else None
        if _hides_a_move(node) or (_mentions(node) and sounds_conditional(node.text.line)):
            hint = "begin it with If, or with Otherwise"
            yield _not_followed(_short(node), node.text.span(), hint)
            continue
        if at and (_moves_away(node, following) or _mentions_another(node, following)):
            yield Diagnostic(
                "RB012",
                Severity.NOTE,
                f'"{_short(node)}" has no condition: a run does not follow it',
                node.text.span(),
                "make it a branch, such as `- Otherwise: …`",
            )
        yield from _moves(node.children, runbook)


def _places_in_prose(nodes: Iterable[Node], runbook: Runbook) -> Iterator[Diagnostic]:
    """Lines outside the steps that send a reader to one on a condition, and are not read so."""
    places = runbook.places + runbook.verification
    branches = [branch for place in places for branch in place.branches]
    read = [c for b in branches for c in b.consequences if not isinstance(c, Advice)]
    starts = sorted(consequence.span.start for consequence in read)
    for node in nodes:
        words = node.text.line
        if not (mentions_a_place(words) and sounds_conditional(words) and _mentions(node)):
            continue
        span = node.text.span()
        at = bisect_left(starts, span.start)
        if at == len(starts) or starts[at] > span.end:
            yield _not_followed(_short(node), span, _ONLY_THERE)


def _in_code(blocks: Iterable[Block], runbook: Runbook) -> Iterator[Diagnostic]:
    """Branches in code: in a comment, or because four spaces made code of a paragraph."""
    source = runbook.source.text
    for fence in fences_in(blocks):
        for line in fence.text.splitlines():
            words = line.strip(" \t#/-*_>")
            if not (_IF.match(words) and mentions_a_target(words)):
                continue
            at = source.find(words, fence.span.start, fence.span.end)
            span = Span(at, at + len(words)) if at >= 0 else fence.span
            yield _not_followed(cut(words), span, _NOT_IN_CODE)


def _not_followed(quoted: str, span: Span, hint: str) -> Diagnostic:
    message = f'"{quoted}" looks like a branch and is not followed from here'
    return Diagnostic("RB010", Severity.WARNING, message, span, hint)


def _hides_a_move(node: Node) -> bool:
    field = node.field
    is_prose = field is not None and is_known_label(field.label)
    return not is_prose and _MOVE_BEHIND.search(node.text.text) is not None


def _mentions(node: Node) -> bool:
    field = node.field
    is_prose = field is not None and (
        NO_BRANCH_LABELS.match(field.label) or field.label.casefold() in ("location", "next steps")
    )
    return not is_prose and mentions_a_target(node.text.line)


def _mentions_another(node: Node, following: StepId | None) -> bool:
    """Whether a line without a condition names a place that is not the next one anyway."""
    named = re.search(rf"step{GAP}({NUMBER})", node.text.text, re.I)
    is_next = named and following and plain_number(named[1]) == following.number
    return _mentions(node) and not is_next


def _moves_away(node: Node, following: StepId | None) -> bool:
    field = node.field
    text = field.value if field and field.label.casefold().startswith("next step") else node.text
    if not _MOVES.match(text.text):
        return False
    found = [c for c in read_consequences(text) if not isinstance(c, Advice | GoOn)]
    return any(not (isinstance(c, GoToStep) and c.step == following) for c in found)


def _short(node: Node) -> str:
    return cut(node.text.line)
