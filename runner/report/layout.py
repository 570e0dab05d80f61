"""Lines of text that fit a width: wide characters count two columns, and nothing is cut off."""

import re
import unicodedata
from collections.abc import Iterator

_LEAST = 8
_UNIT = r"\s(?:%|ms|s|min|h|d|B|kB|MB|GB)[,;.)]*(?=\s|$)"
_WORD = re.compile(rf"[<>=!]{{1,2}}\s[+-]?\d\S*(?:{_UNIT})?|[+-]?\d\S*{_UNIT}|\S+")
"""A word; a number stays with its unit and its sign of comparison."""


def width_of(text: str) -> int:
    """How many columns a terminal gives to the text."""
    return sum(_columns(character) for character in text)


def padded(text: str, columns: int) -> str:
    """The text with spaces up to that many columns."""
    return text + " " * (columns - width_of(text))


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most that many columns; a longer word goes on in the next line."""
    columns = max(columns, _LEAST)
    lines: list[str] = []
    line = ""
    for word in _words(text, columns):
        joined = f"{line} {word}" if line else word
        if line and width_of(joined) > columns:
            lines.append(line)
            line = word
        else:
            line = joined
    return [*lines, line] if line else lines


def hanging(first: str, text: str, columns: int) -> list[str]:
    """The text wrapped behind `first`, further lines indented as far."""
    indent = width_of(first)
    if columns - indent < 2 * _LEAST:
        return [first.rstrip(), *(f"  {line}" for line in wrapped(text, columns - 2))]
    lines = wrapped(text, columns - indent) or [""]
    rest = [" " * indent + line for line in lines[1:]]
    return [(first + lines[0]).rstrip(), *rest]


def _words(text: str, columns: int) -> Iterator[str]:
    for match in _WORD.finditer(text):
        word = match[0]
        pieces = [word] if width_of(word) <= columns else word.split()
        for piece in pieces:
            yield from _pieces(piece, columns)


def _pieces(word: str, columns: int) -> Iterator[str]:
    """A word that is too long for a line, in parts."""
    part = ""
    for character in word:
        if width_of(part + character) > columns:
            yield part
            part = ""
        part += character
    yield part


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
