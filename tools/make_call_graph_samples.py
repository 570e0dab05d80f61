# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the sample traces and call graphs, and the outputs they must give.

A small shop is simulated, call by call; who fails and who is slow is planted. Run from the root of
the repository as `python -m tools.make_call_graph_samples`.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tools.sample_files import write_case, write_csv, write_text

DEPENDENCY, IMPACT, RISK = "dependency-analysis", "dependency-impact-analysis", "risk-analysis"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONSET = START + timedelta(minutes=132)
GRAPH: dict[str, tuple[tuple[str, float], ...]] = {
    "web": (("catalog", 0.8), ("cart", 0.5), ("checkout", 0.3)),
    "catalog": (("search", 0.6), ("catalog-db", 1.0)),
    "cart": (("cart-cache", 1.0),),
    "checkout": (("payments", 1.0), ("inventory", 0.9)),
    "payments": (("ledger", 1.0),),
    "inventory": (("catalog-db", 1.0),),
    "search": (),
    "catalog-db": (),
    "cart-cache": (),
    "ledger": (),
}
"""Who calls whom, and for what share of its own calls."""
OWN_MS = {"web": 8, "catalog": 12, "search": 30, "catalog-db": 6, "checkout": 15, "payments": 40}


@dataclass(frozen=True)
class Call:
    """One call of a trace; `own` says that the service itself failed."""

    at: datetime
    trace: str
    span: str
    parent: str
    source: str
    target: str
    ms: float
    failed: bool
    own: bool


@dataclass(frozen=True)
class Trouble:
    """What is planted from the onset on: errors of a service, or a time that is so much longer."""

    service: str = ""
    error_share: float = 0.0
    slower: float = 1.0


def traces(count: int, trouble: Trouble, seed: int) -> list[Call]:
    """The calls of `count` requests over three hours, in the order in which they began."""
    rng = random.Random(seed)
    made: list[Call] = []
    for number in range(count):
        at = START + timedelta(milliseconds=number * 10_800_000 // count + rng.randrange(500))
        made += _call(rng, trouble, at, ("", f"t{number:05d}", ""), "web", [0])
    return sorted(made, key=lambda call: (call.at, call.span))


def _call(
    rng: random.Random,
    trouble: Trouble,
    at: datetime,
    caller: tuple[str, str, str],
    service: str,
    spans: list[int],
) -> list[Call]:
    source, trace, parent = caller
    spans[0] += 1
    span = f"{trace}-{spans[0]:02d}"
    is_hit = trouble.service == service and at >= ONSET
    ms = OWN_MS.get(service, 5) * rng.uniform(0.8, 1.2) * (trouble.slower if is_hit else 1)
    own = rng.random() < (trouble.error_share if is_hit else 0.002)
    below: list[Call] = []
    for target, share in GRAPH[service]:
        if rng.random() < share:
            later = at + timedelta(milliseconds=round(ms, 3))
            inner = _call(rng, trouble, later, (service, trace, span), target, spans)
            ms += inner[0].ms
            below += inner
    failed = own or any(call.failed for call in below if call.source == service)
    return [Call(at, trace, span, parent, source, service, round(ms, 3), failed, own), *below]


def span_rows(calls: list[Call]) -> Iterator[list[object]]:
    """Spans as a table."""
    for call in calls:
        yield [f"{call.at:%Y-%m-%dT%H:%M:%S.%f}Z", call.trace, call.span, call.parent, call.target,
               f"{call.ms:.3f}", str(call.failed).lower()]  # fmt: skip


def edge_rows(calls: list[Call], minutes: int) -> Iterator[list[object]]:
    """Edges by `minutes` minutes: calls, errors and the mean duration."""
    groups: dict[tuple[datetime, str, str], list[Call]] = {}
    for call in calls:
        minute = call.at.minute - call.at.minute % minutes
        bucket = call.at.replace(minute=minute, second=0, microsecond=0)
        groups.setdefault((bucket, call.source, call.target), []).append(call)
    for (bucket, source, target), group in sorted(groups.items()):
        mean = sum(call.ms for call in group) / len(group)
        failed = sum(call.failed for call in group)
        yield [f"{bucket:%Y-%m-%dT%H:%M:%SZ}", source, target, len(group), failed, f"{mean:.3f}"]


def otlp(calls: list[Call]) -> str:
    """Spans as OpenTelemetry JSON, a request a line. Databases send no spans: they are peers."""
    lines = []
    for trace in dict.fromkeys(call.trace for call in calls):
        resources = []
        for call in (one for one in calls if one.trace == trace):
            start = int(call.at.timestamp() * 1000) * 1_000_000
            is_peer = call.target.endswith("-db")
            service = call.source if is_peer else call.target
            attributes = [{"key": "peer.service", "value": {"stringValue": call.target}}]
            span = {
                "traceId": trace,
                "spanId": call.span,
                "parentSpanId": call.parent,
                "name": f"{call.target} call",
                "kind": 3 if is_peer else 2,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + round(call.ms * 1_000) * 1_000),
                "attributes": attributes if is_peer else [],
                "status": {"code": 2} if call.failed else {},
            }
            name = [{"key": "service.name", "value": {"stringValue": service}}]
            resources.append({"resource": {"attributes": name}, "scopeSpans": [{"spans": [span]}]})
        lines.append(json.dumps({"resourceSpans": resources}, separators=(",", ":")))
    return "\n".join(lines) + "\n"


