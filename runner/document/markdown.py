"""The one module that knows the Markdown library: CommonMark with tables to `Block`s.

Block quotes and HTML stand apart: structure is never read out of them. Comments are passed over.
"""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

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
from runner.document.rich_text import RichText
from runner.model.runbook import Fence
from runner.model.source import SourceText, Span

_VERBATIM = frozenset({"fence", "code_block", "html_block", "blockquote_open"})
_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_MORE_THAN = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)>(?=\s*[\d$€£])")
_GREATER = "\uff1e"
"""Stands for the sign of an item like `- > 1000 errors`, which is a comparison and no quote."""
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|</?[a-z][^<>]*>|<[!?][^<>]*>"
    r"|^[ \t]*(?:[-*+]|\d+[.)])[ \t]|\*\*|__|`",
    re.I | re.S | re.M,
)
"""What is no word of an HTML block."""
_SAME_LENGTH = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\0": "\ufffd"})


def read_blocks(source: SourceText, skip_lines: int = 0) -> tuple[Block, ...]:
    """The blocks of a document, from line `skip_lines` on. Never raises."""
    return _Reader(source, skip_lines).blocks()


def verbatim_lines(source: SourceText, skip_lines: int = 0) -> frozenset[int]:
    """The lines, from 0, of code, HTML and quotes: what stands there is nobody's to rewrite."""
    return _Reader(source, skip_lines).verbatim()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("text_join")


def _readable(line: str) -> str:
    """The line as the library is to see it, of the same length."""
    if not line.isascii() or "\0" in line:
        line = line.translate(_SAME_LENGTH)
    return _MORE_THAN.sub(rf"\1{_GREATER}", line) if ">" in line else line


def _without_tags(html: str) -> str:
    """HTML with blanks for tags, for comments and scripts, and for the marks of items."""
    return _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), html)


class _Reader:
    """Walks the token list once."""

    def __init__(self, source: SourceText, skip_lines: int):
        self._source = source
        self._lines = [_readable(line) for line in source.lines]
        visible = [""] * skip_lines + self._lines[skip_lines:]
        if visible:
            visible[0] = visible[0].lstrip("\ufeff")
        self._tokens = _parser().parse("\n".join(visible))
        self._at = 0

    def blocks(self) -> tuple[Block, ...]:
        """All blocks up to the end of the token that encloses the current one."""
        found: list[Block] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.nesting < 0:
                break
            if block := self._block(token):
                found.append(block)
        return tuple(found)

    def verbatim(self) -> frozenset[int]:
        """The lines of all tokens whose text is not Markdown of the runbook's own."""
        found: set[int] = set()
        for token in self._tokens:
            inside = {child.type for child in token.children or []}
            if token.map and (token.type in _VERBATIM or "html_inline" in inside):
                found.update(range(*token.map))
        return frozenset(found)

    def _block(self, token: Token) -> Block | None:
        line, end = token.map or (0, 0)
        match token.type:
            case "heading_open":
                text = self._inline(self._take(3)[1])
                return Heading(int(token.tag[1:]), text, line, end)
            case "paragraph_open":
                return Paragraph(self._inline(self._take(3)[1]), line, end)
            case "fence" | "code_block":
                self._take(1)
                fence = Fence(token.info.strip(), token.content, self._line_span(line, end))
                return CodeBlock(fence, line, end)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token, line, end)
            case "table_open":
                return self._table(line, end)
            case "blockquote_open":
                self._take(1)
                quote = Quote(self.blocks(), line, end)
                self._take(1)
                return quote
            case "html_block":
                self._take(1)
                return self._html(line, end)
            case _:
                self._skip(token)
                return None

    def _html(self, line: int, end: int) -> Quote | None:
        """The words of HTML, line by line, as a quotation; None where there are none."""
        shown = _without_tags("\n".join(self._lines[line:end])).split("\n")
        starts = self._source.line_starts
        items = []
        for number, text in enumerate(shown, line):
            offsets = range(starts[number], starts[number] + len(text) + 1)
            words = RichText(text, tuple(offsets)).part(0)
            if words.text:
                items.append(Item((Paragraph(words, number, number + 1),), number, number + 1))
        listed = ListBlock(False, tuple(items), line, end)
        return Quote((listed,), line, end, is_html=True) if items else None

    def _list(self, token: Token, line: int, end: int) -> ListBlock:
        self._take(1)
        items: list[Item] = []
        while self._tokens[self._at].type == "list_item_open":
            opened = self._take(1)[0]
            blocks = self.blocks()
            self._take(1)
            items.append(Item(blocks, *(opened.map or (line, end))))
        self._take(1)
        start = int(token.attrGet("start") or 0) if "start" in token.attrs else 1
        return ListBlock(token.type.startswith("ordered"), tuple(items), line, end, start)

    def _table(self, line: int, end: int) -> TableBlock:
        rows: list[tuple[RichText, ...]] = []
        cells: list[RichText] = []
        while True:
            token = self._take(1)[0]
            match token.type:
                case "tr_open":
                    cells, column = [], 0
                case "inline":
                    text, column = self._cell(token, column)
                    cells.append(text)
                case "tr_close":
                    rows.append(tuple(cells))
                case "table_close":
                    return TableBlock(tuple(rows[1:]), line, end, rows[0])

    def _cell(self, token: Token, column: int) -> tuple[RichText, int]:
        line = token.map[0] if token.map else 0
        at = max(self._lines[line].find(token.content, column), column)
        return self._rich_text(token, [(line, at)]), at + len(token.content)

    def _inline(self, token: Token) -> RichText:
        first = token.map[0] if token.map else 0
        places = []
        for number, content in enumerate(token.content.split("\n"), first):
            line = self._lines[number] if number < len(self._lines) else ""
            column = line.rfind(content.strip())
            places.append((number, max(column, 0)))
        return self._rich_text(token, places)

    def _rich_text(self, token: Token, places: list[tuple[int, int]]) -> RichText:
        offsets = self._content_offsets(token.content, places)
        collected = _InlineWalk(token.content, offsets)
        for child in token.children or []:
            collected.add(child)
        return collected.finished()

    def _content_offsets(self, content: str, places: list[tuple[int, int]]) -> list[int]:
        starts = self._source.line_starts
        offsets: list[int] = []
        for text, (line, column) in zip(content.split("\n"), places, strict=True):
            begin = starts[min(line, len(starts) - 1)] + column
            lead = len(text) - len(text.lstrip())
            offsets += [begin] * lead
            offsets += range(begin, begin + len(text) - lead + 1)
        return offsets

    def _line_span(self, first: int, end: int) -> Span:
        starts = (*self._source.line_starts, len(self._source.text))
        return Span(starts[min(first, len(starts) - 1)], starts[min(end, len(starts) - 1)])

    def _take(self, count: int) -> list[Token]:
        taken = self._tokens[self._at : self._at + count]
        self._at += count
        return taken

    def _skip(self, token: Token) -> None:
        self._at += 1
        depth: int = token.nesting
        while depth > 0:
            depth += self._tokens[self._at].nesting
            self._at += 1


