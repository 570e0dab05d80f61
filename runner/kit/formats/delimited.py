# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""CSV with `,` `;` tab or `|`: the header read by us, the records by the engine, none lost."""

import csv
import io
from itertools import islice
from pathlib import Path
from typing import Any

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.places import Layout, blanks_before, lines_of
from runner.kit.quoting import literal
from runner.kit.readable_file import (
    CHUNK,
    LINE_LIMITS,
    MOST_LINE_BYTES,
    refuse_endless_lines,
    rewritten,
)
from runner.kit.records import LATIN_1, UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import ColumnSpec, DeclaredInput, match_columns
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line

DELIMITERS = (",", ";", "\t", "|")
MOST_HEADER_BYTES = 1 << 20
_ENDLESS_QUOTE_LINES = 20
_TRIED_ROWS = 20


@frozen
class Header:
    """The names in the first line, and the delimiter under which the contract finds most of them.

    A file without a usable header has the names that its first line happens to hold. `in_file` is
    false where the format writes no header, and the names are those that it documents. `select` are
    SQL expressions over the columns `c0`, `c1` … where records are kept in another form, and `made`
    the names of these.
    """

    names: tuple[str, ...]
    delimiter: str
    in_file: bool = True
    select: str = "*"
    made: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """The names of the columns that are kept, by their places."""
        return {f"c{place}": name for place, name in enumerate(self.made or self.names)}


def header_of(text: str, wanted: tuple[ColumnSpec, ...]) -> Header:
    """The header of a file that begins with this text."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    found = [Header(_first_record(plain, mark), mark) for mark in DELIMITERS]
    header = max(found, key=lambda header: (_fit(header, wanted), len(header.names)))
    return Header((*header.names, ""), header.delimiter) if _ends_open(plain, header) else header


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether its first line names the columns that are wanted, or any where all are welcome."""
    if not declared.is_tabular or head.text.lstrip()[:1] in ("{", "["):
        return False
    found = header_of(head.text, declared.columns).names
    matched, missing, ambiguous = match_columns(declared.columns, found)
    return not missing and bool(matched or ambiguous or not declared.columns)


def looks_delimited(head: Head) -> bool:
    """Whether its first two lines have the same delimiters, and the first one no digits."""
    lines = head.lines[:2]
    if len(lines) < 2 or any(c.isdigit() for c in lines[0]):
        return False
    counts = ((lines[0].count(mark), lines[1].count(mark)) for mark in DELIMITERS)
    return any(first == second > 0 for first, second in counts)


def read(reading: Reading) -> RawRecords:
    """All records, as text columns `c0`, `c1` … that are typed while they are read.

    Bytes that are not UTF-8 make the file Latin-1, with a warning; mixed line ends are mended.
    Raises InputRefused where the first line has no end in sight, or lacks a column that is wanted.
    """
    header = header_of(first_lines(reading), reading.declared.columns)
    if not any(header.names):
        raise reading.source.refused("its first line is blank, and should name the columns")
    reading.source.refuse_wrong_shape(reading.declared, header.names)
    return read_rows(reading, header)


def read_rows(reading: Reading, header: Header) -> RawRecords:
    """The records under a header that is known; see `read`."""
    source, path, con = reading.source, reading.path, reading.con
    refuse_endless_lines(source, path)
    warnings: tuple[str, ...] = ()
    if not _materialise(reading, header):
        path = rewritten(source, path, "utf-8")
        if not _materialise(reading.at(path), header):
            raise source.refused("its line ends or quotes cannot be read as CSV")
    if con.execute(_WRONG_ENCODING).fetchall():
        _materialise(reading.at(rewritten(source, path, "latin-1")), header)
        warnings = (f"{source.name}: {LATIN_1}",)
    count = con.execute("select count(distinct line) from kit_rejects").fetchall()[0][0]
    layout = Layout(header.delimiter, header.in_file)
    unread = _unread(path, layout, header, con)
    if (one := _endless_quote(unread, header)) is not None:
        line = lines_of(path, layout, (one.record,)).get(one.record)
        place = f"record {one.record}{f', line {line}' if line else ''}, {one.said.split(':')[0]}"
        happened = f'a quote (") opened in {place} is never closed'
        raise source.refused(happened, "mend that record; everything after it is unreadable")
    return RawRecords(
        *(header.columns, unread, count, warnings),
        layout=layout,
        is_loaded=reading.typing is not None,
    )


FORMAT = Format("csv", "CSV", claims, read)


_WRONG_ENCODING = "select 1 from kit_rejects where error_type::varchar = 'INVALID ENCODING' limit 1"
_UNREAD = f"""
    select line, first(error_type::varchar), min(column_idx), max(column_idx),
        coalesce(first(left(csv_line, 2000)), '')
    from kit_rejects group by line order by line limit {UNREAD_KEPT}
"""
_NO_NULL = "nullstr = '\\x01'"
"""An empty cell is no null to the engine, which passes over a null beyond the last column."""


