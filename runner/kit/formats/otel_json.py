# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""What all OpenTelemetry JSON (OTLP) shares: resources hold scopes, which hold the records."""

import re

from runner.kit.formats.format import Head, Reading
from runner.kit.formats.json_records import as_lines, as_utf8, materialise
from runner.kit.formats.json_text import Records
from runner.kit.quoting import literal
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread

_TRIED_LINES = 10
_KINDS = ("stringValue", "intValue", "doubleValue", "boolValue")


def claims_lists(head: Head, name: str) -> bool:
    """Whether one of its first lines begins an object whose first name is this one."""
    begins = re.compile(rf'\{{?\s*"{name}"')
    lines = head.lines[:_TRIED_LINES]
    return any(begins.match(line.lstrip()) for line in lines) and "{" in "".join(lines)


def nano_time(text: str) -> str:
    """SQL for a time in nanoseconds since 1970; anything shorter stays the text that it is."""
    return (
        f"case when regexp_full_match({text}, '\\d{{18,19}}') "
        f"then make_timestamp_ns({text}::bigint)::varchar else {text} end"
    )


def read_otel(
    reading: Reading, lists: tuple[str, str, str], columns: list[tuple[str, str]]
) -> RawRecords:
    """The records in these three nested lists, each as columns: names and SQL.

    The SQL sees the resource as `g` and the record as `r`. A document without records of this form
    is one unread record.
    """
    reading, warnings = as_utf8(reading)
    unread = materialise(reading.at(as_lines(reading, Records(reading.path, ()))))
    con = reading.con
    outer, scope, inner = (literal(f"$.{name}[*]") for name in lists)
    con.execute(
        f"""
        create or replace temp table kit_otel as
        with resources as (
            select unnest(json_extract(json, {outer})) as g, record
            from kit_json where is_object
        ), scopes as (
            select g, unnest(json_extract(g, {scope})) as s, record from resources
        )
        select g, unnest(json_extract(s, {inner})) as r, record from scopes
        """
    )
    values = ", ".join(f"{sql} as c{place}" for place, (_, sql) in enumerate(columns))
    con.execute("drop table if exists kit_raw")
    con.execute(f"create temp table kit_raw as select {values} from kit_otel")
    lost = con.execute(
        "select record, left(json::varchar, 200) from kit_json where is_object and record not in "
        f"(select record from kit_otel) order by record limit {UNREAD_KEPT}"
    ).fetchall()
    con.execute("drop table kit_otel; drop table kit_json")
    said = f"no {lists[2]} in it"
    unread += tuple(Unread(n, "NO RECORDS", said, text) for n, text in lost)
    named = {f"c{place}": name for place, (name, _) in enumerate(columns)}
    return RawRecords(named, unread[:UNREAD_KEPT], len(unread), warnings)


def attribute(of: str, path: str, name: str) -> str:
    """SQL for the value of an attribute, whatever its type, or null."""
    every = f"json_extract({of}, {literal(path)})"
    one = f"list_filter({every}, lambda a: a->>'$.key' = {literal(name)})[1]"
    values = [f"{one}->>'$.value.{kind}'" for kind in _KINDS]
    return f"coalesce({', '.join(values)})"
