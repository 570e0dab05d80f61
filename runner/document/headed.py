"""What begins a step, an action or a check: a heading, or an item of a numbered list."""

import re
from collections.abc import Iterable, Iterator

from runner.document.blocks import Block, Heading, Item, ListBlock, Paragraph
from runner.model.frozen import frozen
from runner.model.numbering import GAP, NUMBER, plain_number

_WORDED = r"[^\w]*(?:\d+[.)]\s*)?{word}{gap}({number})\s*(?:[-:.–—)]\s*|$|\s(?=\S))(.*)"


def _worded(word: str) -> re.Pattern[str]:
    return re.compile(_WORDED.format(word=word, gap=GAP, number=NUMBER), re.I | re.S)


STEP = _worded("step")
ACTION = _worded("action")
CHECK = _worded("(?:safety |verification )?check")
BARE = re.compile(
    r"[^\w]*(\d+(?:\.\d+)+|\d+(?=\s*[.):]|\s+[-–—]))(?:\s*[.):]|\s+[-–—])?\s+(\S.*)", re.S
)
"""A heading with nothing but a number before its title: `1. Look at the logs`."""
REVERSIBILITY = re.compile(r"\(([^()]*\b(?:ir)?reversible\b[^()]*)\)", re.I)
"""What a heading says about undoing an action."""
DO_NOT = re.compile(r"do\s+not\b|don'?t\b|never\b", re.I)


@frozen
class Headed:
    """A heading that begins something: its number, the title behind it, and the blocks below."""

    heading: Heading
    number: str
    title: str
    body: tuple[Block, ...]


def headed(blocks: tuple[Block, ...], pattern: re.Pattern[str]) -> Iterator[Headed]:
    """Headings that match, each with the blocks up to the next one or one of its level."""
    for at, block in enumerate(blocks):
        match = pattern.fullmatch(block.text.line) if isinstance(block, Heading) else None
        if match is None or not isinstance(block, Heading):
            continue
        end = at + 1
        while end < len(blocks) and not _ends(blocks[end], block.level, pattern):
            end += 1
        body = blocks[at + 1 : end]
        yield Headed(block, plain_number(match[1]), match[2].strip(), body)


def _ends(block: Block, level: int, pattern: re.Pattern[str]) -> bool:
    if not isinstance(block, Heading):
        return False
    return block.level <= level or pattern.fullmatch(block.text.line) is not None


def numbered_items(blocks: Iterable[Block]) -> tuple[tuple[int, Item], ...]:
    """The items of the numbered lists, each with its number and with what stands below it.

    What stands between two lists belongs to the last item before it, up to a heading or to what
    one must not do. Nothing where the numbers do not count on from list to list, as they do where
    a code block at the margin cuts a list in two: they are no one row of steps then.
    """
    found: list[tuple[int, Item]] = []
    is_open = False
    for block in blocks:
        if isinstance(block, ListBlock) and block.ordered:
            if block.start != (found[-1][0] + 1 if found else min(block.start, 1)):
                return ()
            found += enumerate(block.items, block.start)
            is_open = True
        elif isinstance(block, Heading) or is_prohibition(block):
            is_open = False
        elif is_open:
            number, item = found[-1]
            found[-1] = (number, Item((*item.blocks, block), item.line, block.end))
    return tuple(found)


def is_prohibition(block: Block) -> bool:
    """Whether a line begins what one must not do."""
    return isinstance(block, Heading | Paragraph) and bool(DO_NOT.match(block.text.line))
