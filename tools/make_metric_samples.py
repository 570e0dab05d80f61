# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the sample metric series and request logs around a deployment, with what they must give.

Run from the root of the repository as `python -m tools.make_metric_samples`.
"""

import random
from datetime import UTC, datetime, timedelta

from tools.sample_files import write_case, write_csv

DEGRADATION, DEPLOYMENT = "degradation-analysis", "deployment-impact-analysis"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
STAMP = "%Y-%m-%dT%H:%M:%SZ"


def level(rng: random.Random, minute: int, steps: tuple[tuple[int, float], ...]) -> float:
    """The level that holds at this minute, with five per cent of noise."""
    now = [value for since, value in steps if since <= minute][-1]
    return now * rng.gauss(1, 0.05)


def slow_cache() -> None:
    """For 70 minutes the cache misses: p95 triples, the hit ratio falls; both come back."""
    rng = random.Random(20261122)
    rows = []
    for minute in range(360):
        at = (START + timedelta(minutes=minute)).strftime(STAMP)
        p95 = level(rng, minute, ((0, 120), (132, 360), (202, 121)))
        hits = level(rng, minute, ((0, 0.9), (132, 0.5), (202, 0.9)))
        busy = level(rng, minute, ((0, 40),))
        rows.append((at, f"{p95:.2f}", f"{hits:.4f}", f"{busy:.2f}"))
    columns = ("time", "checkout p95 ms", "cache hit ratio", "cpu percent")
    write_csv(DEGRADATION, "slow-cache.csv", columns, rows)
    began, ended = (START + timedelta(minutes=minute) for minute in (132, 202))
    write_case(
        DEGRADATION,
        "slow-cache",
        inputs={"metric_series": "slow-cache.csv"},
        parameters={"lower_is_worse": "cache hit ratio"},
        outputs={
            "degraded": True,
            "degradation_state": "recovered",
            "recovered": True,
            "still_degraded": False,
            "degraded_metrics": 2,
            "metrics": 3,
            "worst_metric": "checkout p95 ms",
            "degradation_began_at": began,
            "degradation_ended_at": ended,
            "degradation_duration": 70 * 60,
        },
    )


def filling_queue() -> None:
    """A queue that filled up an hour ago and has not drained."""
    rng = random.Random(20261123)
    rows = []
    for minute in range(300):
        at = (START + timedelta(minutes=minute)).strftime(STAMP)
        rows.append((at, "queue_age", f"{level(rng, minute, ((0, 20), (240, 90))):.3f}"))
    write_csv(DEGRADATION, "filling-queue.csv", ("timestamp", "metric", "value"), rows)
    write_case(
        DEGRADATION,
        "filling-queue",
        inputs={"metric_series": "filling-queue.csv"},
        outputs={
            "degraded": True,
            "degradation_state": "degraded",
            "recovered": False,
            "still_degraded": True,
            "worst_metric": "queue_age",
            "degradation_began_at": START + timedelta(minutes=240),
            "degradation_ended_at": None,
            "degradation_duration": 59 * 60,
        },
    )


def quiet_day() -> None:
    """A day of noise."""
    rng = random.Random(20261124)
    rows = [
        ((START + timedelta(minutes=5 * n)).strftime(STAMP), f"{level(rng, n, ((0, 75),)):.2f}")
        for n in range(288)
    ]
    write_csv(DEGRADATION, "quiet-day.csv", ("timestamp", "value"), rows)
    write_case(
        DEGRADATION,
        "quiet-day",
        inputs={"metric_series": "quiet-day.csv"},
        outputs={
            "degraded": False,
            "degradation_state": "steady",
            "recovered": None,
            "still_degraded": False,
            "degraded_metrics": 0,
            "worst_metric": None,
            "degradation_began_at": None,
        },
    )


ENDPOINTS = ("/cart", "/checkout", "/search")


def release(name: str, seed: int, extra: float, slower: float) -> None:
    """Three hours of requests; after 132 minutes v42 answers, and `/checkout` may get worse."""
    rng = random.Random(seed)
    rows, failures = [], {False: 0, True: 0}
    counts = {False: 0, True: 0}
    deployed = START + timedelta(minutes=132)
    first = None
    for number in range(3_000):
        at = START + timedelta(seconds=int(number * 3.6))
        is_after = at >= deployed
        first = first or (at if is_after else None)
        endpoint = rng.choice(ENDPOINTS)
        is_hit = is_after and endpoint == "/checkout"
        failed = rng.random() < 0.004 + (extra if is_hit else 0)
        ms = rng.lognormvariate(4, 0.4) * (slower if is_hit else 1)
        counts[is_after] += 1
        failures[is_after] += failed
        status = 503 if failed else 200
        rows.append(
            (at.strftime(STAMP), endpoint, status, f"{ms:.1f}", "v42" if is_after else "v41")
        )
    write_csv(DEPLOYMENT, f"{name}.csv", ("time", "path", "status", "duration_ms", "version"), rows)
    rates = [failures[side] / counts[side] for side in (False, True)]
    worse = extra > 0 or slower > 1
    write_case(
        DEPLOYMENT,
        name,
        inputs={"request_log": f"{name}.csv"},
        outputs={
            "regression": worse,
            "errors_worse": extra > 0,
            "latency_worse": slower > 1,
            "version_changed": True,
            "worse_before": False,
            "deployed_at": first,
            "requests_before": counts[False],
            "requests_after": counts[True],
            "error_rate_before": rates[0],
            "error_rate_after": rates[1],
            "worst_endpoint": "/checkout" if worse else None,
        },
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    slow_cache()
    filling_queue()
    quiet_day()
    release("bad-release", 20261125, 0.3, 1.0)
    release("slow-release", 20261126, 0.0, 4.0)
    release("good-release", 20261127, 0.0, 1.0)


if __name__ == "__main__":
    main()
