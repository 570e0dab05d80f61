"""A look at the head of an input: is this the file that the KEY reads?

"0 failures" from the wrong file is the dangerous answer, so a file of another shape is refused
here, with the columns found and wanted. Rows are left to the KEY.
"""

import csv
import io
import json
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from runner.errors import InvalidInput
from runner.model.contract import DeclaredInput, absent, match_columns
from runner.model.frozen import frozen

_HEAD = 1 << 16
"""Bytes that are looked at, of the file and of what it unpacks to."""
_DELIMITERS = (",", ";", "\t", "|")
_NO_CELL = "no cell ran"


@frozen
class _Head:
    """The beginning of a file as text; `whole` says that there is no more."""

    text: str
    whole: bool


def check_input(contract_input: DeclaredInput, file: Path) -> None:
    """Raise InvalidInput where the head of `file` shows that it is not this input.

    Looks through gzip; leaves zstd, Parquet and inputs without declared columns to the KEY, apart
    from what is binary or empty.
    """
    raw = _read_head(contract_input, file)
    if raw[:4] == b"\x28\xb5\x2f\xfd" or _is_parquet(contract_input, file, raw):
        return
    head = _decode(contract_input, file, raw)
    if not head.text.strip():
        _refuse(contract_input, file, "holds nothing but white space", "export it again")
    if contract_input.columns:
        _check_columns(contract_input, file, head)


def _read_head(declared: DeclaredInput, file: Path) -> bytes:
    with file.open("rb") as source:
        raw = source.read(_HEAD)
    if raw[:4] == b"PK\x03\x04":
        _refuse(declared, file, "is a zip archive", "unpack it and give the file inside")
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, _HEAD)
    except zlib.error:
        _refuse(declared, file, "begins like gzip and does not unpack", "export it again")


def _is_parquet(declared: DeclaredInput, file: Path, raw: bytes) -> bool:
    if raw[:4] != b"PAR1":
        return False
    if "parquet" not in declared.formats:
        _refuse(declared, file, "is a Parquet file", _wanted_formats(declared))
    return True


def _decode(declared: DeclaredInput, file: Path, raw: bytes) -> _Head:
    whole = len(raw) < _HEAD
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _Head(raw[: len(raw) & ~1].decode("utf-16", "replace"), whole)
    if b"\0" in raw:
        _refuse(declared, file, "is binary: it holds NUL bytes", _wanted_formats(declared))
    return _Head(raw.decode("utf-8-sig", "replace"), whole)


def _check_columns(declared: DeclaredInput, file: Path, head: _Head) -> None:
    """Refuse another format and other columns; formats that write no names are left to the KEY."""
    from runner.kit.formats.catalog import labels, recognise
    from runner.kit.formats.format import Head
    from runner.kit.formats.json_text import list_path

    form = recognise(Head(b"", head.text, head.whole), declared)
    if form is None and "csv" not in declared.formats:
        _refuse(declared, file, "is of no format that is known", f"give {labels(declared)}")
    if form is not None and form.name not in declared.formats:
        _refuse(declared, file, f"is {form.label}", f"give {labels(declared)}")
    if form is not None and form.name in ("json", "jsonl"):
        found = () if list_path(head.text.lstrip(), declared) else _json_names(head)
        if found:
            _compare(declared, file, found)
    elif form is None or form.name == "csv":
        _check_csv(declared, file, head)


def _check_csv(declared: DeclaredInput, file: Path, head: _Head) -> None:
    rows = _csv_rows(declared, head)
    _compare(declared, file, rows[0])
    if head.whole and len(rows) - 1 < declared.min_rows:
        seen = "a header and no rows" if len(rows) == 1 else f"{len(rows) - 1} rows"
        _refuse(declared, file, f"has {seen}, at least {declared.min_rows} wanted", "")


def _json_names(head: _Head) -> tuple[str, ...]:
    """The names that the first records carry; empty where the head shows no record."""
    names: dict[str, None] = {}
    decoder = json.JSONDecoder()
    text = head.text.strip().removeprefix("[").lstrip()
    while text.startswith("{"):
        try:
            record, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            break
        names.update(dict.fromkeys(record))
        text = text[end:].lstrip(" \t\r\n,")
    return tuple(names)


def _csv_rows(declared: DeclaredInput, head: _Head) -> list[tuple[str, ...]]:
    """The rows of the head, by the delimiter under which most wanted columns are found."""

    def missing(rows: list[tuple[str, ...]]) -> int:
        return len(match_columns(declared.columns, rows[0])[1])

    return min((_split(head.text, delimiter) for delimiter in _DELIMITERS), key=missing)


def _split(text: str, delimiter: str) -> list[tuple[str, ...]]:
    reader = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter)
    rows: list[tuple[str, ...]] = []
    with suppress(csv.Error):  # a field of more than 128 KiB: what was read so far is enough
        rows.extend(tuple(cell.strip() for cell in row) for row in reader if row)
    return rows or [(text[:200],)]


def _compare(declared: DeclaredInput, file: Path, found: tuple[str, ...]) -> None:
    matched, missing, ambiguous = match_columns(declared.columns, found)
    if matched and not missing and not ambiguous:
        return
    faults = [f"no column {', '.join(absent(declared, missing, found))}"] if missing else []
    faults += [f"several columns for {', '.join(ambiguous)}"] if ambiguous else []
    faults += [] if faults else ["none of the columns"]
    needed = [column.name for column in declared.columns if column.required]
    wanted = ", ".join(needed or [column.name for column in declared.columns])
    shown = ", ".join(name[:60] or "(no name)" for name in found[:40])
    _refuse(
        declared,
        file,
        f"has {' and '.join(faults)}; found: {shown}; wanted: {wanted}",
        f"give the {declared.label or declared.name} export",
    )


def _wanted_formats(declared: DeclaredInput) -> str:
    return "give " + " or ".join(declared.formats)


def _refuse(declared: DeclaredInput, file: Path, why: str, hint: str) -> NoReturn:
    raise InvalidInput(f"input {declared.name}: {file.name} {why}", _NO_CELL, hint)
