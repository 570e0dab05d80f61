"""HTML comments of a runbook, with the lines that the next block behind each covers.

A comment inside a fence or a code span is text. Lines are counted from 0.
"""

import re

from runner.model.frozen import frozen
from runner.model.source import SourceText, Span

_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
_COMMENT = re.compile(r"<!--(.*?)-->")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!`).)*?(?<!`)\1(?!`)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]")
_HEADING = re.compile(r" {0,3}#{1,6}(?:\s|$)")


@frozen
class Comment:
    """A comment on one line: its words, where they begin, and the lines that it speaks of.

    A comment beside text speaks of its own line, one alone on a line of the next block: a heading,
    an item with what is indented below it, or what follows up to an empty line.
    """

    text: str
    text_start: int
    span: Span
    first: int
    last: int


def comments_in(source: SourceText) -> tuple[Comment, ...]:
    """Every comment that begins and ends on one line, in order."""
    found: list[Comment] = []
    blocks = _Blocks(source.lines)
    for number in reversed(_lines_outside_fences(source.lines)):
        line = source.lines[number]
        if "<!--" not in line:
            continue
        shown = _CODE.sub(lambda code: "`" * len(code[0]), line)
        lines = (number, number) if _COMMENT.sub("", shown).strip() else blocks.behind(number)
        for match in reversed(list(_COMMENT.finditer(shown))):
            start = source.line_starts[number]
            words = line[match.start(1) : match.end(1)]
            text_start = start + match.end(1) - len(words.lstrip())
            span = Span(start + match.start(), start + match.end())
            found.append(Comment(words.strip(), text_start, span, *lines))
    return tuple(reversed(found))


def without_code(source: SourceText) -> str:
    """The text with fences and code spans made blank, every other character in its place."""
    outside = frozenset(_lines_outside_fences(source.lines))
    shown = list(source.text)
    for number, line in enumerate(source.lines):
        start = source.line_starts[number]
        matches = _CODE.finditer(line) if number in outside else [re.match(r".*", line)]
        for match in matches:
            if match:
                begin, end = start + match.start(), start + match.end()
                shown[begin:end] = " " * (end - begin)
    return "".join(shown)


def _lines_outside_fences(lines: tuple[str, ...]) -> list[int]:
    outside: list[int] = []
    opened = ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if opened:
            closing = line.strip()
            if closing.startswith(opened) and not closing.strip(opened[0]):
                opened = ""
        elif mark:
            opened = mark[1]
        else:
            outside.append(number)
    return outside


class _Blocks:
    """The blocks behind lines, asked for from the last line to the first: none is read twice."""

    def __init__(self, lines: tuple[str, ...]):
        self._lines = lines
        self._below = (len(lines), len(lines), len(lines))

    def behind(self, number: int) -> tuple[int, int]:
        """The first and last line of the next block; other comments are passed over."""
        asked, first, last = self._below
        at = number + 1
        while at < asked and not _COMMENT.sub("", self._lines[at]).strip():
            at += 1
        if at < asked:
            first, last = at, _end_of_block(self._lines, at)
        self._below = (number, first, last)
        return first, last


def _end_of_block(lines: tuple[str, ...], at: int) -> int:
    if _HEADING.match(lines[at]):
        return at
    return _end_of_item(lines, at) if _ITEM.match(lines[at]) else _end_of_text(lines, at)


def _end_of_text(lines: tuple[str, ...], at: int) -> int:
    fence = _FENCE.match(lines[at])
    while at + 1 < len(lines):
        line = lines[at + 1]
        if fence and line.strip().startswith(fence[1]):
            return at + 1
        if not fence and (not _COMMENT.sub("", line).strip() or _HEADING.match(line)):
            break
        at += 1
    return at


def _end_of_item(lines: tuple[str, ...], at: int) -> int:
    margin = _indent(lines[at])
    last = at
    for number in range(at + 1, len(lines)):
        if not lines[number].strip():
            continue
        if _indent(lines[number]) <= margin:
            break
        last = number
    return last


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())
