"""The text of a document and places in it."""

from bisect import bisect_right
from functools import cached_property
from hashlib import sha256

from runner.model.frozen import frozen


@frozen
class Span:
    """A half-open range of character offsets into a `SourceText`."""

    start: int
    end: int


@frozen
class Position:
    """A place for people: line and column, both counted from 1."""

    line: int
    column: int


@frozen
class SourceText:
    """A document as it was read: its name for messages and its text, unchanged."""

    path: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        r"""The lines without their ends; only `\n`, `\r\n` and `\r` end a line."""
        text = self.text.replace("\r\n", "\n").replace("\r", "\n")
        return tuple(text.split("\n"))

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset of the first character of each line."""
        starts, offset = [0], 0
        for line in self.text.replace("\r\n", "\0\n").replace("\r", "\n").split("\n")[:-1]:
            offset += len(line) + 1
            starts.append(offset)
        return tuple(starts)

    def position(self, offset: int) -> Position:
        """Where the character at `offset` stands."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    @cached_property
    def digest(self) -> str:
        """`sha256:` and the hex digest of the UTF-8 text."""
        return "sha256:" + sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
