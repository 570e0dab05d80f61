"""Steps, checks and actions: a heading or an item, and what is read out of its body."""

import re
from collections.abc import Iterator, Mapping

from runner.document.blocks import Block, Heading, Item, Paragraph
from runner.document.branch_lines import counted
from runner.document.branches import read_branches
from runner.document.expectations import read_expectations
from runner.document.invocations import read_invocations
from runner.document.nodes import (
    Node,
    all_nodes,
    build_nodes,
    fences_in,
    is_conditional,
    without_task_box,
)
from runner.document.rich_text import RichText
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import Action, Field, Reversibility, Step
from runner.model.source import SourceText, Span

_NUMBERED = r"[^\w]*(?:\d+[.)]\s*)?{word}\s+(\d\w*(?:\.\d\w*)*)\s*(?:[-:.–—)]\s*|$|\s(?=\S))(.*)"
_STEP = re.compile(_NUMBERED.format(word="step"), re.I | re.S)
_ACTION = re.compile(_NUMBERED.format(word="action"), re.I | re.S)
_REVERSIBILITY = re.compile(r"\(([^()]*\b(?:ir)?reversible\b[^()]*)\)", re.I)


def read_steps(source: SourceText, blocks: tuple[Block, ...]) -> Iterator[Step]:
    """The steps that headings in `blocks` begin."""
    for heading, number, title, body in _headed(blocks, _STEP):
        yield _step(source, StepId(PlaceKind.STEP, number), title, heading.text.span(), body)


def read_actions(
    source: SourceText, blocks: tuple[Block, ...], rollbacks: Mapping[str, str]
) -> Iterator[Action]:
    """The actions that headings in `blocks` begin; `rollbacks` are said elsewhere, by number."""
    for heading, number, title, body in _headed(blocks, _ACTION):
        action = _action(source, number, title, heading, body)
        yield action.with_rollback_block(rollbacks.get(number, ""))


def read_check(source: SourceText, step: StepId, item: Item, horizon: str = "") -> Step:
    """A safety or verification check: an item of a list."""
    first = item.blocks[0] if item.blocks else None
    text = without_task_box(first.text) if isinstance(first, Paragraph) else RichText("", (0,))
    return _step(source, step, text.line.rstrip(":"), text.span(), item.blocks, horizon)


def _action(
    source: SourceText, number: str, title: str, heading: Heading, body: tuple[Block, ...]
) -> Action:
    stated = _REVERSIBILITY.search(title)
    words = stated[1].casefold() if stated else ""
    kind = Reversibility.UNSTATED
    if stated:
        irreversible = "irreversible" in words
        kind = Reversibility.IRREVERSIBLE if irreversible else Reversibility.REVERSIBLE
    return Action(
        number=number,
        title=_REVERSIBILITY.sub("", title).strip(),
        reversibility=kind,
        with_caution="caution" in words,
        span=heading.text.span(),
        body=_body_text(source, body),
        fields=_fields(build_nodes(body)),
        fences=tuple(fences_in(body)),
    )


def _headed(
    blocks: tuple[Block, ...], pattern: re.Pattern[str]
) -> Iterator[tuple[Heading, str, str, tuple[Block, ...]]]:
    """Headings that match, with number, title and the blocks below them."""
    for at, block in enumerate(blocks):
        match = pattern.fullmatch(block.text.line) if isinstance(block, Heading) else None
        if match is None or not isinstance(block, Heading):
            continue
        end = at + 1
        while end < len(blocks) and not _ends(blocks[end], block.level, pattern):
            end += 1
        yield block, match[1], match[2].strip(), blocks[at + 1 : end]


def _ends(block: Block, level: int, pattern: re.Pattern[str]) -> bool:
    if not isinstance(block, Heading):
        return False
    return block.level <= level or pattern.fullmatch(block.text.line) is not None


def _step(
    source: SourceText,
    step: StepId,
    title: str,
    span: Span,
    blocks: tuple[Block, ...],
    horizon: str = "",
) -> Step:
    nodes = build_nodes(blocks)
    return Step(
        id=step,
        title=title,
        span=span,
        body=_body_text(source, blocks),
        fields=_fields(nodes),
        fences=tuple(fences_in(blocks)),
        invocations=read_invocations(nodes),
        expectations=read_expectations(nodes),
        branches=read_branches(nodes, counted(title)),
        horizon=horizon,
    )


def _fields(nodes: tuple[Node, ...]) -> tuple[Field, ...]:
    found = []
    for node in all_nodes(nodes):
        field = node.field
        if field and not is_conditional(node.text):
            below = "; ".join(child.text.line for child in node.children)
            value = field.value.line or below
            found.append(Field(field.label, value, node.text.span()))
    return tuple(found)


def _body_text(source: SourceText, blocks: tuple[Block, ...]) -> str:
    if not blocks:
        return ""
    return "\n".join(source.lines[blocks[0].line : blocks[-1].end]).strip("\n")
