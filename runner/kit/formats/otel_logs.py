# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""OpenTelemetry logs as JSON (OTLP): a document, or one a line, of resource, scope and record."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.json_records import as_lines, materialise
from runner.kit.formats.json_text import Records
from runner.kit.quoting import literal
from runner.kit.records import UNREAD_KEPT, RawRecords, Unread
from runner.model.contract import DeclaredInput

_TIME = "coalesce(nullif(r->>'$.timeUnixNano', '0'), r->>'$.observedTimeUnixNano')"
_BODY = "coalesce(r->>'$.body.stringValue', (r->'$.body')::varchar)"


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether it begins with an object whose first name is `resourceLogs`."""
    return head.text.lstrip("{ \t\r\n").startswith('"resourceLogs"')


def read(reading: Reading) -> RawRecords:
    """A log record each; of its attributes those that the contract has as dotted aliases.

    A document without records of this form is one unread record.
    """
    unread = materialise(reading.at(as_lines(reading, Records(reading.path, ()))))
    con = reading.con
    con.execute(
        """
        create or replace temp table kit_otel as
        with resources as (
            select unnest(json_extract(json, '$.resourceLogs[*]')) as g, record
            from kit_json where is_object
        ), scopes as (
            select g, unnest(json_extract(g, '$.scopeLogs[*]')) as s, record from resources
        )
        select g, unnest(json_extract(s, '$.logRecords[*]')) as r, record from scopes
        """
    )
    names = _columns(reading.declared)
    values = ", ".join(f"{sql} as c{place}" for place, (_, sql) in enumerate(names))
    con.execute("drop table if exists kit_raw")
    con.execute(f"create temp table kit_raw as select {values} from kit_otel")
    lost = con.execute(
        "select record, left(json::varchar, 200) from kit_json where is_object and record not in "
        f"(select record from kit_otel) order by record limit {UNREAD_KEPT}"
    ).fetchall()
    con.execute("drop table kit_otel; drop table kit_json")
    unread += tuple(Unread(n, "NO RECORDS", "no logRecords in it", text) for n, text in lost)
    named = {f"c{place}": name for place, (name, _) in enumerate(names)}
    return RawRecords(named, unread[:UNREAD_KEPT], len(unread))


FORMAT = Format("otel-logs", "OpenTelemetry logs as JSON", claims, read)


def _columns(declared: DeclaredInput) -> list[tuple[str, str]]:
    found = [
        ("timestamp", f"make_timestamp_ns(try_cast({_TIME} as bigint))::varchar"),
        ("level", "coalesce(r->>'$.severityText', r->>'$.severityNumber')"),
        ("message", _BODY),
        ("service", _attribute("g", "$.resource.attributes[*]", "service.name")),
        ("trace_id", "nullif(r->>'$.traceId', '')"),
    ]
    taken = {name for name, _ in found}
    dotted = (alias for column in declared.columns for alias in column.aliases if "." in alias)
    for name in dict.fromkeys(dotted):
        if name not in taken:
            found.append((name, _attribute("r", "$.attributes[*]", name)))
    return found


def _attribute(of: str, path: str, name: str) -> str:
    """SQL for the value of an attribute, whatever its type, or null."""
    every = f"json_extract({of}, {literal(path)})"
    one = f"list_filter({every}, lambda a: a->>'$.key' = {literal(name)})[1]"
    kinds = ("stringValue", "intValue", "doubleValue", "boolValue")
    values = [f"{one}->>'$.value.{kind}'" for kind in kinds]
    return f"coalesce({', '.join(values)})"
