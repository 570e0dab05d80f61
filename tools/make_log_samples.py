# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the samples of the KEYs for events, logs and performance, and what they must give.

What is expected is computed here from how the rows were made, by plain Python. Run it from the root
of the repository, as `python -m tools.make_log_samples`; the files come out the same every time.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tools.sample_files import onset, quantile, table, write_case, write_csv, write_text

DAY = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = ("invoice.paid", "customer.updated", "charge.succeeded", "invoice.created")
P95 = Decimal("0.95")


def iso(at: datetime) -> str:
    """`2026-11-22T10:00:00.000Z`."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def at_hour(hour: float) -> datetime:
    """A moment of the day, to the millisecond."""
    return DAY + timedelta(milliseconds=int(hour * 3_600_000))


def seconds(span: timedelta) -> Decimal:
    """A time span in seconds, exact."""
    return Decimal(span // timedelta(milliseconds=1)) / 1000


# --- deliveries --------------------------------------------------------------------------------


def delivery_report() -> None:
    """420 events; from 14:00 to 16:30 the endpoint answers 500, and some are never delivered."""
    slug, rng = "webhook-delivery-report", random.Random(4201)
    rows, fates = [], []
    for number in range(420):
        begin = at_hour(rng.random() * 20)
        kind = rng.choices(TYPES, (4, 3, 2, 1))[0]
        tries: list[tuple[datetime, int]] = []
        for attempt, wait in enumerate((0, 5, 35, 155), 1):
            at = begin + timedelta(minutes=wait, seconds=rng.randrange(3) if wait else 0)
            down = at_hour(14) <= at < at_hour(16.5)
            hopeless = number % 97 == 0
            tries.append((at, 500 if down or hopeless else 200))
            error = "upstream failed" if tries[-1][1] == 500 else ""
            event = (f"evt_{number:04d}", kind, "https://api.example.com/hooks")
            rows.append((iso(at), *event, tries[-1][1], attempt, error))
            if tries[-1][1] == 200:
                break
        fates.append(tries)
    rows.sort()
    columns = ("timestamp", "event_id", "event_type", "endpoint", "http_status", "attempt", "error")
    write_csv(slug, "incident-day.csv", columns, rows)
    lost = [tries for tries in fates if tries[-1][1] != 200]
    took = [seconds(tries[-1][0] - tries[0][0]) for tries in fates if tries[-1][1] == 200]
    outputs = {
        "events": 420,
        "delivered_events": 420 - len(lost),
        "undelivered_events": len(lost),
        "delivery_rate": (420 - len(lost)) / 420,
        "all_delivered": False,
        "first_attempt_rate": sum(tries[0][1] == 200 for tries in fates) / 420,
        "retried_events": sum(len(tries) > 1 for tries in fates),
        "most_attempts": max(len(tries) for tries in fates),
        "late_events": len(lost) + sum(one > 3600 for one in took),
        "time_to_delivery_p50": quantile(took, Decimal("0.5")),
        "time_to_delivery_p95": quantile(took, P95),
        "oldest_undelivered_at": min(tries[0][0] for tries in lost),
        "undelivered_by_event": {"row_count": len(lost)},
        "findings": {"row_count": 2},
    }
    write_case(slug, "incident-day", outputs=outputs)
    _api_events(slug, rng)


def _api_events(slug: str, rng: random.Random) -> None:
    """Events as the API lists them: no answers, but how many endpoints are pending."""
    events = [
        {
            "id": f"evt_{number:03d}",
            "object": "event",
            "created": int(at_hour(number / 10).timestamp()),
            "type": rng.choice(TYPES),
            "pending_webhooks": 1 if number % 20 == 7 else 0,
        }
        for number in range(99)
    ]
    listed = {"object": "list", "url": "/v1/events", "has_more": False, "data": events}
    write_text(slug, "api-events.json", json.dumps(listed, indent=1) + "\n")
    outputs = {
        "events": 99,
        "undelivered_events": 5,
        "delivery_rate": 94 / 99,
        "first_attempt_rate": None,
        "retried_events": None,
        "time_to_delivery_p95": None,
        "oldest_undelivered_at": at_hour(0.7).isoformat(),
    }
    write_case(slug, "api-events", outputs=outputs)


def duplicates() -> None:
    """600 events; 11 are delivered again after a success, 30 are only retried after a failure."""
    slug, rng = "webhook-duplicate-detection", random.Random(4202)
    again, retried = set(range(40, 480, 40)), set(range(5, 600, 20))
    rows, gaps, firsts, kinds = [], [], [], Counter[str]()
    for number in range(600):
        at, kind = at_hour(rng.random() * 23), rng.choices(TYPES, (4, 3, 2, 1))[0]
        event, attempt = (f"evt_{number:04d}", kind, "https://api.example.com/hooks"), 1
        if number in retried:
            rows.append((iso(at), *event, 503, attempt))
            at, attempt = at + timedelta(minutes=5), 2
        rows.append((iso(at), *event, 200, attempt))
        if number in again:
            later = at + timedelta(seconds=30 + number)
            rows.append((iso(later), *event, 200, attempt + 1))
            gaps.append(seconds(later - at))
            firsts.append(later)
            kinds[kind] += 1
    columns = ("timestamp", "event_id", "event_type", "endpoint", "http_status", "attempt")
    write_csv(slug, "redelivered.csv", columns, sorted(rows))
    ranked = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    outputs = {
        "deliveries": len(rows),
        "events": 600,
        "duplicate_events": len(again),
        "duplicates_found": True,
        "duplicate_deliveries": len(again),
        "duplicate_rate": len(again) / 600,
        "honest_retries": len(retried),
        "first_duplicate_at": min(firsts),
        "gap_p95": quantile(gaps, P95),
        "duplicates_by_event_type": table(("event_type", "events"), ranked),
    }
    write_case(slug, "redelivered", outputs=outputs)
    honest = [row for row in sorted(rows) if row[1] not in {f"evt_{n:04d}" for n in again}]
    write_csv(slug, "retries-only.csv", columns, honest)
    outputs = {"duplicate_events": 0, "duplicates_found": False, "gap_p95": None}
    outputs |= {"honest_retries": len(retried), "findings": {"row_count": 0}}
    write_case(slug, "retries-only", outputs=outputs)


# --- events ------------------------------------------------------------------------------------


def events() -> None:
    """Checkout events: payment.captured fails from 15:20 on; cart.updated stops at 18:00."""
    slug, rng = "event-analysis", random.Random(4203)
    rows: list[tuple[datetime, str, str, str, str]] = []
    for minute in range(0, 24 * 60, 2):
        at = DAY + timedelta(minutes=minute)
        for kind in ("cart.updated", "payment.captured", "order.created"):
            if kind == "cart.updated" and minute >= 18 * 60:
                continue
            bad = kind == "payment.captured" and minute >= 15 * 60 + 20 and rng.random() < 0.6
            when = at + timedelta(seconds=rng.randrange(60))
            text = "acquirer does not answer" if bad else ""
            rows.append((when, kind, "failed" if bad else "ok", text, rng.choice(("eu", "us"))))
    rows.sort()
    columns = ("timestamp", "event_type", "outcome", "error", "source")
    write_csv(slug, "checkout.csv", columns, [(iso(row[0]), *row[1:]) for row in rows])
    bad = [row for row in rows if row[2] == "failed"]
    outputs = {
        "event_count": len(rows),
        "failed_events": len(bad),
        "failure_rate": len(bad) / len(rows),
        "success_rate": (len(rows) - len(bad)) / len(rows),
        "event_types": 3,
        "worst_event_type": "payment.captured",
        "failures_began_at": onset((row[0], row[2] == "failed") for row in rows),
        "first_failure_at": bad[0][0],
        "pattern_found": True,
        "silent_event_types": 1,
        "silent_types": table(("event_type",), [("cart.updated",)]),
        "findings": {"row_count": 2},
    }
    write_case(slug, "checkout", outputs=outputs)
    quiet = [(iso(row[0]), row[1], row[4]) for row in rows if row[0] < at_hour(15)]
    write_csv(slug, "no-outcomes.csv", ("timestamp", "event_type", "source"), quiet)
    outputs = {"event_count": len(quiet), "failed_events": None, "failure_rate": None}
    outputs |= {"pattern_found": None, "silent_event_types": 0, "findings": {"row_count": 0}}
    write_case(slug, "no-outcomes", outputs=outputs)


# --- logs --------------------------------------------------------------------------------------

TRACE = (
    "{at} ERROR [worker-{w}] billing.Handler - Unhandled exception processing evt_{n}\n"
    "java.lang.IllegalStateException: invoice {n} is already finalized\n"
    "\tat com.acme.billing.Invoice.finalize(Invoice.java:{w})\n"
    "Caused by: java.sql.SQLException: deadlock detected\n\t... 12 more\n"
)
PATTERN = (
    "java.lang.IllegalStateException/java.sql.SQLException "
    "ERROR <*> billing.Handler - Unhandled exception processing <*>"
)


def _log(rng: random.Random, hours: tuple[float, float], rate: Callable[[float], float]) -> list[
    tuple[datetime, str, bool]
]:  # fmt: skip
    """Records with their text, and whether each is an unhandled exception; 2 % time out besides."""
    records = []
    at = at_hour(hours[0])
    while at < at_hour(hours[1]):
        number, worker = rng.randrange(10**6), rng.randrange(16)
        stamp = at.strftime("%Y-%m-%d %H:%M:%S,") + f"{at.microsecond // 1000:03d}"
        hour = (at - DAY) / timedelta(hours=1)
        bad = rng.random() < rate(hour)
        line = f"{stamp} INFO [worker-{worker}] billing.Handler - Processed event evt_{number}\n"
        if bad:
            line = TRACE.format(at=stamp, w=worker, n=number)
        elif rng.random() < 0.02:
            line = f"{stamp} ERROR [worker-{worker}] billing.Db - db-{worker} timed out after 5s\n"
        elif rng.random() < 0.05:
            line = f"{stamp} WARN [worker-{worker}] billing.Cache - cache miss {number}\n"
        records.append((at, line, bad))
        at += timedelta(milliseconds=rng.randrange(5_000, 25_000))
    return records


def logs() -> None:
    """An application log of eight hours; from 13:30 on every fifth event throws."""
    slug = "log-analysis"
    records = _log(random.Random(4204), (9, 17), lambda hour: 0.2 if hour >= 13.5 else 0.0)
    write_text(slug, "deploy-errors.log", "".join(line for _, line, _ in records))
    errors = [one for one in records if " ERROR " in one[1]]
    thrown = sum(bad for _, _, bad in records)
    began = onset((at, " ERROR " in line) for at, line, _ in records)
    outputs = {
        "records": len(records),
        "errors": len(errors),
        "warnings": sum(" WARN " in line for _, line, _ in records),
        "error_rate": len(errors) / len(records),
        "unleveled_records": 0,
        "errors_began_at": began,
        "first_error_at": errors[0][0],
        "errors_elevated": True,
        "error_patterns": 2,
        "pattern_found": thrown * 2 >= len(errors),
        "top_pattern": PATTERN,
        "top_pattern_share": thrown / len(errors),
        "worst_source": None,
        "server_errors": None,
        "findings": {"row_count": 2},
    }
    write_case(slug, "deploy-errors", outputs=outputs)
    _access(slug)


def _access(slug: str) -> None:
    """An access log without trouble, apart from two single failures."""
    rng, lines = random.Random(4205), []
    for number in range(300):
        at = DAY + timedelta(seconds=number * 40)
        status = 502 if number in (70, 240) else rng.choices((200, 301, 404), (95, 2, 3))[0]
        stamp = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
        lines.append(
            f'10.0.0.{number % 9} - - [{stamp}] "GET /v1/orders/{number} HTTP/1.1" {status} 512 '
            f'"-" "curl/8.5" 0.{rng.randrange(10, 200):03d}\n'
        )
    write_text(slug, "quiet-access.log", "".join(lines))
    outputs = {
        "records": 300,
        "errors": 2,
        "error_rate": 2 / 300,
        "errors_began_at": None,
        "errors_elevated": False,
        "error_increase": None,
        "server_errors": 2,
        "error_patterns": 1,
    }
    write_case(slug, "quiet-access", outputs=outputs)


def error_patterns() -> None:
    """Before a release: timeouts only. After it: the same, and every fifth event throws."""
    slug = "error-pattern-analysis"
    before = _log(random.Random(4206), (9, 11), lambda _: 0.0)
    after = _log(random.Random(4207), (12, 14), lambda _: 0.2)
    write_text(slug, "before-release.log", "".join(line for _, line, _ in before))
    write_text(slug, "after-release.log", "".join(line for _, line, _ in after))
    errors = [one for one in after if " ERROR " in one[1]]
    thrown = [one for one in errors if one[2]]
    outputs = {
        "errors": len(errors),
        "patterns": 2,
        "pattern_found": True,
        "top_pattern": PATTERN,
        "top_pattern_share": len(thrown) / len(errors),
        "new_patterns": 1,
        "new_pattern_errors": len(thrown),
        "first_error_at": errors[0][0],
        "new_errors_by_pattern": table(("pattern", "errors"), [(PATTERN, len(thrown))]),
        "findings": {"row_count": 2},
    }
    inputs = {"log": "after-release.log", "baseline": "before-release.log"}
    write_case(slug, "after-release", inputs=inputs, outputs=outputs)
    whole = "".join(line for _, line, _ in (*before, *after))
    write_text(slug, "one-file.log", whole)
    outputs = {"new_patterns": 1, "new_pattern_errors": len(thrown), "errors": len(errors)}
    write_case(
        slug,
        "one-file",
        inputs={"log": "one-file.log"},
        parameters={"baseline": None, "baseline_until": "2026-11-22T12:00:00Z"},
        outputs=outputs,
    )


# --- performance -------------------------------------------------------------------------------

Timed = tuple[datetime, str, Decimal, int]


def _durations(
    rng: random.Random, bases: Sequence[tuple[str, float]], slow: Callable[[str, float], float]
) -> list[Timed]:
    """Six durations a minute over 16 hours, log-normal around the base of each operation."""
    rows = []
    for minute in range(16 * 60):
        for place in range(6):
            name, base = bases[(minute + place) % len(bases)]
            at = DAY + timedelta(minutes=minute, seconds=place * 10)
            factor = slow(name, minute / 60)
            took = base * factor * rng.lognormvariate(0, 0.25)
            status = 500 if factor > 1 and rng.random() < 0.1 else 200
            rows.append((at, name, Decimal(f"{took:.1f}"), status))
    return rows


def _change(rows: Sequence[Timed], began: float, ended: float) -> dict[str, object]:
    before = [row[2] for row in rows if row[0] < at_hour(began)]
    during = [row[2] for row in rows if at_hour(began) <= row[0] < at_hour(ended)]
    low, high = quantile(before, P95), quantile(during, P95)
    return {
        "degraded_at": at_hour(began),
        "p95_before": low,
        "p95_during": high,
        "p95_change": float(high) / float(low) if low and high else None,
    }


def _quantiles(rows: Sequence[Timed]) -> dict[str, object]:
    every = [row[2] for row in rows]
    return {f"p{p}": quantile(every, Decimal(p) / 100) for p in (50, 95, 99)}


def performance() -> None:
    """Jobs of three kinds, all three times as slow from 08:00 to 10:00."""
    slug, rng = "performance-analysis", random.Random(4208)
    bases = (("import", 200.0), ("mail", 120.0), ("export", 400.0))
    rows = _durations(rng, bases, lambda _, hour: 3.0 if 8 <= hour < 10 else 1.0)
    written = [(iso(at), name, took, status) for at, name, took, status in rows]
    write_csv(slug, "job-durations.csv", ("timestamp", "job", "duration_ms", "status"), written)
    during = [row for row in rows if at_hour(8) <= row[0] < at_hour(10)]
    outputs = {
        "measurement_count": len(rows),
        **_quantiles(rows),
        "degraded": True,
        "performance_state": "recovered",
        **_change(rows, 8, 10),
        "recovered_at": at_hour(10),
        "slowest_operation": "export",
        "slowed_operations": 3,
        "error_rate_before": 0,
        "error_rate_during": sum(row[3] == 500 for row in during) / len(during),
        "findings": {"row_count": 3},
    }
    write_case(slug, "job-durations", outputs=outputs)
    steady = [row for row in written if row[0] < iso(at_hour(8))]
    write_csv(slug, "steady.csv", ("timestamp", "job", "duration_ms", "status"), steady)
    outputs = {"degraded": False, "performance_state": "steady", "p95_change": None}
    write_case(slug, "steady", outputs={**outputs, "slowed_operations": 0})


def api_performance() -> None:
    """An API of four routes; search is four times as slow from 12:00 on, and fails at times."""
    slug, rng = "api-performance-analysis", random.Random(4209)
    bases = (("/v1/search", 250.0), ("/v1/orders", 80.0), ("/v1/users", 60.0), ("/v1/cart", 90.0))
    rows = _durations(
        rng, bases, lambda name, hour: 4.0 if hour >= 12 and name == "/v1/search" else 1.0
    )
    paths = [f"{name}/{n}" if n % 2 and name != "/v1/search" else name
             for n, (_, name, _, _) in enumerate(rows)]  # fmt: skip
    written = [
        (iso(at), "GET", path, status, took)
        for path, (at, _, took, status) in zip(paths, rows, strict=True)
    ]
    columns = ("timestamp", "method", "path", "status", "duration_ms")
    write_csv(slug, "slow-search.csv", columns, written)
    by_route: dict[str, list[Decimal]] = defaultdict(list)
    for path, row in zip(paths, rows, strict=True):
        by_route["GET " + (row[1] if path == row[1] else row[1] + "/{id}")].append(row[2])
    slow = sum(row[2] > 1000 for row in rows)
    ranked = sorted(by_route, key=lambda name: -(quantile(by_route[name], P95) or 0))
    outputs = {
        "requests": len(rows),
        **_quantiles(rows),
        "error_rate": sum(row[3] == 500 for row in rows) / len(rows),
        "slow_requests": slow,
        "slow_share": slow / len(rows),
        "degraded": True,
        "performance_state": "degraded",
        **_change(rows, 12, 16),
        "recovered_at": None,
        "slowest_endpoint": "GET /v1/search",
        "slowed_endpoints": 1,
        "one_endpoint": True,
        "errors_correlated": True,
        "by_endpoint": table(("endpoint",), [(name,) for name in ranked]),
        "findings": {"row_count": 3},
    }
    write_case(slug, "slow-search", outputs=outputs)


def main() -> None:
    """Write every sample with its expected outputs."""
    delivery_report()
    duplicates()
    events()
    logs()
    error_patterns()
    performance()
    api_performance()


if __name__ == "__main__":
    main()
