# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Records before they are typed: text columns in the engine's table `kit_raw`."""

from typing import Any

from runner.kit.quoting import identifier, literal
from runner.kit.readable_file import (
    LINE_LIMITS,
    MOST_LINE_BYTES,
    ReadableFile,
    Shape,
    SourceFile,
    is_utf8,
    rewritten,
)
from runner.model.frozen import frozen

UNREAD_KEPT = 1_000


@frozen
class Unread:
    """A record that could not be split into its columns. Records count from 1, without header."""

    record: int
    why: str
    said: str
    text: str


@frozen
class RawRecords:
    """What `kit_raw` holds: the file's name of each of its columns, and what it does not hold.

    `unread` are the first UNREAD_KEPT of `unread_count` records.
    """

    names: dict[str, str]
    unread: tuple[Unread, ...] = ()
    unread_count: int = 0
    warnings: tuple[str, ...] = ()


def read_json(source: SourceFile, file: ReadableFile, con: Any) -> RawRecords:
    """JSON lines or an array of objects. A line that is no object is an unread record.

    Bytes that are not UTF-8 make the file Latin-1, with a warning.
    """
    warnings: tuple[str, ...] = ()
    unread = _materialise_json(source, file.path, file.shape, con)
    if unread and not is_utf8(file.path):
        latin = rewritten(source, file.path, "latin-1")
        unread = _materialise_json(source, latin, file.shape, con)
        warnings = (f"{source.name}: not UTF-8, read as Latin-1; letters with accents may differ",)
    if unread is None:
        raise source.refused("its JSON is malformed", "export it again; it may be cut off")
    keys = con.execute(
        "select key, min(record) from (select record, unnest(json_keys(json)) as key "
        "from kit_json where is_object) where not contains(key, chr(34)) "
        "group by key order by 2, 1"
    ).fetchall()
    if not keys:
        raise source.refused("it holds no JSON objects, so its columns cannot be checked")
    _spread_json(tuple(key for key, _ in keys), con)
    names = {f"c{place}": key for place, (key, _) in enumerate(keys)}
    return RawRecords(names, unread[:UNREAD_KEPT], len(unread), warnings)


def read_parquet(source: SourceFile, file: ReadableFile, con: Any) -> RawRecords:
    """A Parquet table; its values pass through text, so one rule reads them all."""
    try:
        found = con.execute(f"describe from read_parquet({literal(file.path)})").fetchall()
        names = {f"c{place}": str(row[0]) for place, row in enumerate(found)}
        columns = ", ".join(f"{identifier(old)}::varchar as {new}" for new, old in names.items())
        con.execute("drop table if exists kit_raw")
        con.execute(
            f"create temp table kit_raw as select {columns} from read_parquet({literal(file.path)})"
        )
    except Exception as error:
        raise source.refused(f"its Parquet is broken: {str(error).splitlines()[0]:.300}") from None
    return RawRecords(names)


def read_text_lines(source: SourceFile, file: ReadableFile, con: Any) -> RawRecords:
    """A plain log: one column `line`; empty lines are kept."""
    con.execute("drop table if exists kit_raw")
    con.execute("create temp table kit_raw (c0 varchar)")
    try:
        con.execute(
            f"insert into kit_raw from read_csv({literal(file.path)}, "
            "columns = {'c0': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', "
            f"header = false, auto_detect = false, {LINE_LIMITS})"
        )
    except Exception as error:
        raise source.refused(str(error).splitlines()[0][:300]) from None
    return RawRecords({"c0": "line"})


def _materialise_json(
    source: SourceFile, path: Any, shape: Shape, con: Any
) -> tuple[Unread, ...] | None:
    """Read the values into `kit_json`; those that are no objects, or None for a broken array."""
    form = "array" if shape is Shape.JSON_ARRAY else "newline_delimited"
    ignore = ", ignore_errors = true" if shape is Shape.JSON_LINES else ""
    try:
        con.execute(
            "create or replace temp table kit_json as select row_number() over () as record, "
            "json, json is not null and json_type(json) = 'OBJECT' as is_object, "
            f"from read_json_objects({literal(path)}, format = '{form}'{ignore}, "
            f"maximum_object_size = {MOST_LINE_BYTES})"
        )
    except Exception as error:
        if "Malformed" in str(error) or "unicode" in str(error).lower():
            return None if is_utf8(path) else (Unread(1, "ENCODING", str(error), ""),)
        raise source.refused(str(error).splitlines()[0][:300]) from None
    found = con.execute(
        "select record, coalesce(left(json::varchar, 200), '') from kit_json where not is_object"
    ).fetchall()
    return tuple(Unread(record, "NO OBJECT", "not a JSON object", text) for record, text in found)


def _spread_json(keys: tuple[str, ...], con: Any) -> None:
    con.execute("drop table if exists kit_raw")
    paths = ", ".join(literal(f'$."{key}"') for key in keys)
    columns = ", ".join(f"part[{place + 1}] as c{place}" for place in range(len(keys)))
    con.execute(
        f"create temp table kit_raw as select {columns} from "
        f"(select json_extract_string(json, [{paths}]::varchar[]) as part, record from kit_json "
        "where is_object order by record)"
    )
    con.execute("drop table kit_json")
