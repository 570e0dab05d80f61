"""Text to `Runbook`: `parse_runbook` never raises, and drops nothing that it recognises."""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from runner.conditions.grammar import parse_condition
from runner.document.blocks import Block
from runner.document.check_lists import prohibitions, safety_checks, verification_checks
from runner.document.evidence_list import evidence_items
from runner.document.front_matter import read_front_matter
from runner.document.headed import BARE
from runner.document.invocations import key_names_in, read_invocations
from runner.document.markdown import read_blocks
from runner.document.naming import name_of
from runner.document.nodes import Node, all_nodes, build_nodes
from runner.document.outline import Part, outline
from runner.document.pack import Pack, merged, read_pack
from runner.document.reruns import with_reruns
from runner.document.rich_text import RichText
from runner.document.rollbacks import is_about_action, read_rollbacks
from runner.document.steps import (
    read_actions,
    read_listed_actions,
    read_listed_steps,
    read_steps,
)
from runner.document.strays import strays
from runner.model.diagnostics import DiagnosedDocument
from runner.model.frozen import frozen
from runner.model.runbook import (
    Action,
    Metadata,
    Runbook,
    Section,
    SectionKind,
    StandingCondition,
    StandingKind,
    Step,
)
from runner.model.source import SourceText

_STANDING = re.compile(
    r"(escalate|roll\s?-?back)\s*:?\s+(?:[\w'’ -]{1,40}?\s+)?(?:if|when)\b\s*:?\s*"
    r"|(escalation|roll\s?-?back)\s+(?:triggers?|criteria|conditions?)\s*(?:$|:\s*)"
    r"|when\s+to\s+(escalate|roll\s?-?back)\s*(?:$|:\s*)",
    re.I,
)
_LEADING_IF = re.compile(r"if\s+(?=\S)", re.I)
_ALERT = re.compile(r"alerts?\b", re.I)
_QUOTED = re.compile(r"[\"“`]([^\"“”`]+)[\"”`]?")
_NOT_STEPS = (SectionKind.SAFETY, SectionKind.ACTIONS, SectionKind.VERIFICATION)


@frozen
class ParsedRunbook:
    """A runbook and what is wrong with its text."""

    runbook: Runbook
    document: DiagnosedDocument


def parse_runbook(source: SourceText, pack: str = "") -> ParsedRunbook:
    """Read a runbook. What it is called comes from its metadata, its heading and its file name.

    `pack` is the text of the `pack.json` beside it, if there is one.
    """
    front = read_front_matter(source)
    beside = read_pack(pack) if pack else Pack(Metadata())
    metadata = merged(front.metadata, beside.metadata)
    parts = outline(read_blocks(source, front.lines))
    sections = parts.sections
    name = name_of(source, metadata, parts)
    evidence = _nodes(_of_kind(sections, SectionKind.EVIDENCE))
    safety = safety_checks(source, _of_kind(sections, SectionKind.SAFETY))
    places = with_reruns(safety + _steps(source, parts.preamble, sections))
    runbook = Runbook(
        source=source,
        slug=name.slug,
        title=name.title,
        metadata=metadata,
        sections=tuple(
            Section(p.kind, p.heading.text.line, p.heading.text.span()) for p in sections
        ),
        safety_checks=places[: len(safety)],
        do_not=prohibitions(sections),
        steps=places[len(safety) :],
        actions=_actions(source, sections),
        verification=verification_checks(source, _of_kind(sections, SectionKind.VERIFICATION)),
        standing=_standing(_of_kind(sections, SectionKind.ROLLBACK)),
        alerts=_alerts(_of_kind(sections, SectionKind.WHEN_TO_USE)),
        evidence_keys=key_names_in(evidence),
        evidence=evidence_items(evidence),
        follow_ups=read_invocations(_nodes(_of_kind(sections, SectionKind.FOLLOW_UPS))),
    )
    found = front.diagnostics + beside.diagnostics + strays(parts.parts, runbook)
    return ParsedRunbook(runbook, DiagnosedDocument(source, found))


def _of_kind(sections: tuple[Part, ...], kind: SectionKind) -> tuple[Part, ...]:
    return tuple(part for part in sections if part.kind is kind)


