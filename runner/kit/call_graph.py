"""Who calls whom: calls out of spans or edges, what depends on a service, and where trouble began.

A call that no service made, as far as the data tell, is an entry: its source is null. The errors
and the time that are a service's own are those that it did not get from what it called: with traces
taken trace by trace, with edges as what goes in less what goes out, which is an estimate.
"""

from datetime import datetime
from typing import Any

from runner.kit.quoting import identifier

MOST_DISTANCE = 64
"""Calls that go in a circle end here."""


def make_calls(con: Any, source: str, name: str) -> None:
    """Make the table `name` of calls out of spans and edges.

    `source` has timestamp, service, operation, trace_id, span_id, parent_span_id, peer, error, and
    source, target, calls, errors; duration_ms is that of one call. A span is a call to its service
    if its parent is a span of another one, or is not there.
    """
    con.execute(_CALLS.format(source=identifier(source), name=identifier(name)))


def make_dependents(con: Any, calls: str, name: str) -> None:
    """Make the table `name`: for each service `of`, every `service` that calls it, directly or
    not, at which `distance`; and itself, at 0."""
    con.execute(
        _DEPENDENTS.format(calls=identifier(calls), name=identifier(name), most=MOST_DISTANCE)
    )


def make_suspects(con: Any, calls: str, began: datetime | None, name: str) -> None:
    """Make the table `name`: each service before and after `began`, most suspect first.

    `suspicion` is its share of what is new: of the errors, where these are at least a hundredth of
    the calls, or of the time, where that is at least a fifth more; the greater of both. It is null
    where there is no `began`, and 0 for all where nothing is new. It is evidence and no proof.
    """
    query = _SUSPECTS.format(calls=identifier(calls), name=identifier(name))
    con.execute(query, {"began": began})


_CALLS = """
    create or replace temp table {name} as
    with spans as (
        select * from {source} where target is null and service is not null
    ), served as (
        select s.timestamp, p.service as source, s.service as target, s.operation, s.trace_id,
            s.error, s.duration_ms
        from spans as s left join spans as p
            on s.trace_id is not distinct from p.trace_id and s.parent_span_id = p.span_id
        where p.service is distinct from s.service
    ), outward as (
        select s.timestamp, s.service as source, s.peer as target, s.operation, s.trace_id, s.error,
            s.duration_ms
        from spans as s left join spans as c
            on s.trace_id is not distinct from c.trace_id and c.parent_span_id = s.span_id
        where s.peer is not null and c.span_id is null
    ), traced as (
        select timestamp, source, target, operation, trace_id, duration_ms,
            coalesce(error, false)::integer as errors
        from (from served union all from outward)
    ), passed_on as (
        select trace_id, source, sum(errors) as errors, sum(duration_ms) as duration_ms
        from traced where source is not null group by all
    )
    select t.timestamp, t.source, t.target, t.operation, t.trace_id, 1::bigint as calls,
        t.errors::bigint as errors, t.duration_ms::double as duration_ms,
        case when coalesce(p.errors, 0) > 0 then 0 else t.errors end::bigint as own_errors,
        greatest(t.duration_ms - coalesce(p.duration_ms, 0), 0)::double as own_ms
    from traced as t left join passed_on as p
        on t.trace_id is not distinct from p.trace_id and t.target = p.source
    union all
    select timestamp, source, target, operation, trace_id, coalesce(calls, 1),
        coalesce(errors, error::bigint, 0), duration_ms::double, null, null
    from {source} where target is not null
"""
_DEPENDENTS = """
    create or replace temp table {name} as
    with recursive pairs as (
        select distinct source, target from {calls} where source is not null and source <> target
    ), upward(of, service, distance) as (
        select distinct target, target, 0 from {calls}
        union
        select of, source, distance + 1 from pairs join upward on target = service
        where distance < {most} and source <> of
    )
    select of, service, min(distance) as distance from upward group by all
"""
_SUSPECTS = """
    create or replace temp table {name} as
    with timed as (
        select *, timestamp >= $began::timestamp as is_after,
            round(duration_ms * calls, 6)::decimal(38, 6) as total_ms,
            round(own_ms * calls, 6)::decimal(38, 6) as own_total_ms
        from {calls} where $began::timestamp is null or timestamp is not null
    ), incoming as (
        select target as service, is_after, sum(calls)::bigint as calls,
            sum(errors)::bigint as errors, sum(own_errors)::bigint as own_errors,
            sum(total_ms) as total_ms, sum(own_total_ms) as own_ms,
            quantile_cont(duration_ms, 0.95) as p95_ms
        from timed group by all
    ), outgoing as (
        select source as service, is_after, sum(errors)::bigint as errors,
            sum(total_ms) as total_ms
        from timed where source is not null group by all
    ), own as (
        select i.service, i.is_after, i.calls, i.errors, i.p95_ms,
            coalesce(i.own_errors, greatest(i.errors - coalesce(o.errors, 0), 0)) as own_errors,
            coalesce(i.own_ms, greatest(i.total_ms - coalesce(o.total_ms, 0), 0))::double as own_ms
        from incoming as i left join outgoing as o
            on i.service = o.service and i.is_after is not distinct from o.is_after
    ), sides as (
        select service, sum(calls)::bigint as calls, sum(errors)::bigint as errors,
            sum(own_errors)::bigint as own_errors,
            max(calls) filter (not is_after) as calls_before,
            max(calls) filter (is_after) as calls_after,
            max(errors / calls) filter (not is_after) as error_rate_before,
            max(errors / calls) filter (coalesce(is_after, true)) as error_rate_after,
            max(p95_ms) filter (not is_after) as p95_before_ms,
            max(p95_ms) filter (coalesce(is_after, true)) as p95_after_ms,
            max(own_ms / calls) filter (not is_after) as own_before_ms,
            max(own_ms / calls) filter (coalesce(is_after, true)) as own_after_ms,
            max(own_errors / calls) filter (not is_after) as own_rate_before,
            max(own_errors) filter (is_after) as own_errors_after
        from own where calls > 0 group by service
    ), new as (
        select *,
            greatest(own_errors_after - coalesce(own_rate_before, 0) * calls_after, 0)
                as new_errors,
            greatest((own_after_ms - own_before_ms) * calls_after, 0) as new_ms,
            own_before_ms * calls_after as expected_ms
        from sides
    ), shares as (
        select *, sum(new_errors) over () >= 0.01 * sum(calls_after) over () as errors_count,
            sum(new_ms) over () >= 0.2 * sum(expected_ms) over () as time_counts,
            round(new_errors / nullif(sum(new_errors) over (), 0), 6) as share_of_new_errors,
            round(new_ms / nullif(sum(new_ms) over (), 0), 6) as share_of_new_time
        from new
    )
    select *, case when calls_after > 0 then greatest(
            if(errors_count, coalesce(share_of_new_errors, 0), 0),
            if(time_counts, coalesce(share_of_new_time, 0), 0)) end as suspicion
    from shares order by suspicion desc nulls last, own_errors desc, service
"""
