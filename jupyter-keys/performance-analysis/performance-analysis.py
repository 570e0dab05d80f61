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
# # Performance analysis
#
# Durations of operations of any kind: how fast, since when slower, which of them. All times are UTC, all quantiles exact.

# %% tags=["parameters"]
measurements = "samples/job-durations.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
min_effect = 1.5
min_count = 5


# %%
from runner import kit

key = kit.open_key("jupyter-performance-analysis", columns)
log = key.load("measurements", measurements, timezone=timezone, between=(window_start, window_end))
key.need(
    "measurements", "duration_ms", "duration_s", hint="the unit of a duration must be in its name"
)
judged = log.has("failed") or log.has("status")

# %%
key.view(
    "timed",
    """
    select timestamp, operation as operation, coalesce(failed, status >= 500, false) as failed,
        coalesce(duration_ms, duration_s * 1000)::double as ms
    from measurements
    """,
)
totals = key.row(
    """
    select count(*) as measurement_count, quantile_cont(ms, 0.5) as p50, quantile_cont(ms, 0.95) as p95,
        quantile_cont(ms, 0.99) as p99
    from timed
    """
)

# %% [markdown]
# ## When did it get slower, by how much, and is it over?
#
# The time is cut into some hundred buckets. The stretch whose p95 is above that of the rest by most is
# looked for (the kit's `degradation`); it counts when the p95 of its operations is `min_effect` times
# that of those before it.

# %%
change = key.latency("timed", least_effect=min_effect, least_count=min_count)

# %% [markdown]
# ## Which operations are slowest, and which got slower?

# %%
key.view(
    "by_operation",
    f"""
    select operation as operation, count(*) as measurement_count, round(quantile_cont(ms, 0.5), 3) as p50_ms,
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
    slowest_operation=rows[0][0] if rows else None,
    slowed_operations=None if change.degraded is None else len(slowed),
    error_rate_before=change.errors_before if judged else None,
    error_rate_during=change.errors_during if judged else None,
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
key.table("by_operation", by_operation)
key.table(
    "by_time",
    key.sql("""
        select bucket, durations, round(p50, 3) as p50_ms, round(p95, 3) as p95_ms,
            round(p99, 3) as p99_ms, errors from series order by bucket
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
    "slowest_operations",
    kit.bars(by_operation.limit(15), "operation", "p95_ms"),
    caption="The fifteen slowest by p95, in milliseconds",
)

# %%
durations = key.sql("""
    select floor(log10(ms) * 5) / 5 as log10_of_ms, count(*) as operations
    from timed where ms > 0 group by log10_of_ms order by log10_of_ms
""")
key.chart(
    "durations",
    kit.histogram(durations, "log10_of_ms", "operations", unit_of_log="ms"),
    caption="How many operations took how long; each class is 1.6 times as wide as the one before",
)
