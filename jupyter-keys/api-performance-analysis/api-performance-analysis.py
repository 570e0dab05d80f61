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
rows = key.rows(by_operation)
slowed = change.slowed(rows, min_effect)
key.publish(
    **totals,
    **change.outputs,
    slowest_endpoint=rows[0]["endpoint"] if rows else None,
    slowed_endpoints=None if change.degraded is None else len(slowed),
    one_endpoint=None if change.degraded is None else len(slowed) == 1,
    errors_correlated=bool(change.degraded)
    and change.errors_during > 2 * change.errors_before + 0.001
    if judged and change.degraded is not None
    else None,
    traffic_change=change.load_ratio,
)

# %%
key.findings(*kit.latency_findings(change, rows, slowed))
key.table("by_endpoint", by_operation)
key.table("by_time", key.sql("from by_time"))
key.table(
    "status_classes",
    key.sql("""
        select (status // 100) || 'xx' as status_class, count(*) as requests,
            round(quantile_cont(ms, 0.95), 3) as p95_ms
        from timed where status is not null group by status_class order by status_class
    """),
)

# %%
chart = kit.lines(key.sql("from quantiles"), "bucket", "ms", by="quantile")
key.chart("quantiles_over_time", chart, "p50, p95 and p99 in milliseconds over time")
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