SPAN_COLUMNS = ("timestamp", "trace_id", "span_id", "parent_span_id", "service", "duration_ms")
SPAN_COLUMNS += ("error",)
EDGE_COLUMNS = ("minute", "caller", "callee", "calls", "errors", "mean ms")


def callers(service: str) -> set[str]:
    """Every service that calls this one, directly or not."""
    found = {name for name, called in GRAPH.items() if service in {one for one, _ in called}}
    return found.union(*(callers(name) for name in found)) if found else found


def after(calls: list[Call]) -> list[Call]:
    """Those since the onset."""
    return [call for call in calls if call.at >= ONSET]


def failing(calls: list[Call], rate: float) -> int:
    """How many services fail at this rate or above."""
    services = {call.target for call in calls}
    shares = [[c.failed for c in calls if c.target == name] for name in services]
    return sum(sum(one) / len(one) >= rate for one in shares)


def dependency_cases() -> None:
    """Errors of `payments` as spans, a slow database as traces, and a quiet afternoon as edges."""
    calls = traces(500, Trouble("payments", 0.6), 20261122)
    write_csv(DEPENDENCY, "payments-outage.csv", SPAN_COLUMNS, span_rows(calls))
    dependency_case("payments-outage", "payments-outage.csv", calls, ("payments", "errors"))
    calls = traces(110, Trouble("catalog-db", 0.002, 9), 20261123)
    write_text(DEPENDENCY, "slow-database.json", otlp(calls))
    dependency_case("slow-database", "slow-database.json", calls, ("catalog-db", "latency"))
    calls = traces(3_000, Trouble(), 20261124)
    write_csv(DEPENDENCY, "quiet-edges.csv", EDGE_COLUMNS, edge_rows(calls, 5))
    dependency_case("quiet-edges", "quiet-edges.csv", calls, None)


def dependency_case(
    name: str, file: str, calls: list[Call], planted: tuple[str, str] | None
) -> None:
    """What the analysis must find of what is planted."""
    outputs: dict[str, object] = {
        "calls": len(calls),
        "services": len({call.target for call in calls}),
        "error_rate": sum(call.failed for call in calls) / len(calls),
        "degraded": planted is not None,
        "root_cause_found": planted is not None,
        "root_cause": planted and planted[0],
        "trouble_kind": planted and planted[1],
        "affected_services": planted and len(callers(planted[0])),
    }
    if planted and planted[1] == "errors":
        outputs["failing_dependencies"] = failing(after(calls), 0.05)
    write_case(DEPENDENCY, name, inputs={"call_graph": file}, outputs=outputs)


