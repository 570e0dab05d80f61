# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""CSV with `,` `;` tab or `|`: the header read by us, the records by the engine, none lost."""

import csv
import io
from typing import Any

from runner.kit.quoting import literal
from runner.kit.readable_file import LINE_LIMITS, SourceFile, rewritten
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import ColumnSpec, match_columns
from runner.model.frozen import frozen

DELIMITERS = (",", ";", "\t", "|")
MOST_HEADER_BYTES = 1 << 20
_ENDLESS_QUOTE_LINES = 20


@frozen
class Header:
    """The names in the first line, and the delimiter under which the contract finds most of them.

    A file without a usable header has the names that its first line happens to hold.
    """

    names: tuple[str, ...]
    delimiter: str


def read_header(source: SourceFile, path: Any, wanted: tuple[ColumnSpec, ...]) -> Header:
    """The header of a UTF-8 file. Raises InputRefused where the first line has no end in sight."""
    with path.open("rb") as file:
        head = file.read(MOST_HEADER_BYTES)
    if len(head) == MOST_HEADER_BYTES and b"\n" not in head and b"\r" not in head:
        raise source.refused(f"its first line is longer than {MOST_HEADER_BYTES:,} bytes")
    text = head.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    found = [Header(_first_record(text, mark), mark) for mark in DELIMITERS]
    return max(found, key=lambda header: (_fit(header, wanted), len(header.names)))


def read_delimited(source: SourceFile, path: Any, header: Header, con: Any) -> RawRecords:
    """All records as text columns `c0`, `c1` … in the engine's table `kit_raw`.

    Bytes that are not UTF-8 make the file Latin-1, with a warning; mixed line ends are mended.
    """
    warnings: tuple[str, ...] = ()
    if not _materialise(source, path, header, con):
        path = rewritten(source, path, "utf-8")
        if not _materialise(source, path, header, con):
            raise source.refused("its line ends or quotes cannot be read as CSV")
    if con.execute(_WRONG_ENCODING).fetchone():
        _materialise(source, rewritten(source, path, "latin-1"), header, con)
        warnings = (f"{source.name}: not UTF-8, read as Latin-1; letters with accents may differ",)
    count = con.execute("select count(distinct line) from kit_rejects").fetchone()[0]
    unread = tuple(Unread(*row) for row in con.execute(_UNREAD).fetchall())
    _refuse_endless_quote(source, unread)
    names = {f"c{place}": name for place, name in enumerate(header.names)}
    return RawRecords(names, unread, count, warnings)


_WRONG_ENCODING = "select 1 from kit_rejects where error_type::varchar = 'INVALID ENCODING' limit 1"
_UNREAD = f"""
    select line - 1, first(error_type::varchar), first(error_message),
        coalesce(first(left(csv_line, 2000)), '')
    from kit_rejects group by line order by line limit {UNREAD_KEPT}
"""


def _first_record(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        return tuple(name.strip() for name in next(reader, []))
    except csv.Error:
        return ()


def _fit(header: Header, wanted: tuple[ColumnSpec, ...]) -> int:
    matched, _, ambiguous = match_columns(wanted, header.names)
    return len(matched) + len(ambiguous)


def _materialise(source: SourceFile, path: Any, header: Header, con: Any) -> bool:
    """Read the file into `kit_raw` and what does not fit into `kit_rejects`; whether it could."""
    for table in ("kit_raw", "kit_rejects", "kit_scans"):
        con.execute(f"drop table if exists {table}")
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header.names)))
    query = (
        f"create temp table kit_raw as from read_csv({literal(path)}, columns = {{{columns}}}, "
        f"delim = {literal(header.delimiter)}, quote = '\"', escape = '\"', header = true, "
        f"auto_detect = false, {LINE_LIMITS}, store_rejects = true, "
        "rejects_table = 'kit_rejects', rejects_scan = 'kit_scans', rejects_limit = 0)"
    )
    try:
        con.execute(query)
    except Exception as error:
        if "state machine" in str(error):
            return False
        raise source.refused(str(error).splitlines()[0][:300]) from None
    return True


def _refuse_endless_quote(source: SourceFile, unread: tuple[Unread, ...]) -> None:
    for one in unread:
        if one.why == "UNQUOTED VALUE" and one.text.count("\n") > _ENDLESS_QUOTE_LINES:
            happened = f'a quote (") opened in record {one.record} is never closed'
            raise source.refused(happened, "mend that record; everything after it is unreadable")
