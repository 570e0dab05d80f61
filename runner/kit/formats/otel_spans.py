"""OpenTelemetry traces as JSON (OTLP): a document, or one a line, of resource, scope and span."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.otel_json import attribute, claims_lists, nano_time, read_otel
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_LISTS = ("resourceSpans", "scopeSpans", "spans")
_START = "try_cast(r->>'$.startTimeUnixNano' as bigint)"
_END = "try_cast(r->>'$.endTimeUnixNano' as bigint)"
_PEERS = ("peer.service", "db.system.name", "db.system", "messaging.system", "server.address")


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether it begins with objects whose first name is `resourceSpans`."""
    return claims_lists(head, "resourceSpans")


def read(reading: Reading) -> RawRecords:
    """A span each, with the peer that its attributes name, for calls to what sends no spans."""
    named = ", ".join(attribute("r", "$.attributes[*]", name) for name in _PEERS)
    called = "r->>'$.kind' in ('3', '4', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER')"
    columns = [
        ("timestamp", nano_time("(r->>'$.startTimeUnixNano')")),
        ("service", attribute("g", "$.resource.attributes[*]", "service.name")),
        ("operation", "r->>'$.name'"),
        ("trace_id", "r->>'$.traceId'"),
        ("span_id", "r->>'$.spanId'"),
        ("parent_span_id", "nullif(r->>'$.parentSpanId', '')"),
        (
            "duration_ms",
            f"(({_END} - {_START})::decimal(38, 6) / 1000000)::decimal(38, 6)::varchar",
        ),
        (
            "error",
            "case when r->>'$.status.code' in ('2', 'STATUS_CODE_ERROR') then '1' else '0' end",
        ),
        ("peer", f"case when {called} then coalesce({named}) end"),
    ]
    return read_otel(reading, _LISTS, columns)


FORMAT = Format("otel-spans", "OpenTelemetry traces as JSON", claims, read)
