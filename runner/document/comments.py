"""HTML comments of a runbook, with the lines that the next block behind each covers.

A comment inside a fence or a code span is text. Lines are counted from 0.
"""

import re
from collections.abc import Iterator

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
    found = []
    for number in _lines_outside_fences(source.lines):
        line = source.lines[number]
        if "<!--" not in line:
            continue
        shown = _CODE.sub(lambda code: " " * len(code[0]), line)
        for match in _COMMENT.finditer(shown):
            start = source.line_starts[number]
            span = Span(start + match.start(), start + match.end())
            is_alone = not _COMMENT.sub("", shown).strip()
            first, last = _next_block(source.lines, number + 1) if is_alone else (number, number)
            words = line[match.start(1) : match.end(1)]
            text_start = start + match.end(1) - len(words.lstrip())
            found.append(Comment(words.strip(), text_start, span, first, last))
    return tuple(found)


def _lines_outside_fences(lines: tuple[str, ...]) -> Iterator[int]:
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
            yield number


def _next_block(lines: tuple[str, ...], at: int) -> tuple[int, int]:
    """The first and last line of the block at or behind a line; other comments are passed over."""
    while at < len(lines) and not _COMMENT.sub("", lines[at]).strip():
        at += 1
    if at >= len(lines):
        return at, at
    if _HEADING.match(lines[at]):
        return at, at
    return at, _end_of_item(lines, at) if _ITEM.match(lines[at]) else _end_of_text(lines, at)


def _end_of_text(lines: tuple[str, ...], at: int) -> int:
    fence = _FENCE.match(lines[at])
    while at + 1 < len(lines):
        line = lines[at + 1]
        if fence and line.strip().startswith(fence[1]):
            return at + 1
        if not fence and not line.strip():
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
