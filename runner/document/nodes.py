"""The body of a step as a tree of lines: what a reader sees as one thing with things below it."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise, takewhile

from runner.document.blocks import (
    Block,
    CodeBlock,
    Heading,
    Item,
    ListBlock,
    Paragraph,
    Quote,
    TableBlock,
)
from runner.document.consequences import ARROW, VERB
from runner.document.rich_text import LabelledText, RichText
from runner.model.frozen import frozen
from runner.model.numbering import GAP, NUMBER
from runner.model.runbook import Fence

_CONDITIONAL = re.compile(r"(if|unless|otherwise|else|none of (the above|these))\b", re.I)
_MARK = re.compile(
    r"(?:\(?(?:[a-z]|\d{1,2}|[ivx]{1,4})[.)]\s+|[^\w\s\"'“(\[`<>=~-]+\s+)+"
    r"(?=(?:if|unless|otherwise|else|none of)\b)",
    re.I,
)
"""What may stand before a branch and says nothing: `a)`, `✅`, `→`."""
_STANDING = re.compile(r"(?:escalate|roll\s?-?back)\s+(?:[\w'’ -]{1,40}?\s+)?(?:if|when)\b", re.I)
_SENTENCE_IF = re.compile(r"[.;!?]\s+(?=I[fF]\b)")
_PLACE = rf"(?:step|action){GAP}{NUMBER}"
_LEADS = re.compile(rf"If\b[^.;!?]*?(?::(?:\s|$)|{ARROW}|(?:,|\bthen)\s+(?:{VERB}|{_PLACE}))", re.I)
NO_BRANCH_LABELS = re.compile(
    r"when|pre-?condition|prerequisite|warning|caution|note|success|expected|evidence"
    r"|questions?|verification|rollback|side effect|safety|input|output",
    re.I,
)
"""Labels of fields that say what is so, where an If is part of what is said."""
_CONSEQUENCE = re.compile(rf":|{ARROW}")
_TASK = re.compile(r"\[[ xX]\]\s+")


@frozen
class Node:
    """A line with the lines below it. `is_item` says that it is a list item or a table row.

    `fences` are the code blocks right below it.
    """

    text: RichText
    children: tuple["Node", ...]
    is_item: bool
    line: int
    fences: tuple[Fence, ...] = ()

    @property
    def field(self) -> LabelledText | None:
        """The label and the value of the line; None where it is no field."""
        return self.text.field


def build_nodes(blocks: Iterable[Block]) -> tuple[Node, ...]:
    """The tree of lines that `blocks` make; code is left out."""
    nodes: list[Node] = []
    remaining = list(blocks)
    while remaining:
        block = remaining.pop(0)
        match block:
            case Heading():
                under = _below_heading(block, remaining)
                fences = _leading_fences(under)
                nodes.append(Node(block.text, build_nodes(under), False, block.line, fences))
            case Paragraph():
                nodes += [Node(text, (), False, block.line) for text in logical_lines(block.text)]
            case ListBlock():
                items = tuple(_item_node(item) for item in block.items)
                if nodes and (attached := _attached(nodes[-1], items)):
                    nodes[-1] = attached
                else:
                    nodes += items
            case TableBlock():
                nodes += [_row_node(row, block.line) for row in block.rows if row]
            case CodeBlock() if nodes:
                last = nodes.pop()
                fences = (*last.fences, block.fence)
                nodes.append(Node(last.text, last.children, last.is_item, last.line, fences))
            case CodeBlock() | Quote():
                pass
    return tuple(nodes)


def all_nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node, each before its children."""
    for node in nodes:
        yield node
        yield from all_nodes(node.children)


def fences_in(blocks: Iterable[Block]) -> Iterator[Fence]:
    """Every code block, in order."""
    for block in blocks:
        if isinstance(block, CodeBlock):
            yield block.fence
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from fences_in(item.blocks)


def is_conditional(text: RichText) -> bool:
    """Whether the line begins with If, Otherwise or the like."""
    return _CONDITIONAL.match(text.text) is not None


