"""Where the records of a file stand: the line on which a bad one begins, as editors count."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from runner.kit.readable_file import MOST_LINE_BYTES
from runner.model.frozen import frozen

MOST_LETTERS = 2_000
MOST_LINES = 3_000_000
"""So far into a file a line is looked for; counting takes about a second."""


@frozen
class Layout:
    """How records lie in a file: cells between a `delimiter`, of which quoted ones may go over
    several lines, or a record a line where there is none. `header` says that the first is none.

    Blank lines are no records. Nor are, but for the first, lines that do not match the pattern
    `begins`, and lines that match `follows`; they belong to the record before them.
    """

    delimiter: str = ""
    header: bool = False
    begins: str = ""
    follows: str = ""


def lines_of(path: Path, layout: Layout, records: Sequence[int]) -> dict[int, int]:
    """The line, from 1, on which each of these records begins, as far as MOST_LINES reach."""
    found: dict[int, int] = {}
    last, record = max(records, default=0), -1 if layout.header else 0
    for line, is_blank in _rows(path, layout):
        record += not is_blank
        if record > last or line > MOST_LINES:
            break
        if not is_blank and record in records:
            found[record] = line
    return found


def texts_of(path: Path, records: Sequence[int]) -> dict[int, str]:
    """The beginning of these records, where each is a line, as far as MOST_LINES reach."""
    wanted = {line: record for record, line in lines_of(path, Layout(), records).items()}
    last = max(wanted, default=0)
    with path.open(encoding="utf-8", errors="replace") as file:
        found = ((n, line) for n, line in enumerate(islice(file, last), 1) if n in wanted)
        return {wanted[n]: line.rstrip("\r\n")[:MOST_LETTERS] for n, line in found}


def blanks_before(path: Path, layout: Layout, rows: Sequence[int]) -> dict[int, int]:
    """The number of blank lines before each of these rows, blank ones and the header included."""
    found: dict[int, int] = {}
    last, blanks = max(rows, default=0), 0
    for row, (line, is_blank) in enumerate(_rows(path, layout), 1):
        if row > last or line > MOST_LINES:
            break
        if row in rows:
            found[row] = blanks
        blanks += is_blank
    return found


def _lines(file: Iterable[str], layout: Layout) -> Iterator[tuple[int, bool]]:
    begins = re.compile(layout.begins)
    follows = re.compile(layout.follows) if layout.follows else None
    is_first = True
    for number, line in enumerate(file, 1):
        is_blank = not line.strip(" \t\r\n")
        if not is_blank and not is_first:
            is_blank = not begins.search(line) or bool(follows and follows.search(line))
        is_first = is_first and is_blank
        yield number, is_blank


def _rows(path: Path, layout: Layout) -> Iterator[tuple[int, bool]]:
    """The line on which each row begins, and whether it is blank."""
    with path.open(encoding="latin-1", newline="" if layout.delimiter else None) as file:
        if not layout.delimiter:
            yield from _lines(file, layout)
            return
        csv.field_size_limit(MOST_LINE_BYTES)
        rows = csv.reader(file, delimiter=layout.delimiter)
        before = 0
        try:
            for cells in rows:
                yield before + 1, not cells
                before = rows.line_num
        except csv.Error:
            return