def _nodes(parts: Iterable[Part]) -> tuple[Node, ...]:
    return tuple(node for part in parts for node in build_nodes(part.blocks))


def _steps(
    source: SourceText, preamble: tuple[Block, ...], sections: tuple[Part, ...]
) -> tuple[Step, ...]:
    found: list[Step] = []
    bodies = [preamble, *((p.heading, *p.blocks) for p in sections if p.kind not in _NOT_STEPS)]
    for blocks in bodies:
        found += read_steps(source, blocks)
    return tuple(found) or _numbered_steps(source, _of_kind(sections, SectionKind.DIAGNOSIS))


def _numbered_steps(source: SourceText, parts: tuple[Part, ...]) -> tuple[Step, ...]:
    """The steps of a diagnosis that has numbers without the word: headings, or items of lists."""
    blocks = tuple(block for part in parts for block in part.blocks)
    by_heading = tuple(read_steps(source, blocks, BARE))
    return by_heading or tuple(read_listed_steps(source, blocks))


def _actions(source: SourceText, sections: tuple[Part, ...]) -> tuple[Action, ...]:
    found: list[Action] = []
    rollbacks = read_rollbacks(_nodes(_of_kind(sections, SectionKind.ROLLBACK)))
    for part in sections:
        blocks = (part.heading, *part.blocks)
        if part.kind in (SectionKind.ROLLBACK, SectionKind.VERIFICATION):
            continue
        found += read_actions(source, blocks, rollbacks)
    if not found:
        for part in _of_kind(sections, SectionKind.ACTIONS):
            found += read_actions(source, part.blocks, rollbacks, BARE)
    if not found:
        blocks = tuple(b for p in _of_kind(sections, SectionKind.ACTIONS) for b in p.blocks)
        found += read_listed_actions(source, blocks, rollbacks)
    return tuple(found)


def _standing(parts: tuple[Part, ...]) -> tuple[StandingCondition, ...]:
    found: list[StandingCondition] = []
    nodes = _nodes(parts)
    ways_back = [node for node in all_nodes(nodes) if is_about_action(node)]
    undoing = {id(node) for way in ways_back for node in all_nodes(way.children)}
    for node, behind in _with_items_behind(nodes):
        match = _STANDING.match(node.text.text)
        if match is None or (id(node) in undoing and match[0][0] in "rR"):
            continue
        word = match[1] or match[2] or match[3]
        kind = StandingKind.ESCALATE if word[0] in "eE" else StandingKind.ROLLBACK
        is_bare = not node.children and match.end() == len(node.text.text)
        children = behind if is_bare else node.children
        below = [child.text for child in children if not _begins_its_own(child)]
        texts = below or [node.text.part(match.end())]
        for text in map(_as_condition, texts):
            if text.text:
                condition = parse_condition(text.text, text.span)
                number = len(found) + 1
                found.append(StandingCondition(kind, number, condition, text.line, text.span()))
    return tuple(found)


def _as_condition(text: RichText) -> RichText:
    """A line of the list: without its If, and of a row of a table the first cell."""
    cell = text.part(0, text.text.index(" | ")) if " | " in text.text else text
    lead = _LEADING_IF.match(cell.text)
    return cell.part(lead.end()) if lead else cell


def _with_items_behind(nodes: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with the items of the list that follows it: `**Escalate if**`, then a list."""
    for at, node in enumerate(nodes):
        yield node, tuple(takewhile(lambda one: one.is_item, nodes[at + 1 :]))
        yield from _with_items_behind(node.children)


def _begins_its_own(node: Node) -> bool:
    """Whether a line in a list of conditions is none of them, but the head of something else."""
    return _STANDING.match(node.text.text) is not None or is_about_action(node)


def _alerts(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """What is quoted or written as code behind the word Alert, in order."""
    found: list[str] = []
    for node in all_nodes(_nodes(parts)):
        text = node.text
        if word := _ALERT.search(text.text):
            marked = [(start, name) for name, start in text.codes() if start >= word.end()]
            marked += [(m.start(), m[1]) for m in _QUOTED.finditer(text.text, word.end())]
            found += [" ".join(name.split()) for _, name in sorted(marked)]
    return tuple(dict.fromkeys(found))
