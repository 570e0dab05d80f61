# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""JSON: lines of objects, arrays, single objects, and exports that wrap their records in a list.

Nested values are found by dotted names, where the contract has such a name as an alias.
"""

import json
import re
from collections.abc import Iterable
from json import JSONDecodeError
from pathlib import Path

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.json_text import Malformed, Records, list_path
from runner.kit.places import Layout, texts_of
from runner.kit.quoting import literal
from runner.kit.readable_file import HEAD_BYTES, MOST_LINE_BYTES, is_utf8, rewritten
from runner.kit.records import LATIN_1, UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import DeclaredInput

_EXPLAINED = 5
_BEGINS = re.compile(r"\s*(\{|\[\s*[\[{\]\"])")


def claims_lines(head: Head, declared: DeclaredInput) -> bool:
    """Whether its first line is an object that is itself a record, as far as one can see."""
    text = head.text.lstrip()
    if not declared.is_tabular or text[:1] != "{" or list_path(text, declared):
        return False
    first = text.splitlines()[0]
    return _is_object(first) or (len(first) == len(text) and not head.whole)


def claims_document(head: Head, declared: DeclaredInput) -> bool:
    """Whether it begins like an object or a list of them, whatever comes then."""
    return declared.is_tabular and bool(_BEGINS.match(head.text))


def read_lines(reading: Reading) -> RawRecords:
    """A line that is no object is an unread record. Not UTF-8 means Latin-1, with a warning."""
    warnings: tuple[str, ...] = ()
    try:
        unread = materialise(reading)
    except UnicodeError:
        latin = rewritten(reading.source, reading.path, "latin-1")
        unread, warnings = materialise(reading.at(latin)), (f"{reading.source.name}: {LATIN_1}",)
    names = spread(reading, top_names(reading))
    shown = _explained(reading.path, unread[:_EXPLAINED])
    unread = (*shown, *unread[_EXPLAINED:])
    return RawRecords(names, unread[:UNREAD_KEPT], len(unread), warnings, layout=Layout())


def read_document(reading: Reading) -> RawRecords:
    """The records of an array, of a wrapped list, or of documents one after another.

    Raises InputRefused at the place where the JSON breaks off.
    """
    with reading.path.open("rb") as file:
        head = Head.of(file.read(HEAD_BYTES), False)
    path = list_path(head.text.lstrip(), reading.declared)
    return read_records(reading, path)


def read_records(reading: Reading, path: tuple[str, ...]) -> RawRecords:
    """The records in the list under `path` of each document of the file."""
    reading, warnings = as_utf8(reading)
    records = Records(reading.path, path)
    found = read_lines(reading.at(as_lines(reading, records)))
    if records.more:
        warnings += (f"{reading.source.name}: the export says that there are further pages",)
    return RawRecords(found.names, found.unread, found.unread_count, (*warnings, *found.warnings))


def as_utf8(reading: Reading) -> tuple[Reading, tuple[str, ...]]:
    """The file in UTF-8, and a warning where it had to be read as Latin-1."""
    if is_utf8(reading.path):
        return reading, ()
    latin = rewritten(reading.source, reading.path, "latin-1")
    return reading.at(latin), (f"{reading.source.name}: {LATIN_1}",)


def as_lines(reading: Reading, records: Iterable[str]) -> Path:
    """A file of JSON lines. Raises InputRefused where the records break off."""
    made = reading.source.scratch / f"{reading.source.name}.lines"
    try:
        with made.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{record}\n" for record in records)
    except Malformed as fault:
        raise reading.source.refused(str(fault), "export it again; it may be cut off") from None
    if not made.stat().st_size:
        raise _no_objects(reading)
    return made


def top_names(reading: Reading) -> tuple[str, ...]:
    """The names of the objects in `kit_json`, by first appearance, with wanted dotted ones."""
    found = reading.con.execute(
        "select key, min(record) from (select record, unnest(json_keys(json)) as key "
        "from kit_json where is_object) where not contains(key, chr(34)) "
        "group by key order by 2, 1"
    ).fetchall()
    if not found:
        raise _no_objects(reading)
    names = tuple(key for key, _ in found)
    return (*names, *(name for name in _dotted(reading.declared) if name.split(".")[0] in names))


def spread(reading: Reading, names: tuple[str, ...]) -> dict[str, str]:
    """Make `kit_raw` from `kit_json`, a column for each name; dotted ones that are nowhere go."""
    whole = [literal(f'$."{name}"') for name in names]
    deep = [literal("$." + ".".join(f'"{part}"' for part in name.split("."))) for name in names]
    paths = [
        d if name in _dotted(reading.declared) else w
        for name, w, d in zip(names, whole, deep, strict=True)
    ]
    columns = ", ".join(f"part[{place + 1}] as c{place}" for place in range(len(names)))
    con = reading.con
    con.execute("drop table if exists kit_raw")
    con.execute(
        f"create temp table kit_raw as select {columns} from (select json_extract_string(json, "
        f"[{', '.join(paths)}]::varchar[]) as part, record from kit_json "
        "where is_object order by record)"
    )
    con.execute("drop table kit_json")
    here = {f"c{place}": name for place, name in enumerate(names)}
    absent = [
        place
        for place, name in here.items()
        if name in _dotted(reading.declared)
        and not con.execute(f"select 1 from kit_raw where {place} is not null limit 1").fetchall()
    ]
    return {place: name for place, name in here.items() if place not in absent}


def materialise(reading: Reading) -> tuple[Unread, ...]:
    """Read the lines into `kit_json`; those that are no objects. Raises UnicodeError."""
    con = reading.con
    try:
        con.execute(
            "create or replace temp table kit_json as select row_number() over () as record, "
            "json, json is not null and json_type(json) = 'OBJECT' as is_object, "
            f"from read_json_objects({literal(reading.path)}, format = 'newline_delimited', "
            f"ignore_errors = true, maximum_object_size = {MOST_LINE_BYTES})"
        )
    except Exception as error:
        if not is_utf8(reading.path):
            raise UnicodeError from None
        raise reading.source.refused(str(error).splitlines()[0][:300]) from None
    found = con.execute(
        "select record, coalesce(left(json::varchar, 200), '') from kit_json where not is_object"
    ).fetchall()
    if found and not is_utf8(reading.path):
        raise UnicodeError
    return tuple(Unread(record, "NO OBJECT", "not a JSON object", text) for record, text in found)


LINES = Format("jsonl", "JSON lines", claims_lines, read_lines)
DOCUMENT = Format("json", "JSON", claims_document, read_document)


def _dotted(declared: DeclaredInput) -> tuple[str, ...]:
    names = (name for column in declared.columns for name in column.names if "." in name)
    return tuple(dict.fromkeys(names))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _explained(path: Path, unread: tuple[Unread, ...]) -> tuple[Unread, ...]:
    """The same, each with its line, and the column at which the line is no JSON any more."""
    texts = texts_of(path, [one.record for one in unread])
    return tuple(
        Unread(one.record, one.why, _fault(texts.get(one.record, "")), texts.get(one.record, ""))
        for one in unread
    )


def _fault(line: str) -> str:
    try:
        json.loads(line)
    except JSONDecodeError as error:
        return f"not a JSON object: column {error.pos + 1}: {error.msg}"
    except (ValueError, RecursionError):
        pass
    return "not a JSON object"


def _no_objects(reading: Reading) -> Exception:
    return reading.source.refused("it holds no JSON objects, so its columns cannot be checked")
