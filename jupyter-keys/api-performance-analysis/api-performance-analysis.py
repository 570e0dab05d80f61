# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # API performance analysis
#
# When did performance degrade, what endpoints are slowest, and what is the trend? All times are UTC, all quantiles exact.

# %% tags=["parameters"]
api_log = "samples/slow-search.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
min_effect = 1.5
min_count = 5
slow_ms = 1000
routes = True

# %%
from runner import kit

key = kit.open_key("jupyter-api-performance-analysis", columns)
log = key.load("api_log", api_log, timezone=timezone, between=(window_start, window_end))
key.need("api_log", "duration_ms", "duration_s", hint="the unit of a duration must be in its name")
judged = log.has("status")
# Numbers and long ids in a path stand for one route: /v1/orders/4711 is /v1/orders/{id}.
ROUTE = "regexp_replace(split_part(endpoint, '?', 1), '/(\\d[^/]*|[^/]*\\d\\d[^/]*)', '/{id}', 'g')"

# %%
key.view(
    "timed",
    f"""
    select timestamp, concat_ws(' ', method, {ROUTE if routes else "endpoint"}) as operation, coalesce(status >= 500, false) as failed,
        coalesce(duration_ms, duration_s * 1000)::double as ms, status
    from api_log
    """,
    once=True,
)
totals = key.row(
    """
    select count(*) as requests, quantile_cont(ms, 0.5) as p50, quantile_cont(ms, 0.95) as p95,
        quantile_cont(ms, 0.99) as p99,
        case when $judged then count(*) filter (failed) / nullif(count(*), 0) end as error_rate,
        count(*) filter (ms > $slow) as slow_requests,
        count(*) filter (ms > $slow) / nullif(count(ms), 0) as slow_share
    from timed
    """,
    judged=judged,
    slow=float(slow_ms),
)

# %% [markdown]
# ## When did it get slower, by how much, and is it over?
#
# The time is cut into some hundred buckets. The stretch whose p95 is above that of the rest by most is
# looked for (the kit's `degradation`); it counts when the p95 of its requests is `min_effect` times
# that of those before it.

# %%
change = key.latency("timed", least_effect=min_effect, least_count=min_count)

# %% [markdown]
# ## Which endpoints are slowest, and which got slower?

# %%
key.view(
    "by_operation",
    f"""
    select operation as endpoint, count(*) as requests, round(quantile_cont(ms, 0.5), 3) as p50_ms,
        round(quantile_cont(ms, 0.95), 3) as p95_ms, round(quantile_cont(ms, 0.99), 3) as p99_ms,
        round(max(ms), 3) as max_ms, count(*) filter (failed) as errors,
        round(quantile_cont(ms, 0.95) filter (phase = 'during')
            / nullif(quantile_cont(ms, 0.95) filter (phase = 'before'), 0), 3) as p95_change
    from phases where ms is not null and operation is not null
    group by operation having count(*) >= {int(min_count)} order by p95_ms desc, operation
    """,
    once=True,
)
by_operation = key.sql("from by_operation")
rows = by_operation.fetchall()
slowed = [row for row in rows if change.degraded and (row[7] or 0) >= min_effect]
slowed.sort(key=lambda row: (-row[7], row[0]))
key.publish(
    **totals,
    degraded=change.degraded,
    performance_state=change.state,
    degraded_at=change.began_at,
    recovered_at=change.ended_at,
    p95_before=change.p95_before,
    p95_during=change.p95_during,
    p95_change=change.ratio,
    slowest_endpoint=rows[0][0] if rows else None,
    slowed_endpoints=None if change.degraded is None else len(slowed),
    one_endpoint=None if change.degraded is None else len(slowed) == 1,
    errors_correlated=bool(change.degraded)
    and change.errors_during > 2 * change.errors_before + 0.001
    if judged and change.degraded is not None
    else None,
    traffic_change=change.load_ratio,
)

# %%
key.findings(
    (
        f"p95 went from {change.p95_before:,.0f} to {change.p95_during:,.0f} ms"
        + (f", until {change.ended_at:%H:%M}" if change.ended_at else ", and it is not over"),
        change.began_at,
        f"{change.ratio:,.1f} times as long",
        "what was released, or what else runs, since then",
    )
    if change.degraded
    else None,
    (
        f"{slowed[0][0]} got slower most, {len(slowed)} of {len(rows)} did",
        change.began_at,
        f"p95 {slowed[0][7]:,.1f} times that of before",
        "what they have in common" if len(slowed) > 1 else f"what {slowed[0][0]} waits for",
    )
    if slowed
    else None,
    (
        f"{rows[0][0]} is slowest",
        None,
        f"p95 {rows[0][3]:,.0f} ms, p99 {rows[0][4]:,.0f} ms",
        "whether it has to be",
    )
    if rows
    else None,
)
key.table("by_endpoint", by_operation)
key.table(
    "by_time",
    key.sql("""
        select bucket, durations, round(p50, 3) as p50_ms, round(p95, 3) as p95_ms,
            round(p99, 3) as p99_ms, errors from series order by bucket
    """),
)
key.table(
    "status_classes",
    key.sql("""
        select (status // 100) || 'xx' as status_class, count(*) as requests,
            round(quantile_cont(ms, 0.95), 3) as p95_ms
        from timed where status is not null group by status_class order by status_class
    """),
)

# %%
over_time = key.sql("""
    unpivot (select bucket, p50, p95, p99 from series) on p50, p95, p99 into name quantile value ms
    order by bucket, quantile
""")
key.chart(
    "quantiles_over_time",
    kit.lines(over_time, "bucket", "ms", by="quantile"),
    caption="p50, p95 and p99 in milliseconds over time",
)
key.chart(
    "slowest_endpoints_chart",
    kit.bars(by_operation.limit(15), "endpoint", "p95_ms"),
    caption="The fifteen slowest by p95, in milliseconds",
)

# %%
hours = key.sql("""
    with slow as (select operation from timed group by operation
        order by quantile_cont(ms, 0.95) desc, operation limit 12)
    select date_trunc('hour', timestamp) as hour, operation, quantile_cont(ms, 0.95) as p95_ms
    from timed where operation in (from slow) group by hour, operation order by hour, operation
""")
key.chart(
    "slowness_by_hour",
    kit.heat(hours, "hour", "operation", "p95_ms"),
    caption="p95 by hour for the twelve slowest endpoints",
)
