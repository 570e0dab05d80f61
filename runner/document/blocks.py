"""The blocks of a document: what is left of Markdown once its typography is read.

`line` is the first source line of a block, `end` the line behind its last, both counted from 0.
"""

from runner.document.rich_text import RichText
from runner.model.frozen import frozen
from runner.model.runbook import Fence


@frozen
class Heading:
    """A heading of level 1 to 6."""

    level: int
    text: RichText
    line: int
    end: int


@frozen
class Paragraph:
    """A paragraph."""

    text: RichText
    line: int
    end: int


@frozen
class Item:
    """An item of a list, with everything inside it."""

    blocks: tuple["Block", ...]
    line: int
    end: int


@frozen
class ListBlock:
    """A list; bullets of all kinds are one. `start` is the number of the first item."""

    ordered: bool
    items: tuple[Item, ...]
    line: int
    end: int
    start: int = 1


@frozen
class CodeBlock:
    """A fenced or indented code block; nothing is read out of it."""

    fence: Fence
    line: int
    end: int


@frozen
class TableBlock:
    """A table without its header row: rows of cells."""

    rows: tuple[tuple[RichText, ...], ...]
    line: int
    end: int


@frozen
class Quote:
    """A block quote: nothing is read out of it but what is missed there."""

    blocks: tuple["Block", ...]
    line: int
    end: int


Block = Heading | Paragraph | ListBlock | CodeBlock | TableBlock | Quote
