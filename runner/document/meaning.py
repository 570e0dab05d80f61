"""What a document says, apart from its typography: two texts that mean the same compare equal."""

import re
from collections.abc import Iterator

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
from runner.document.front_matter import read_front_matter
from runner.document.markdown import read_blocks, verbatim_lines
from runner.document.outline import section_kind
from runner.document.parse import parse_runbook
from runner.document.rich_text import RichText
from runner.model.frozen import field_names, is_frozen
from runner.model.numbering import GAP, NUMBER
from runner.model.runbook import Runbook, Section, SectionKind
from runner.model.source import SourceText, Span

_PLACE = re.compile(
    rf"(?:\d+[.)]\s*)?(step|action){GAP}({NUMBER})\s*(?:[-:.–—)]\s*|$|\s(?=\S))(.*)",
    re.I | re.S,
)
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[IVX]+[.)])\s+")
_CANONICAL = {kind.value.casefold(): kind for kind in SectionKind if kind is not SectionKind.OTHER}


def meaning(source: SourceText) -> object:
    """The blocks with their words, all verbatim lines, and the runbook, without any place in it.

    Left out are the places (spans), the Markdown of a step's body, which part of a label is bold
    besides its colon, and how canonical headings are spelled.
    """
    front = read_front_matter(source)
    runbook = parse_runbook(source).runbook
    fixed = sorted(verbatim_lines(source, front.lines))
    return (
        tuple(_block(block) for block in read_blocks(source, front.lines)),
        tuple(source.lines[line] for line in fixed),
        runbook_meaning(runbook),
    )


def runbook_meaning(runbook: Runbook) -> object:
    """A runbook as nested tuples, without spans, source, and the Markdown of its bodies."""
    return _plain(runbook)


def canonical_heading(words: str) -> str:
    """The spelling of a heading: `Step 3: title`, a canonical section name, or as it is."""
    if place := _PLACE.fullmatch(words):
        title = place[3].strip()
        return f"{place[1].capitalize()} {place[2]}" + (f": {title}" if title else "")
    bare = _NUMBERING.sub("", words).strip()
    kind = _CANONICAL.get(bare.casefold())
    return kind.value if kind else words


def _plain(value: object) -> object:
    if isinstance(value, Span | SourceText):
        return None
    if isinstance(value, Section):
        return (value.kind, canonical_heading(value.title))
    if isinstance(value, tuple):
        return tuple(_plain(one) for one in value)
    if is_frozen(value):
        names = (name for name in field_names(value) if name != "body")
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in names))
    return value


def _block(block: Block) -> object:
    match block:
        case Heading():
            kind = section_kind(block.text)
            return ("heading", block.level, kind, canonical_heading(block.text.line))
        case Paragraph():
            return ("paragraph", *_words(block.text))
        case ListBlock():
            return ("list", block.ordered, tuple(_item(item) for item in block.items))
        case CodeBlock():
            return ("code", block.fence.language, block.fence.text)
        case TableBlock():
            return ("table", tuple(tuple(tuple(_words(c)) for c in row) for row in block.rows))
        case Quote():
            return ("quote", tuple(_block(quoted) for quoted in block.blocks))


def _item(item: Item) -> object:
    return tuple(_block(block) for block in item.blocks)


def _words(text: RichText) -> Iterator[object]:
    """The words, which of them are bold, a colon at the end aside, and which are code."""
    yield text.text
    yield tuple((begin, _without_colon(text.text, begin, end)) for begin, end in text.bold)
    yield text.code


def _without_colon(words: str, begin: int, end: int) -> int:
    return begin + len(words[begin:end].rstrip().removesuffix(":").rstrip())
