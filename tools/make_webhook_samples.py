# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the sample delivery logs of the webhook KEY, and the outputs they must give.

The expected outputs are computed here from the rows by plain Python, not by the notebook. Run from
the root of the repository; the files come out the same every time.
"""

import csv
import json
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path("jupyter-keys/webhook-event-analysis/samples")
DAY = datetime(2026, 11, 22, tzinfo=UTC)
COLUMNS = (
    "timestamp",
    "event_id",
    "event_type",
    "endpoint",
    "http_status",
    "attempt",
    "latency_ms",
    "error",
)
EVENT_TYPES = (
    "invoice.paid",
    "customer.subscription.updated",
    "payment_intent.succeeded",
    "charge.succeeded",
    "invoice.created",
    "customer.updated",
    "checkout.session.completed",
    "charge.refunded",
    "invoice.payment_failed",
    "customer.subscription.deleted",
)
ENDPOINTS = ("https://api.example.com/webhooks/stripe", "https://eu.example.com/webhooks/stripe")
CLASSES = ("signature", "timeout", "processing", "connection", "other")
ANSWERS = {
    "signature": (
        400,
        "signature_verification_failed: No signatures found matching the expected signature",
    ),
    "timeout": (0, "timeout: request timed out after 20000ms"),
    "processing": (500, 'processing_error: deadlock detected, relation "invoices"'),
    "connection": (0, "connection_refused"),
    "other": (404, "not_found"),
}


@dataclass
class Log:
    """A delivery log in the making: its random source and its rows with the class of each."""

    rng: random.Random
    rows: list[tuple[datetime, dict[str, str], str]] = field(default_factory=list)

    def event_id(self) -> str:
        """A name in the style of the real ones."""
        letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        return "evt_1Q" + "".join(self.rng.choices(letters, k=12))

    def event_type(self) -> str:
        """An event type; the first ones are the most frequent."""
        weights = [1 / (place + 1) for place in range(len(EVENT_TYPES))]
        return self.rng.choices(EVENT_TYPES, weights)[0]

    def add(self, at: datetime, event: tuple[str, str, str], attempt: int, kind: str = "") -> None:
        """One delivery attempt; `event` is id, type and endpoint, `kind` empty for a success."""
        status, error = ANSWERS.get(kind, (200, ""))
        latency = 20_000.0 if kind == "timeout" else round(self.rng.lognormvariate(4.6, 0.6), 1)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
        cells = (stamp, *event, str(status), str(attempt), f"{latency:.1f}", error)
        self.rows.append((at, dict(zip(COLUMNS, cells, strict=True)), kind))

    def event(self) -> tuple[str, str, str]:
        """The id, type and endpoint of a new event."""
        endpoint = self.rng.choices(ENDPOINTS, (0.85, 0.15))[0]
        return self.event_id(), self.event_type(), endpoint

    def successes(self, count: int) -> None:
        """`count` deliveries that were answered with 200, spread over the day."""
        for _ in range(count):
            self.add(DAY + timedelta(seconds=self.rng.random() * 86_399), self.event(), 1)

    def failures(self, count: int, kind: Callable[[], str], since: float, until: float) -> None:
        """`count` failed attempts between two hours of the day, each event tried up to 3 times."""
        left = count
        while left:
            event, which = self.event(), kind()
            at = DAY + timedelta(hours=since + self.rng.random() * (until - since))
            for attempt, wait in ((1, 0), (2, 300), (3, 1800)):
                when = at + timedelta(seconds=wait * (1 + self.rng.random() / 10))
                if left and when < DAY + timedelta(hours=until):
                    self.add(when, event, attempt, which)
                    left -= 1


def healthy_day() -> Log:
    """2,013 deliveries, 5 scattered failures, 3 events delivered twice."""
    log = Log(random.Random(20261122))
    log.successes(2_005)
    for hour, kind in ((2, "timeout"), (7, "processing"), (11, "connection"), (19, "timeout")):
        log.add(DAY + timedelta(hours=hour, minutes=17), log.event(), 1, kind)
    log.add(DAY + timedelta(hours=15, minutes=3), log.event(), 1, "other")
    for place in (100, 900, 1500):
        at, cells, _ = log.rows[place]
        event = (cells["event_id"], cells["event_type"], cells["endpoint"])
        log.add(min(at + timedelta(seconds=40), DAY + timedelta(seconds=86_399)), event, 2)
    return log


def signature_incident() -> Log:
    """6,113 deliveries, 538 of them failed, all by signature, from 14:12 on: 91.2 % success."""
    log = Log(random.Random(20261123))
    log.successes(6_113 - 538)
    log.failures(538, lambda: "signature", 14.2, 23.9)
    return log


def mixed_timeouts() -> Log:
    """3,217 deliveries, 290 failed: timeouts and processing errors from 19:00 on."""
    log = Log(random.Random(20261124))
    log.successes(3_217 - 290)
    log.failures(
        290, lambda: log.rng.choices(("timeout", "processing"), (0.65, 0.35))[0], 19.0, 23.95
    )
    return log


def outage() -> Log:
    """61 deliveries, all failed: connection refused from the first to the last."""
    log = Log(random.Random(20261125))
    log.failures(61, lambda: "connection", 9.0, 10.0)
    return log


def expected(log: Log) -> dict[str, object]:
    """The outputs that the log must give, from how its rows were made."""
    events = len(log.rows)
    kinds = Counter(kind for _, _, kind in log.rows if kind)
    failed = [(at, cells) for at, cells, kind in log.rows if kind]
    by_type = Counter(cells["event_type"] for _, cells in failed)
    delivered = Counter((c["event_id"], c["endpoint"]) for _, c, kind in log.rows if not kind)
    outputs = {
        "events": events,
        "delivery_success_rate": (events - len(failed)) / events if events else None,
        "failed_deliveries": len(failed),
        **{f"{kind}_errors": kinds[kind] for kind in CLASSES},
        "worst_event_type": min(by_type, key=lambda t: (-by_type[t], t)) if by_type else None,
        "failures_began_at": _onset(log),
        "first_failure_at": min(at for at, _ in failed).isoformat() if failed else None,
        "retried_deliveries": sum(c["attempt"] != "1" for _, c, _ in log.rows) if events else None,
        "duplicate_events": sum(n > 1 for n in delivered.values()) if events else None,
        "latency_p95": _p95([float(cells["latency_ms"]) for _, cells, _ in log.rows]),
        "failures_by_event_type": {
            "columns": ["event_type", "failures"],
            "rows": sorted(([t, n] for t, n in by_type.items()), key=lambda r: (-r[1], r[0])),
            "row_count": len(by_type),
        },
    }
    return {
        "outputs": outputs,
        "data_from": min(at for at, _, _ in log.rows).isoformat() if events else None,
        "data_to": max(at for at, _, _ in log.rows).isoformat() if events else None,
    }


def _onset(log: Log) -> str | None:
    """The failing minute after which the excess over the mean failure rate is greatest."""
    total, failures = len(log.rows), sum(bool(kind) for _, _, kind in log.rows)
    minutes: dict[datetime, list[int]] = {}
    for at, _, kind in log.rows:
        minute = minutes.setdefault(at.replace(second=0, microsecond=0), [0, 0])
        minute[0] += 1
        minute[1] += bool(kind)
    excess, lowest, highest, start = 0, 0, 0, None
    onset: datetime | None = None
    for at in sorted(minutes):
        tried, failed = minutes[at]
        if failed and start is None:
            start = at
        if failed and onset is None:
            onset = at
        excess += failed * total - failures * tried
        if excess < lowest:
            lowest, onset = excess, None
        highest = max(highest, excess)
    changed = (highest - lowest) ** 2 > 4 * total * failures * (total - failures)
    if changed and onset:
        return onset.isoformat()
    return start.isoformat() if start and failures * 20 >= total else None


def _p95(latencies: list[float]) -> float | None:
    if not latencies:
        return None
    ranked, place = sorted(latencies), 0.95 * (len(latencies) - 1)
    low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
    return round((low + (high - low) * (place - math.floor(place))) / 1000, 6)


def _write(name: str, log: Log) -> None:
    log.rows.sort(key=lambda row: (row[0], row[1]["event_id"]))
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(cells for _, cells, _ in log.rows)
    text = json.dumps(expected(log), indent=2) + "\n"
    (FOLDER / f"{name}.expected.json").write_text(text, "utf-8")


def own_log() -> Log:
    """900 requests as the endpoint logged them, 60 of them answered with 500 from 16:00 on."""
    log = Log(random.Random(20261126))
    log.successes(840)
    log.failures(60, lambda: "processing", 16.0, 20.0)
    return log


def _write_own_log(name: str, log: Log) -> None:
    """As nginx writes them; health checks and other paths stand between the deliveries."""
    log.rows.sort(key=lambda row: (row[0], row[1]["event_id"]))
    lines = []
    for place, (at, cells, _) in enumerate(log.rows):
        stamp = f"{at:%d/%b/%Y:%H:%M:%S} +0000"
        took = float(cells["latency_ms"]) / 1000
        request = f'"POST /webhooks/stripe HTTP/1.1" {cells["http_status"]} 2 "-" "Stripe/1.0"'
        lines.append(f"3.18.12.63 - - [{stamp}] {request} {took:.4f}")
        if place % 10 == 0:
            other = ("GET /health", "POST /login")[place // 10 % 2]
            lines.append(f'10.0.0.9 - - [{stamp}] "{other} HTTP/1.1" 503 2 "-" "probe/2" 0.001')
    (FOLDER / f"{name}.log").write_text("\n".join(lines) + "\n", "utf-8")
    told = expected(log)
    outputs = dict(told["outputs"])  # type: ignore[call-overload]
    unknown = ("worst_event_type", "retried_deliveries", "duplicate_events", "signature_errors")
    first = min(at for at, _, kind in log.rows if kind).replace(microsecond=0)
    outputs |= dict.fromkeys(unknown) | {"first_failure_at": first.isoformat()}
    del outputs["failures_by_event_type"]
    case = {"parameters": {"endpoint_has": "/webhooks/"}, "outputs": outputs}
    (FOLDER / f"{name}.expected.json").write_text(json.dumps(case, indent=2) + "\n", "utf-8")


def _write_api_events(name: str) -> None:
    """120 events of the Stripe API, a minute apart; of the last 20 every second one is pending."""
    events = [
        {
            "id": f"evt_{n:03d}",
            "object": "event",
            "created": int((DAY + timedelta(minutes=n)).timestamp()),
            "type": EVENT_TYPES[n % 3],
            "pending_webhooks": int(n >= 100 and n % 2 == 0),
        }
        for n in range(120)
    ]
    listed = {"object": "list", "url": "/v1/events", "has_more": False, "data": events}
    (FOLDER / f"{name}.json").write_text(json.dumps(listed, indent=1) + "\n", "utf-8")
    pending = [n for n in range(100, 120) if n % 2 == 0]
    by_type = Counter(EVENT_TYPES[n % 3] for n in pending)
    outputs = {
        "events": 120,
        "delivery_success_rate": 110 / 120,
        "failed_deliveries": 10,
        **dict.fromkeys(("signature_errors", "timeout_errors", "processing_errors")),
        "connection_errors": None,
        "other_errors": 10,
        "worst_event_type": min(by_type, key=lambda t: (-by_type[t], t)),
        "first_failure_at": (DAY + timedelta(minutes=100)).isoformat(),
        "failures_began_at": (DAY + timedelta(minutes=100)).isoformat(),
        "retried_deliveries": None,
        "latency_p95": None,
        "duplicate_events": 0,
    }
    case = json.dumps({"outputs": outputs}, indent=2) + "\n"
    (FOLDER / f"{name}.expected.json").write_text(case, "utf-8")


def main() -> None:
    """Write every sample with its expected outputs."""
    _write("healthy-day", healthy_day())
    _write("signature-incident", signature_incident())
    _write("mixed-timeouts", mixed_timeouts())
    _write("outage", outage())
    _write("header-only", Log(random.Random(0)))
    _write_own_log("own-log", own_log())
    _write_api_events("stripe-events")


if __name__ == "__main__":
    main()
