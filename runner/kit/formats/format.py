"""What a format is: a name, a claim on the head of a file, and a reader of its records."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.kit.readable_file import SourceFile
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput
from runner.model.frozen import frozen

HEAD_LINES = 400


@frozen
class Head:
    """The beginning of a plain file: its first bytes, and the same as text.

    `whole` says that there is no more of it.
    """

    raw: bytes
    text: str
    whole: bool

    @staticmethod
    def of(raw: bytes, whole: bool) -> "Head":
        """The head of a file that begins with these bytes of UTF-8; other bytes become `�`."""
        return Head(raw, raw.decode("utf-8-sig", "replace"), whole)

    @property
    def lines(self) -> tuple[str, ...]:
        """Its first HEAD_LINES lines, blank ones left out, and a last one that is cut off."""
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        whole = lines if self.whole or len(lines) == 1 else lines[:-1]
        return tuple(line for line in whole if line.strip())[:HEAD_LINES]

    def share_of_lines(self, pattern: re.Pattern[str]) -> float:
        """The share of its lines that begin with what the pattern matches, 0 to 1."""
        lines = self.lines
        return sum(bool(pattern.match(line)) for line in lines) / len(lines) if lines else 0.0


@frozen
class Reading:
    """One file about to be read: plain UTF-8 (or Parquet) at `path`, for a declared input.

    `year` is the year of times that are written without one, or None where nobody said; `zone` the
    time zone of times without an offset. `typing` gives the statements that make the typed table.
    """

    source: SourceFile
    path: Path
    declared: DeclaredInput
    con: Any
    year: int | None = None
    zone: str = "UTC"
    typing: Callable[[RawRecords, str], str] | None = None

    def at(self, path: Path) -> "Reading":
        """The same, read from another copy of the file."""
        return Reading(**{**vars(self), "path": path})

    @property
    def untyped(self) -> "Reading":
        """The same, for a format that reads the records again before they are typed."""
        return Reading(**{**vars(self), "typing": None})

    def making(self, raw: RawRecords, query: str) -> str:
        """The statements that make the typed table of a query with the columns of `raw`, so that
        records are written once, as what they will be. Without `typing` it makes `kit_raw`.

        Raises InputRefused where the names are not those that the input needs.
        """
        if self.typing is None:
            return f"create or replace temp table kit_raw as {query}"
        return self.typing(raw, query)


@frozen
class Format:
    """A way to write records.

    `name` is what key.json says, `label` what people say. `claims` looks at the head of a file and
    says whether it is of this format: specific or not at all, since what two formats claim is read
    as the first in the catalogue. `read` makes the engine's table `kit_raw` with one text column
    for each name, in the order of the file, and gives what it could not read; every physical record
    is in one of the two. It raises InputRefused for a file that is not what its head promised.
    """

    name: str
    label: str
    claims: Callable[[Head, DeclaredInput], bool]
    read: Callable[[Reading], RawRecords]
