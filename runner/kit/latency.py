# ruff: noqa: S608 - every name in the SQL passes through `quoting`, all else are numbers and times
"""How durations went over time: quantiles by bucket, and before, during and after a degradation."""

from datetime import datetime
from typing import Any

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

    Makes the table `series` (a row a bucket of a minute or more that has `least_count` durations)
    and the view `phases` (`source` with a column `phase`: before, during, after). A stretch counts
    as a degradation where its p95 is `least_effect` times the one before it.
    """
    con.execute(
        _SERIES.format(source=identifier(source), least=int(least_count), **_bucket(con, source))
    )
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
