# ruff: noqa: S608 - every name in the SQL passes through `quoting`, all else are numbers and times
"""How durations went over time: quantiles by bucket, and before, during and after a degradation."""

from datetime import datetime
from typing import Any

from runner.kit.findings import Finding
from runner.kit.quoting import identifier
from runner.kit.stretch import degradation
from runner.model.frozen import frozen

LEAST_BUCKETS = 6
_BUCKETS = 120
_NEVER = datetime(9999, 1, 1)


@frozen
class Latency:
    """What became of the p95. Durations in milliseconds, rates 0 to 1, loads a minute, times in UTC
    without a zone.

    `degraded` is None where the time is too short to tell; the rest is None without a degradation.
    """

    degraded: bool | None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    p95_before: float | None = None
    p95_during: float | None = None
    errors_before: float | None = None
    errors_during: float | None = None
    load_before: float | None = None
    load_during: float | None = None

    @property
    def state(self) -> str | None:
        """One of steady, degraded and recovered; None where the time is too short to tell."""
        if not self.degraded:
            return None if self.degraded is None else "steady"
        return "recovered" if self.ended_at else "degraded"

    @property
    def outputs(self) -> dict[str, Any]:
        """What KEYs of durations publish of it, by name."""
        return {
            "degraded": self.degraded,
            "performance_state": self.state,
            "degraded_at": self.began_at,
            "recovered_at": self.ended_at,
            "p95_before": self.p95_before,
            "p95_during": self.p95_during,
            "p95_change": self.ratio,
        }

    def slowed(self, rows: list[dict[str, Any]], least_effect: float) -> list[dict[str, Any]]:
        """The rows whose `p95_change` is at least that in a degradation, the most first."""
        slower = [row for row in rows if self.degraded and (row["p95_change"] or 0) >= least_effect]
        return sorted(slower, key=lambda row: (-row["p95_change"], next(iter(row.values()))))

    @property
    def ratio(self) -> float | None:
        """The p95 during the degradation against the one before it."""
        return self.p95_during / self.p95_before if self.p95_during and self.p95_before else None

    @property
    def load_ratio(self) -> float | None:
        """The load during the degradation against the one before it."""
        known = self.load_before and self.load_during
        return self.load_during / self.load_before if known else None  # type: ignore[operator]


def latency(con: Any, source: str, least_effect: float, least_count: int) -> Latency:
    """How the durations of `source` went: columns `timestamp`, `ms` and `failed`.

    Makes the table `series` (a row a bucket of a minute or more that has `least_count` durations),
    the views `by_time` and `quantiles` of it, and the view `phases` (`source` with a column
    `phase`: before, during, after). A stretch counts as a degradation where its p95 is
    `least_effect` times the one before it.
    """
    con.execute(
        _SERIES.format(source=identifier(source), least=int(least_count), **_bucket(con, source))
    )
    con.execute(_REPORTS)
    [(buckets,)] = con.execute("select count(*) from series").fetchall()
    found = degradation(con, "series", "p95")
    began, ended = (found.began_at, found.ended_at) if found else (_NEVER, None)
    _split(con, source, began, ended or _NEVER)
    [change] = con.execute(_CHANGE).fetchall()
    before, during = change[:2]
    if found is None or not before or during / before < least_effect:
        _split(con, source, _NEVER, _NEVER)
        return Latency(False if buckets >= LEAST_BUCKETS else None)
    return Latency(True, began, ended, *change)


def _split(con: Any, source: str, began: datetime, ended: datetime) -> None:
    con.execute(
        "create or replace temp view phases as select *, case "
        f"when timestamp < timestamp '{began}' then 'before' "
        f"when timestamp < timestamp '{ended}' then 'during' else 'after' end as phase "
        f"from {identifier(source)}"
    )


def _bucket(con: Any, source: str) -> dict[str, int]:
    """The width of a bucket: whole minutes, so that there are some hundred of them."""
    span = f"select epoch(max(timestamp) - min(timestamp)) from {identifier(source)} where ms > 0"
    [(seconds,)] = con.execute(span).fetchall()
    return {"seconds": max(60, 60 * round((seconds or 0) / _BUCKETS / 60))}


_SERIES = """
    create or replace temp table series as
    select bucket, durations, q[1] as p50, q[2] as p95, q[3] as p99, errors from (
        select time_bucket(to_seconds({seconds}), timestamp) as bucket, count(*) as durations,
            quantile_cont(ms, [0.5, 0.95, 0.99]) as q, count(*) filter (failed) as errors
        from {source} where ms is not null group by bucket having count(*) >= {least}
    )
"""
_REPORTS = """
    create or replace temp view by_time as
    select bucket, durations, round(p50, 3) as p50_ms, round(p95, 3) as p95_ms,
        round(p99, 3) as p99_ms, errors from series order by bucket;
    create or replace temp view quantiles as
    unpivot (select bucket, p50, p95, p99 from series) on p50, p95, p99 into name quantile value ms
    order by bucket, quantile
"""
_CHANGE = """
    select quantile_cont(ms, 0.95) filter (phase = 'before'),
        quantile_cont(ms, 0.95) filter (phase = 'during'),
        count(*) filter (phase = 'before' and failed)
            / nullif(count(*) filter (phase = 'before'), 0),
        count(*) filter (phase = 'during' and failed)
            / nullif(count(*) filter (phase = 'during'), 0),
        count(*) filter (phase = 'before') / nullif(epoch(
            max(timestamp) filter (phase = 'before') - min(timestamp)) / 60, 0),
        count(*) filter (phase = 'during') / nullif(epoch(max(timestamp) filter (phase = 'during')
            - min(timestamp) filter (phase = 'during')) / 60, 0)
    from phases
"""


def latency_findings(
    change: Latency, rows: list[dict[str, Any]], slowed: list[dict[str, Any]]
) -> list[Finding]:
    """What got slower and when, which `rows` (slowest first) slowed most, and which is slowest.

    The first column of a row names the operation; it also has `p95_ms`, `p99_ms` and `p95_change`.
    """
    found: list[Finding] = []
    names = [str(next(iter(row.values()))) for row in (*slowed[:1], *rows[:1])]
    if change.degraded:
        until = f", until {change.ended_at:%H:%M}" if change.ended_at else ", and it is not over"
        went = f"p95 went from {change.p95_before:,.0f} to {change.p95_during:,.0f} ms{until}"
        what = "what was released, or what else runs, since then"
        found.append((went, change.began_at, f"{change.ratio:,.1f} times as long", what))
    if slowed:
        did = f"{names[0]} got slower most, {len(slowed)} of {len(rows)} did"
        times = f"p95 {slowed[0]['p95_change']:,.1f} times that of before"
        what = "what they have in common" if len(slowed) > 1 else f"what {names[0]} waits for"
        found.append((did, change.began_at, times, what))
    if rows:
        bad = f"p95 {rows[0]['p95_ms']:,.0f} ms, p99 {rows[0]['p99_ms']:,.0f} ms"
        found.append((f"{names[-1]} is slowest", None, bad, "whether it has to be"))
    return found
