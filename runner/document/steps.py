"""Steps, checks and actions: a heading or an item, and what is read out of its body."""

import re
from collections.abc import Iterator, Mapping

from runner.document.blocks import Block, Item, Paragraph
from runner.document.branch_lines import counted
from runner.document.branches import read_branches
from runner.document.expectations import read_expectations
from runner.document.headed import ACTION, REVERSIBILITY, STEP, Headed, headed, numbered_items
from runner.document.invocations import read_invocations
from runner.document.nodes import (
    Node,
    all_nodes,
    build_nodes,
    fences_in,
    is_conditional,
    logical_lines,
    without_task_box,
)
from runner.document.rich_text import RichText
from runner.model.identity import PlaceKind, StepId
from runner.model.numbering import plain_number
from runner.model.runbook import Action, Field, Reversibility, Step
from runner.model.source import SourceText, Span


def read_steps(
    source: SourceText, blocks: tuple[Block, ...], pattern: re.Pattern[str] = STEP
) -> Iterator[Step]:
    """The steps that headings in `blocks` begin."""
    for found in headed(blocks, pattern):
        step = StepId(PlaceKind.STEP, found.number)
        yield _step(source, step, found.title, found.heading.text.span(), found.body)


def read_listed_steps(source: SourceText, blocks: tuple[Block, ...]) -> Iterator[Step]:
    """The steps that the items of the numbered lists in `blocks` are."""
    for number, item in numbered_items(blocks):
        yield read_check(source, StepId(PlaceKind.STEP, str(number)), item)


def read_actions(
    source: SourceText,
    blocks: tuple[Block, ...],
    rollbacks: Mapping[str, str],
    pattern: re.Pattern[str] = ACTION,
) -> Iterator[Action]:
    """The actions that headings in `blocks` begin; `rollbacks` are said elsewhere, by number."""
    for found in headed(blocks, pattern):
        action = _action(source, found.number, found.title, found.heading.text.span(), found.body)
        yield action.with_rollback_block(rollbacks.get(found.number, ""))


def read_listed_actions(
    source: SourceText, blocks: tuple[Block, ...], rollbacks: Mapping[str, str]
) -> Iterator[Action]:
    """The actions that items of numbered lists in `blocks` are: none where one is a branch."""
    items = [(number, item, _first_line(item)) for number, item in numbered_items(blocks)]
    if any(not text.text or is_conditional(text) for _, _, text in items):
        return
    for number, item, text in items:
        title = ACTION.fullmatch(_title(text))
        stated = plain_number(title[1]) if title else str(number)
        words = title[2].strip() if title else _title(text)
        action = _action(source, stated, words, text.span(), item.blocks)
        yield action.with_rollback_block(rollbacks.get(stated, ""))


def read_check(source: SourceText, step: StepId, item: Item, horizon: str = "") -> Step:
    """A safety or verification check, or a step: an item of a list."""
    text = _first_line(item)
    return _step(source, step, _title(text), text.span(), item.blocks, horizon)


def read_headed_check(source: SourceText, step: StepId, found: Headed, horizon: str = "") -> Step:
    """A safety or verification check that a heading begins."""
    return _step(source, step, found.title, found.heading.text.span(), found.body, horizon)


def _first_line(item: Item) -> RichText:
    """The text that an item begins with; empty where it begins with something else."""
    first = item.blocks[0] if item.blocks else None
    return without_task_box(first.text) if isinstance(first, Paragraph) else RichText("", (0,))


def _title(text: RichText) -> str:
    """What an item is called: its first line, without the label of what success is."""
    first = (logical_lines(text) or (text,))[0]
    field = first.field
    is_success = field is not None and field.label.casefold().startswith("success")
    return (field.value if field and is_success else first).line.rstrip(":")


def _action(
    source: SourceText, number: str, title: str, span: Span, body: tuple[Block, ...]
) -> Action:
    stated = REVERSIBILITY.search(title)
    words = stated[1].casefold() if stated else ""
    kind = Reversibility.UNSTATED
    if stated:
        irreversible = "irreversible" in words
        kind = Reversibility.IRREVERSIBLE if irreversible else Reversibility.REVERSIBLE
    return Action(
        number=number,
        title=REVERSIBILITY.sub("", title).strip(),
        reversibility=kind,
        with_caution="caution" in words,
        span=span,
        body=_body_text(source, body),
        fields=_fields(build_nodes(body)),
        fences=tuple(fences_in(body)),
    )


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
