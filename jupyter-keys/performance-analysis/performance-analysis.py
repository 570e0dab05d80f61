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
rows = key.rows(by_operation)
slowed = change.slowed(rows, min_effect)
key.publish(
    **totals,
    **change.outputs,
    slowest_operation=rows[0]["operation"] if rows else None,
    slowed_operations=None if change.degraded is None else len(slowed),
    error_rate_before=change.errors_before if judged else None,
    error_rate_during=change.errors_during if judged else None,
)

# %%
key.findings(*kit.latency_findings(change, rows, slowed))
key.table("by_operation", by_operation)
key.table("by_time", key.sql("from by_time"))

# %%
chart = kit.lines(key.sql("from quantiles"), "bucket", "ms", by="quantile")
key.chart("quantiles_over_time", chart, "p50, p95 and p99 in milliseconds over time")
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
