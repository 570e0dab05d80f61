"""The lists of checks: safety, verification, and what one must not do."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from runner.document.blocks import (
    Block,
    CodeBlock,
    Heading,
    Item,
    ListBlock,
    Paragraph,
    TableBlock,
)
from runner.document.expectations import says_success
from runner.document.headed import CHECK, DO_NOT, headed, is_prohibition, numbered_items
from runner.document.nodes import all_nodes, build_nodes, is_conditional
from runner.document.outline import Part
from runner.document.rich_text import RichText
from runner.document.steps import read_check, read_headed_check
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import Step
from runner.model.source import SourceText

_SUCCESS_COLUMN = re.compile(
    r"success\b.*|expect(?:ed|ation)\b.*|pass(?:es)?\b.*|criteri(?:on|a)", re.I
)
_CHECK_COLUMN = re.compile(r"(?:what to )?(?:verif\w*|checks?|tests?)\b.*", re.I)
_COUNT_COLUMN = re.compile(r"[^\w]*|n(?:o|r|um(?:ber)?)?\.?", re.I)


def safety_checks(source: SourceText, parts: tuple[Part, ...]) -> tuple[Step, ...]:
    """Items of numbered lists, or of bullets where there are none, and headings `Check N`."""
    found: list[Step] = []

    def place() -> StepId:
        return StepId(PlaceKind.SAFETY, str(len(found) + 1))

    for part in parts:
        heads = tuple(headed(part.blocks, CHECK))
        before = part.blocks.index(heads[0].heading) if heads else len(part.blocks)
        for item in _top_items(part.blocks[:before]):
            found.append(read_check(source, place(), item))
        for head in heads:
            found.append(read_headed_check(source, place(), head))
    return tuple(found)


def verification_checks(source: SourceText, parts: tuple[Part, ...]) -> tuple[Step, ...]:
    """Items of lists, headings `Check N`, rows of tables of checks, and lines with a Success.

    Other headings are horizons.
    """
    found: list[Step] = []

    def place() -> StepId:
        return StepId(PlaceKind.VERIFICATION, str(len(found) + 1))

    for part in parts:
        heads = {id(head.heading): head for head in headed(part.blocks, CHECK)}
        below = {id(block) for head in heads.values() for block in head.body}
        for horizon, heading, blocks in _by_heading(part.blocks):
            if heading and id(heading) in heads:
                found.append(read_headed_check(source, place(), heads[id(heading)], horizon))
            for item in _checks_of(block for block in blocks if id(block) not in below):
                found.append(read_check(source, place(), item, horizon))
    return tuple(found)


def _by_heading(
    blocks: tuple[Block, ...],
) -> Iterator[tuple[str, Heading | None, tuple[Block, ...]]]:
    """The blocks below each heading, with the horizon that they stand under."""
    horizon, heading, below = "", None, list[Block]()
    for block in blocks:
        if not isinstance(block, Heading):
            below.append(block)
            continue
        yield horizon, heading, tuple(below)
        heading, below = block, []
        if not CHECK.fullmatch(block.text.line):
            horizon = block.text.line
    yield horizon, heading, tuple(below)


def _checks_of(blocks: Iterable[Block]) -> tuple[Item, ...]:
    """Items of lists, rows of tables of checks, and lines with a Success.

    Such a line belongs to the item right before it, where that says no success, or else with the
    paragraph right before it.
    """
    items: list[Item] = []
    held: tuple[Block, ...] = ()
    joins = False
    for block in blocks:
        is_success = isinstance(block, Paragraph) and says_success(block.text)
        if isinstance(block, ListBlock):
            items += block.items
            held, joins = (), not any(map(_states_success, block.items[-1:]))
        elif isinstance(block, TableBlock):
            items += _rows_as_checks(block)
            held, joins = (), False
        elif is_success and joins:
            items[-1] = Item((*items[-1].blocks, block), items[-1].line, block.end)
            joins = False
        elif is_success:
            items.append(Item((*held, block), (*held, block)[0].line, block.end))
            held = ()
        elif isinstance(block, CodeBlock):
            held = (*held, block) if held else ()
        else:
            held, joins = ((block,) if isinstance(block, Paragraph) else ()), False
    return tuple(items)


def is_table_of_checks(table: TableBlock) -> bool:
    """Whether the header row says that each row is a check: `Check | Success`."""
    heads = [cell.line for cell in table.head]
    names_checks = any(_CHECK_COLUMN.fullmatch(head) for head in heads)
    names_success = any(_SUCCESS_COLUMN.fullmatch(head) for head in heads)
    is_routing = any(is_conditional(row[0]) for row in table.rows if row)
    return (names_checks or names_success) and not is_routing


def _rows_as_checks(table: TableBlock) -> Iterator[Item]:
    """A check a row: its first cell but for a number, then every other one as a field."""
    if not is_table_of_checks(table):
        return
    counts = _COUNT_COLUMN.fullmatch(table.head[0].line) is not None and len(table.head) > 1
    for line, row in enumerate(table.rows, table.line + 2):
        cells = [pair for pair in zip(table.head, row, strict=False) if pair[1].text]
        if counts and cells and cells[0][0] is table.head[0]:
            cells = cells[1:]
        end = line + 1
        blocks = [Paragraph(cells[0][1], line, end)] if cells else []
        blocks += [Paragraph(_as_field(head, cell), line, end) for head, cell in cells[1:]]
        if blocks:
            yield Item(tuple(blocks), line, end)


def _as_field(head: RichText, cell: RichText) -> RichText:
    """A cell behind the words of its column: `Success: error rate < 1%`."""
    is_success = _SUCCESS_COLUMN.fullmatch(head.line) is not None
    label = "Success" if is_success else head.line
    return RichText(label, (cell.offsets[0],) * (len(label) + 1), ((0, len(label)),)).joined(
        ": ", cell
    )


def _states_success(item: Item) -> bool:
    fields = (node.field for node in all_nodes(build_nodes(item.blocks)))
    return any(field and field.label.casefold().startswith("success") for field in fields)


def _top_items(blocks: tuple[Block, ...]) -> list[Item]:
    """Items of ordered lists, which are checks; a bullet list belongs to what stands before it."""
    if counted := numbered_items(blocks):
        return [item for _, item in counted]
    lists = [b for b in blocks if isinstance(b, ListBlock)]
    ordered = [block for block in lists if block.ordered]
    prohibited = {id(block) for before, block in _after_do_not(blocks)}
    chosen = ordered or [block for block in lists if id(block) not in prohibited]
    return [item for block in chosen for item in block.items]


def _after_do_not(blocks: tuple[Block, ...]) -> Iterable[tuple[Block, ListBlock]]:
    for before, block in pairwise(blocks):
        if isinstance(block, ListBlock) and is_prohibition(before):
            yield before, block


def prohibitions(sections: tuple[Part, ...]) -> tuple[str, ...]:
    """What stands behind or below `DO NOT` or `Never`, in any section."""
    found: list[str] = []
    for part in sections:
        lists = [block for _, block in _after_do_not(part.blocks)]
        found += [node.text.line for node in build_nodes(lists) if not node.children]
        for node in all_nodes(part.nodes):
            field = node.field
            if field and DO_NOT.fullmatch(field.label):
                found += [field.value.line] if field.value.text else []
                found += [child.text.line for child in node.children]
    return tuple(dict.fromkeys(found))