def first_lines(reading: Reading) -> str:
    """The beginning of the file. Raises InputRefused where its first line has no end in sight."""
    with reading.path.open("rb") as file:
        head = file.read(MOST_HEADER_BYTES)
    if len(head) == MOST_HEADER_BYTES and b"\n" not in head and b"\r" not in head:
        raise reading.source.refused(f"its first line is longer than {MOST_HEADER_BYTES:,} bytes")
    return str(head.decode("utf-8", "replace"))


def _first_record(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        return tuple(name.strip() for name in next(reader, []))
    except csv.Error:
        return ()


def _fit(header: Header, wanted: tuple[ColumnSpec, ...]) -> int:
    matched, _, ambiguous = match_columns(wanted, header.names)
    return len(matched) + len(ambiguous)


def _materialise(reading: Reading, header: Header) -> bool:
    """Load the records, and put what does not fit into `kit_rejects`; whether it could."""
    con = reading.con
    con.execute("drop table if exists kit_rejects; drop table if exists kit_scans")
    raw = RawRecords(header.columns, has_blanks=header.select != "*" or _has_blanks(reading.path))
    statement = reading.making(raw, _query(reading.path, header))
    try:
        con.execute(statement)
    except Exception as error:
        if "state machine" in str(error):
            return False
        raise reading.source.refused(str(error).splitlines()[0][:300]) from None
    return True


def _has_blanks(path: Path) -> bool:
    """Whether there is any blank below the first line."""
    with path.open("rb") as file:
        file.readline()
        while chunk := file.read(CHUNK):
            if b" " in chunk or b"\t" in chunk:
                return True
    return False


def _query(path: Path, header: Header) -> str:
    places = range(len(header.names))
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in places)
    cells = ", ".join(f"nullif(c{place}, '') as c{place}" for place in places)
    return (
        f"select {header.select} from "
        f"(select {'*' if header.select == '*' else cells} from read_csv({literal(path)}, "
        f"columns = {{{columns}}}, delim = {literal(header.delimiter)}, quote = '\"', "
        f"escape = '\"', header = {header.in_file}, auto_detect = false, {LINE_LIMITS}, "
        f"{_NO_NULL}, store_rejects = true, "
        "rejects_table = 'kit_rejects', rejects_scan = 'kit_scans', rejects_limit = 0))"
    )


def _ends_open(text: str, header: Header) -> bool:
    """Whether every record at the beginning ends in a delimiter more than the header does."""
    found = csv.reader(io.StringIO(text, newline=""), delimiter=header.delimiter)
    try:
        rows = [row for row in islice(found, 1, _TRIED_ROWS) if row]
    except csv.Error:
        return False
    whole = rows if len(rows) == _TRIED_ROWS - 1 or text.endswith("\n") else rows[:-1]
    wide = len(header.names) + 1
    return len(whole) > 1 and all(len(row) == wide and not row[-1].strip() for row in whole)


def _unread(path: Path, layout: Layout, header: Header, con: Any) -> tuple[Unread, ...]:
    """The first records that do not fit, by their number; the engine counts blank lines as well."""
    found = con.execute(_UNREAD).fetchall()
    blank_before = blanks_before(path, layout, [row for row, *_ in found])
    return tuple(
        Unread(row - header.in_file - blank_before.get(row, 0), why, said, text)
        for row, why, first, last, text in found
        for said in [_said(why, header, first, last)]
    )


def _said(why: str, header: Header, first: int, last: int) -> str:
    """What is wrong with a record, `first` and `last` being the cells that the engine blames.

    It counts them from 1, but for those that are missing.
    """
    names = header.names
    if why == "LINE SIZE OVER MAXIMUM":
        return f"it is longer than {MOST_LINE_BYTES >> 20} MiB"
    if why == "MISSING COLUMNS":
        return f"it ends before {_cell(names, first + 1)}; {first} of {len(names)} cells"
    if why == "TOO MANY COLUMNS":
        return f"{last} cells, and {_cell(names, len(names))} is the last of {len(names)}"
    if why == "UNQUOTED VALUE":
        return f'{_cell(names, first)}: a quote (") is not closed, or text follows it'
    return f"{_cell(names, first)}: {why.lower()}"


def _cell(names: tuple[str, ...], place: int) -> str:
    name = safe_line("".join(names[place - 1 : place]))
    return f"column {place}" + (f" `{name:.40}`" if name else "")


def _endless_quote(unread: tuple[Unread, ...], header: Header) -> Unread | None:
    """The record in which a quote that is never closed swallowed further ones."""
    for one in unread:
        if one.why != "UNQUOTED VALUE":
            continue
        behind = one.text.split("\n")[1:]
        marks = max(len(header.names) - 1, 1)
        swallowed = any(line.count(header.delimiter) >= marks for line in behind)
        if swallowed or len(behind) > _ENDLESS_QUOTE_LINES:
            return one
    return None
