"""JSON that is no list of lines: where its records stand, and each of them as one line."""

import json
import re
from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from runner.kit.readable_file import CHUNK, MOST_LINE_BYTES
from runner.model.contract import DeclaredInput, match_columns

WRAPPERS = (
    "data",
    "Records",
    "records",
    "items",
    "events",
    "results",
    "entries",
    "logs",
    "value",
    "rows",
    "Events",
)
"""Names under which exports hold their list of records."""
OUTER = ("hits", "result", "response")
"""Names of objects that hold such a list one level deeper."""
LISTS = ("hits", *WRAPPERS)
_LIST = re.compile(r"\[[ \t\r\n]*[{\]]")
_BLANK = re.compile(r"[ \t\r\n]*")
_MORE = re.compile(
    r'"(has_more|hasMore)"\s*:\s*true|"(next_?[pP]age|next_?[tT]oken|NextToken)"\s*:\s*"'
)
_DECODER = json.JSONDecoder()


class Malformed(Exception):
    """The JSON breaks off or is no JSON at this place; line and column count from 1."""

    def __init__(self, line: int, column: int, said: str) -> None:
        super().__init__(f"its JSON is malformed at line {line}, column {column}: {said}")


def list_path(text: str, declared: DeclaredInput) -> tuple[str, ...]:
    """The names that lead to the list of records in a document that begins with `text`.

    Empty where the document itself is a record or a list: when it carries the wanted columns, or
    has no list under one of the known names within `text`.
    """
    names, path = _scan(text, _BLANK.match(text, 0).end(), WRAPPERS)  # type: ignore[union-attr]
    required = any(column.required for column in declared.columns)
    fits = required and not match_columns(declared.columns, tuple(names))[1]
    return () if fits else path


def _scan(text: str, at: int, lists: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """The names of the object whose `{` is here, as far as `text` goes, and the way to its list."""
    names: list[str] = []
    path: tuple[str, ...] = ()
    at = _after_blank(text, at + 1) if text[at : at + 1] == "{" else len(text)
    while text[at : at + 1] == '"':
        try:
            name, at = _DECODER.raw_decode(text, at)
            at = _after_blank(text, _after_blank(text, at) + 1)
            names.append(name)
            path = path or _way(text, at, name, lists)
            _, at = _DECODER.raw_decode(text, at)
        except (JSONDecodeError, RecursionError):
            break
        at = _after_blank(text, at)
        at = _after_blank(text, at + 1) if text[at : at + 1] == "," else len(text)
    return names, path


def _way(text: str, at: int, name: str, lists: tuple[str, ...]) -> tuple[str, ...]:
    """The way to a list of objects, where the value of `name`, which begins here, is or has it."""
    if name in lists and _LIST.match(text, at):
        return (name,)
    inner = _scan(text, at, LISTS)[1] if name in OUTER else ()
    return (name, *inner) if inner else ()


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


class Records:
    """The records of a file of JSON documents, each of which is a record, a list of them, or holds
    a list of them under `path`. Iterating gives each record as one line of JSON.

    `more` is true, once all are read, where a document says that further pages exist.
    """

    def __init__(self, file: Path, path: tuple[str, ...]) -> None:
        self._file, self._path = file, path
        self._text, self._at, self._ended = "", 0, False
        self._lines_before, self._column_before = 0, 0
        self.more = False

    def __iter__(self) -> Iterator[str]:
        """Raises Malformed, with the records before the fault already given."""
        with self._file.open(encoding="utf-8-sig", errors="replace", newline="") as self._source:
            while self._next():
                if self._path and self._next() == "{":
                    yield from self._wrapped(self._path)
                elif self._next() == "[":
                    yield from self._list()
                else:
                    yield self._value()
                if self._next() == ",":
                    self._at += 1

    def _wrapped(self, path: tuple[str, ...]) -> Iterator[str]:
        """The records of the object that begins here, which is read to its end."""
        self._take("{")
        while self._next() != "}":
            name = json.loads(self._value())
            self._take(":")
            if path and name == path[0] and self._next() == "[" and len(path) == 1:
                yield from self._list()
            elif path and name == path[0] and self._next() == "{":
                yield from self._wrapped(path[1:])
            else:
                self._note_pages(name, self._value())
            if self._next() == ",":
                self._at += 1
            elif self._next() != "}":
                raise self._malformed("expected , or }", self._at)
        self._take("}")

    def _list(self) -> Iterator[str]:
        self._take("[")
        while self._next() != "]":
            yield self._value()
            if self._next() == ",":
                self._at += 1
            elif self._next() != "]":
                raise self._malformed("expected , or ]", self._at)
        self._take("]")

    def _note_pages(self, name: str, value: str) -> None:
        self.more = self.more or bool(_MORE.match(f'"{name}": {value}'))

    def _take(self, mark: str) -> None:
        if self._next() != mark:
            raise self._malformed(f"expected {mark}", self._at)
        self._at += 1

    def _next(self) -> str:
        """The character at the next place that is not blank, which is where we stand then."""
        while True:
            self._at = _after_blank(self._text, self._at)
            if self._at < len(self._text) or not self._read_more():
                return self._text[self._at : self._at + 1]

    def _value(self) -> str:
        """The next value as one line of JSON."""
        self._next()
        while True:
            start = self._at
            try:
                _, end = _DECODER.raw_decode(self._text, start)
                if end < len(self._text) or not self._read_more():
                    self._at = end
                    return re.sub(r"[\r\n]+\s*", " ", self._text[start:end])
            except (JSONDecodeError, RecursionError) as error:
                too_long = len(self._text) - start > MOST_LINE_BYTES
                if too_long or not self._read_more():
                    said, place = getattr(error, "msg", "too deep"), getattr(error, "pos", start)
                    raise self._malformed(said, place) from None

    def _read_more(self) -> bool:
        """Read on; what stands before the value in hand is dropped, and counted for its place."""
        more: Any = "" if self._ended else self._source.read(CHUNK)
        self._ended = not more
        if not more:
            return False
        dropped = self._text[: self._at]
        self._lines_before += dropped.count("\n")
        cut = dropped.rfind("\n")
        passed = len(dropped) - cut - 1
        self._column_before = passed if cut >= 0 else self._column_before + passed
        self._text, self._at = self._text[self._at :] + more, 0
        return True

    def _malformed(self, said: str, place: int) -> Malformed:
        before = self._text[:place]
        cut = before.rfind("\n")
        column = place - cut if cut >= 0 else self._column_before + place + 1
        return Malformed(self._lines_before + before.count("\n") + 1, column, said)