def logical_lines(text: RichText) -> tuple[RichText, ...]:
    """A paragraph cut where a line begins with a label or an If, or a sentence with either."""
    labels = [*_labels_inside(text), *_ifs_inside(text)]
    if "\n" not in text.text and not labels:
        return (_unmarked(text),) if text.text else ()
    cuts = [0]
    for match in re.finditer(r"\n\s*", text.text):
        rest = _unmarked(text.part(match.end()))
        if any(begin < match.start() < end for begin, end in text.bold):
            continue
        if is_conditional(rest) or rest.field or _STANDING.match(rest.text):
            cuts.append(match.end())
    cuts = sorted({*cuts, *labels, len(text.text)})
    parts = (text.part(a, b) for a, b in pairwise(cuts))
    return tuple(_unmarked(part) for part in parts if part.text)


def _unmarked(text: RichText) -> RichText:
    """The text of a branch without the letter, the sign or the arrow before it."""
    mark = _MARK.match(text.text)
    return text.part(mark.end()) if mark else text


def _labels_inside(text: RichText) -> list[int]:
    """Where bold labels begin a sentence: `**Check**: look at it. **Success**: rate > 99%`."""
    found = []
    for start, end in text.bold[1:]:
        label, behind = text.text[start:end].rstrip(), text.text[end : end + 3].lstrip()
        begins = text.text[max(start - 3, 0) : start].rstrip().endswith((".", ";"))
        if begins and (label.endswith(":") or behind.startswith(":")):
            found += [] if _CONDITIONAL.match(label) else [start]
    return found


def _ifs_inside(text: RichText) -> list[int]:
    """Where a branch begins behind a sentence: `Look at the logs. If it crashes: escalate`."""
    if not re.search(r"\sI[fF]\s", text.text) or is_conditional(_unmarked(text)):
        return []
    field = text.field
    if field and (NO_BRANCH_LABELS.match(field.label) or is_conditional(field.value)):
        return []
    ends = (match.end() for match in text.matches(_SENTENCE_IF))
    return [end for end in ends if _LEADS.match(text.text, end)]


def _attached(node: Node, items: tuple[Node, ...]) -> Node | None:
    """The node with a list that belongs to it, or to the line right above the list."""
    below = _attached_below(node, items)
    if below or node.is_item or not _opens_a_list(node):
        return below
    return Node(node.text, node.children + items, node.is_item, node.line, node.fences)


def _attached_below(node: Node, items: tuple[Node, ...]) -> Node | None:
    """The node with the list at the last line below it, where that ends with a colon."""
    if not node.children:
        return None
    last = node.children[-1]
    changed = _attached_below(last, items)
    if changed is None and not last.children and last.text.text.endswith(":"):
        changed = Node(last.text, items, last.is_item, last.line, last.fences)
    if changed is None:
        return None
    return Node(node.text, (*node.children[:-1], changed), node.is_item, node.line, node.fences)


def _opens_a_list(node: Node) -> bool:
    """Whether a list below belongs to the line: not where the line is a sentence of its own."""
    text = node.text.text
    is_sentence = text.endswith((".", "!", "?", ";"))
    return text.endswith(":") or (
        is_conditional(node.text) and not _CONSEQUENCE.search(text) and not is_sentence
    )


def _below_heading(heading: Heading, remaining: list[Block]) -> list[Block]:
    below: list[Block] = []
    while remaining:
        following = remaining[0]
        if isinstance(following, Heading) and following.level <= heading.level:
            break
        below.append(remaining.pop(0))
    return below


def _item_node(item: Item) -> Node:
    blocks = list(item.blocks)
    if not blocks or not isinstance(blocks[0], Paragraph):
        empty = RichText("", (0,))
        return Node(empty, build_nodes(blocks), True, item.line)
    first, *more = logical_lines(without_task_box(blocks[0].text)) or (blocks[0].text,)
    extra = tuple(Node(text, (), True, item.line) for text in more)
    fences = () if extra else _leading_fences(blocks[1:])
    return Node(first, extra + build_nodes(blocks[1:]), True, item.line, fences)


def _leading_fences(blocks: Iterable[Block]) -> tuple[Fence, ...]:
    """The code blocks that stand right below a heading or the line of an item."""
    codes = takewhile(lambda block: isinstance(block, CodeBlock), blocks)
    return tuple(block.fence for block in codes if isinstance(block, CodeBlock))


def without_task_box(text: RichText) -> RichText:
    """The text of an item without the box of a task list."""
    box = _TASK.match(text.text)
    return text.part(box.end()) if box else text


def _row_node(row: tuple[RichText, ...], line: int) -> Node:
    separator = ": " if is_conditional(row[0]) else " | "
    text = row[0]
    for cell in row[1:]:
        text = text.joined(separator, cell)
        separator = " "
    return Node(text, (), True, line)