def impact_cases() -> None:
    """The ledger fails: all that pays is affected. Once as spans, once as edges."""
    calls = traces(300, Trouble("ledger", 0.8), 20261125)
    entries = [call for call in calls if not call.source]
    through = {call.trace for call in calls if call.target == "ledger"}
    failed = [call for call in entries if call.failed]
    common = {
        "failing_service": "ledger",
        "affected_services": len(callers("ledger")),
        "direct_dependents": 1,
        "affected_share": len(callers("ledger")) / len(GRAPH),
        "entry_requests": len(entries),
        "failed_requests": len(failed),
        "failed_share": len(failed) / len(entries),
        "impact": "high" if len(failed) >= 0.1 * len(entries) else "medium",
    }
    traced = {
        "exposed_requests": len(through),
        "exposed_share": len(through) / len(entries),
        "failed_through_it": sum(call.trace in through for call in failed),
    }
    write_csv(IMPACT, "ledger-outage.csv", SPAN_COLUMNS, span_rows(calls))
    write_csv(IMPACT, "ledger-edges.csv", EDGE_COLUMNS, edge_rows(calls, 15))
    spans, edges = {"call_graph": "ledger-outage.csv"}, {"call_graph": "ledger-edges.csv"}
    write_case(IMPACT, "ledger-outage", inputs=spans, outputs=common | traced)
    named = {"failing_service": "ledger"}
    nothing = dict.fromkeys(traced)
    write_case(IMPACT, "ledger-edges", inputs=edges, parameters=named, outputs=common | nothing)
    unknown = "nothing calls `leger`"
    write_case(
        IMPACT, "misspelt", inputs=edges, parameters={"failing_service": "leger"}, refused=unknown
    )


def risk_cases() -> None:
    """Payments fails with every fifth change; of search one harmless change is known."""
    calls = traces(150, Trouble(), 20261126)
    write_csv(RISK, "shop.csv", SPAN_COLUMNS, span_rows(calls))
    rng = random.Random(20261127)
    changes: list[tuple[str, str, str, str]] = []
    for number in range(60):
        service = rng.choice(("payments", "checkout", "web"))
        share = {"payments": 0.25, "checkout": 0.08}.get(service, 0.02)
        outcome = rng.choice(("failed", "rolled back")) if rng.random() < share else "succeeded"
        at = START - timedelta(hours=1 + 7 * number)
        changes.append((f"{at:%Y-%m-%dT%H:%M:%SZ}", service, f"v{200 - number}", outcome))
    changes.append((f"{START - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}", "search", "v9", "success"))
    columns = ("deployed_at", "service", "version", "outcome")
    write_csv(RISK, "payments-changes.csv", columns, changes)
    for service, name in (("payments", "payments"), ("search", "search"), ("cart", "cart")):
        risk_case(service, name, calls, [row for row in changes if row[1] == service])


def risk_case(
    service: str, name: str, calls: list[Call], changes: list[tuple[str, str, str, str]]
) -> None:
    """What is known of a service, counted from what was made."""
    failed = sum(row[3] in ("failed", "rolled back") for row in changes)
    dependents = len(callers(service))
    exposed = {call.trace for call in calls if call.target == service}
    requests = {call.trace for call in calls}
    write_case(
        RISK,
        name,
        inputs={"call_graph": "shop.csv", "changes": "payments-changes.csv"},
        parameters={"service": service},
        outputs={
            "service": service,
            "changes": len(changes),
            "failed_changes": failed,
            "change_failure_rate": failed / len(changes) if changes else None,
            "dependents": dependents,
            "blast_radius": round((dependents + 1) / len(GRAPH), 6),
            "exposed_share": round(len(exposed) / len(requests), 6),
            **({} if changes else {"risk_score": None, "risk_level": None}),
        },
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    dependency_cases()
    impact_cases()
    risk_cases()


if __name__ == "__main__":
    main()
