"""Who acts unlike before, and when nobody acted: of audit events."""

from typing import Any

from runner.kit.quoting import identifier

SIGNS = {
    "is_new": "not seen before",
    "has_new_source": "a new address",
    "first_privilege_change": "first change of privileges",
    "fails_more": "many failures",
}
"""The signs of an unusual actor, each a flag, and what it means."""
_TIMES_MORE = 10


def make_actors(con: Any, source: str, name: str, many_failures: int) -> None:
    """Make the table `name`: each actor of `source`, the most conspicuous first.

    `source` has `actor`, `timestamp`, `source_ip` and the flags `failed`, `is_change`,
    `is_privilege` and `is_now`, which tells what is judged from what is usual. The table has
    counts, the flags of SIGNS, their number `signs`, and `first_sign`, the first failure or change
    of privileges of now. An actor fails more who fails at least `many_failures` times, and ten
    times as often an hour as before.
    """
    con.execute(
        f"create or replace temp table {identifier(name)} as {_ACTORS.format(identifier(source))}",
        {"many": many_failures, "times": _TIMES_MORE},
    )


def silences(con: Any, source: str, least_minutes: float | None) -> Any:
    """The times between records of `source` without any, longest first: since, until, minutes.

    They last `least_minutes`, by default ten times the 99th percentile of all, ten at least.
    """
    return con.sql(
        _SILENCES.format(identifier(source)),
        params={"least": least_minutes},
    )


_ACTORS = """
    with hours as (
        select is_now, greatest(epoch(max(timestamp)) - epoch(min(timestamp)), 3600) / 3600 as hours
        from {0} group by is_now
    ), counted as (
        select actor, count(*) as events, count(*) filter (failed) as failures,
            count(*) filter (is_change) as changes,
            count(*) filter (is_privilege) as privilege_changes,
            not bool_or(not is_now) as is_new,
            len(list_filter(list_distinct(list(source_ip) filter (is_now)), lambda ip: not
                list_contains(coalesce(list(source_ip) filter (not is_now), []), ip)))
                as new_sources,
            bool_or(is_privilege and is_now) and not bool_or(is_privilege and not is_now)
                as first_privilege_change,
            count(*) filter (failed and is_now) as failures_now,
            count(*) filter (failed and not is_now) as failures_before,
            min(timestamp) as first_seen, max(timestamp) as last_seen,
            min(timestamp) filter (is_now and (failed or is_privilege)) as first_sign
        from {0} group by actor
    ), rated as (
        select *, not is_new and new_sources > 0 as has_new_source,
            failures_now / (select hours from hours where is_now) as failures_an_hour_now,
            coalesce(failures_before / (select hours from hours where not is_now), 0)
                as failures_an_hour_before
        from counted
    )
    select *, failures_now >= $many and failures_an_hour_now >= $times * failures_an_hour_before
            as fails_more,
        is_new::integer + has_new_source::integer + first_privilege_change::integer
            + fails_more::integer as signs
    from rated order by signs desc, privilege_changes desc, failures desc, events desc, actor
"""
_SILENCES = """
    with steps as (
        select timestamp as until, lag(timestamp) over (order by timestamp) as since from {0}
    ), timed as (
        select since, until, epoch(until - since) / 60 as minutes from steps where since is not null
    ), bar as (
        select coalesce($least::double, greatest(10 * quantile_cont(minutes, 0.99), 10)) as least
        from timed
    )
    select since, until, round(minutes, 3) as minutes from timed, bar
    where minutes >= least order by minutes desc, since
"""
