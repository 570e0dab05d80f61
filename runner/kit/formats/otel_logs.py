"""OpenTelemetry logs as JSON (OTLP): a document, or one a line, of resource, scope and record."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.otel_json import attribute, claims_lists, nano_time, read_otel
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_TIME = "coalesce(nullif(r->>'$.timeUnixNano', '0'), r->>'$.observedTimeUnixNano')"
_BODY = "coalesce(r->>'$.body.stringValue', (r->'$.body')::varchar)"


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether it begins with objects whose first name is `resourceLogs`."""
    return claims_lists(head, "resourceLogs")


def read(reading: Reading) -> RawRecords:
    """A log record each; of its attributes those that the contract has as dotted aliases."""
    lists = ("resourceLogs", "scopeLogs", "logRecords")
    return read_otel(reading, lists, _columns(reading.declared))


FORMAT = Format("otel-logs", "OpenTelemetry logs as JSON", claims, read)


def _columns(declared: DeclaredInput) -> list[tuple[str, str]]:
    found = [
        ("timestamp", nano_time(_TIME)),
        ("level", "coalesce(r->>'$.severityText', r->>'$.severityNumber')"),
        ("message", _BODY),
        ("service", attribute("g", "$.resource.attributes[*]", "service.name")),
        ("trace_id", "nullif(r->>'$.traceId', '')"),
    ]
    taken = {name for name, _ in found}
    dotted = (alias for column in declared.columns for alias in column.names if "." in alias)
    for name in dict.fromkeys(dotted):
        if name not in taken:
            found.append((name, attribute("r", "$.attributes[*]", name)))
    return found