class _InlineWalk:
    """Collects displayed characters while keeping step with the raw content."""

    def __init__(self, content: str, offsets: list[int]):
        self._content = content
        self._source_offsets = offsets
        self._at = 0
        self._text: list[str] = []
        self._offsets: list[int] = []
        self._bold: list[tuple[int, int]] = []
        self._code: list[tuple[int, int]] = []
        self._bold_from: list[int] = []

    def add(self, child: Token) -> None:
        """Take in one inline token."""
        match child.type:
            case "text":
                self._show(child.content)
            case "text_special":
                self._show(child.content, within=child.markup)
            case "code_inline":
                self._at = self._content.find(child.markup, self._at) + len(child.markup)
                begin = len(self._text)
                self._show(child.content)
                self._code.append((begin, len(self._text)))
                self._at += len(child.markup)
            case "softbreak" | "hardbreak":
                self._at = max(self._content.find("\n", self._at), self._at)
                self._show("\n")
            case "strong_open":
                self._at += len(child.markup)
                self._bold_from.append(len(self._text))
            case "strong_close":
                self._at += len(child.markup)
                self._bold.append((self._bold_from.pop(), len(self._text)))
            case "image":
                self._show(child.content)
            case "html_inline":
                self._at += len(child.content)

    def finished(self) -> RichText:
        """What was collected, with nested and empty bold ranges made one."""
        source = self._source_offsets
        last = min(self._offsets[-1] + 1, source[-1]) if self._offsets else source[0]
        bold = tuple(sorted(pair for pair in self._bold if pair[0] < pair[1]))
        whole = RichText("".join(self._text), (*self._offsets, last), bold, tuple(self._code))
        return whole.part(0)

    def _show(self, shown: str, within: str = "") -> None:
        raw = within or shown
        found = self._content.find(raw, self._at)
        begin = found if found >= 0 else self._at
        offsets = self._source_offsets
        end = begin + len(shown)
        if end <= len(offsets) and _ZERO_WIDTH.isdisjoint(shown) and _GREATER not in shown:
            self._text += shown
            self._offsets += offsets[begin:end]
            self._at = begin + len(raw)
            return
        top = len(offsets) - 1
        for i, character in enumerate(shown):
            if character in _ZERO_WIDTH:
                continue
            self._text.append(">" if character == _GREATER else character)
            self._offsets.append(offsets[min(begin + i, top)])
        self._at = begin + len(raw)
