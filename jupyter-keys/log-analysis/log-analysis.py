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
# # Log analysis
#
# What errors occurred, when did they start, and what is their pattern? A record is an error when its
# level says so, or, where it has no level, when it is an answer of 500 to 599. All times are UTC.

# %% tags=["parameters"]
log = "samples/deploy-errors.log"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
log_year = None

# %%
from runner import kit

key = kit.open_key("jupyter-log-analysis", columns)
loaded = key.load("log", log, timezone=timezone, between=(window_start, window_end), year=log_year)
key.need("log", "message", "status", hint="a log needs a text or a status in each record")

# %%
key.view(
    "records",
    """
    select *, kit_severity(level, status) as severity,
        coalesce(severity in ('error', 'fatal'), false) as failed
    from log
    """,
)
key.view(
    "errors",
    "select *, coalesce(message, status || ' ' || coalesce(path, '')) as said from records where failed",
)
patterns = key.cluster("errors", "said", "patterned")
counts = key.row("""
    select count(*) as records, count(*) filter (failed) as errors,
        count(*) filter (severity = 'warning') as warnings,
        count(*) filter (failed) / nullif(count(*), 0) as error_rate,
        count(*) filter (severity is null) as unleveled_records,
        min(timestamp) filter (failed) as first_error_at,
        case when count(status) > 0 then count(*) filter (status between 500 and 599) end
            as server_errors
    from records
""")

# %% [markdown]
# ## When did errors start?
#
# `errors_began_at` is where the share of errors changes for the worse (see the kit's `onset`); errors
# are elevated when there is such a change and they come at least twice as often afterwards.

# %%
began = key.onset("records", "failed")
increase = key.row(
    """
    with ends as (select min(timestamp) as first, max(timestamp) as last from records)
    select
        count(*) filter (failed and timestamp >= $began::timestamp)
            / nullif(greatest(epoch_us(any_value(last)) - epoch_us($began::timestamp), 60000000) / 60e6, 0)
            as after,
        count(*) filter (failed and timestamp < $began::timestamp)
            / nullif((epoch_us($began::timestamp) - epoch_us(any_value(first))) / 60e6, 0) as before
    from records, ends
    """,
    began=began,
)
is_known = began and increase["before"] and increase["after"] is not None
grown = round(increase["after"] / increase["before"], 6) if is_known else None
elevated = bool(began) and (grown is None or grown >= 2)

# %% [markdown]
# ## What is the error pattern?

# %%
by_pattern = key.sql("""
    select pattern, count(*) as errors, round(count(*) / (select count(*) from patterned), 4) as share,
        min(timestamp) as first_seen, max(timestamp) as last_seen, min(source) as source,
        arg_min(said, (timestamp, said)) as example
    from patterned group by pattern order by errors desc, pattern
""")
top = next(iter(by_pattern.limit(1).fetchall()), None)
by_source = key.sql("""
    select source, count(*) as records, count(*) filter (failed) as errors,
        round(count(*) filter (failed) / count(*), 4) as error_rate
    from records where source is not null group by source having errors > 0
    order by errors desc, source
""")
worst = next(iter(by_source.limit(1).fetchall()), None)
key.publish(
    **counts,
    errors_began_at=began,
    errors_elevated=elevated if key.row("select count(timestamp) as n from records")["n"] else None,
    error_increase=grown,
    error_patterns=patterns,
    pattern_found=(top[1] * 2 >= counts["errors"]) if top else None,
    top_pattern=top and top[0],
    top_pattern_share=top[1] / counts["errors"] if top else None,
    worst_source=worst and worst[0],
)

# %%
often = f"; {grown:,.1f} times as often as before" if grown else ""
key.findings(
    (
        f"{counts['errors']:,} errors, elevated since the time given",
        began,
        f"{counts['error_rate']:.2%} of records{often}",
        "what changed at that time: deployments, configuration, traffic",
    )
    if elevated
    else None,
    (
        f"one pattern makes {top[2]:.0%} of the errors: {top[0][:160]}",
        top[3],
        f"{top[1]:,} errors",
        f"{top[5] or 'its source'}, from the first of them on",
    )
    if top
    else None,
)
key.table("errors_by_pattern", by_pattern)
key.table("errors_by_source", by_source)
classes = key.sql("""
    select (status // 100) || 'xx' as status_class, count(*) as records,
        min(timestamp) as first_seen, max(timestamp) as last_seen
    from records where status is not null group by status_class order by status_class
""")
key.table("status_classes", classes)

# %%
levels = key.counts(
    "records",
    "hour",
    "coalesce(severity, 'unknown') as how_bad",
    "records",
    "timestamp is not null",
)
chart = kit.bars(levels, "hour", "records", stack="how_bad")
key.chart("records_over_time", chart, "Records by hour and level")
key.view(
    "most_frequent",
    "select pattern from patterned group by pattern order by count(*) desc, pattern limit 5",
)
KIND = "case when pattern in (from most_frequent) then left(pattern, 60) else 'other' end as error"
errors = key.counts("patterned", "minute", KIND, "errors", "timestamp is not null")
chart = kit.bars(errors, "minute", "errors", stack="error")
key.chart("errors_over_time", chart, "Errors by minute and pattern")
