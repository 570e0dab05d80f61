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
# # Error pattern analysis
#
# Errors clustered into patterns: words with digits are masked, lines that agree in most words belong
# together, a stack trace counts by its exceptions. New is what the baseline does not have: a second
# log, or the records before `baseline_until`. All times are UTC.

# %% tags=["parameters"]
log = "samples/after-release.log"
baseline = "samples/before-release.log"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
log_year = None
baseline_until = None
errors_only = True
dominant_at = 0.5
surge_at = 3

# %%
from runner import kit

key = kit.open_key("jupyter-error-pattern-analysis", columns)
window = (window_start, window_end)
key.load("log", log, timezone=timezone, between=window, year=log_year)
key.need("log", "message", "status", hint="a log needs a text or a status in each record")
if baseline:
    key.load("baseline", baseline, timezone=timezone, year=log_year)
until = kit.moment(baseline_until, timezone)

# %%
COLUMNS = "timestamp, level, message, source, status, path"
both = f"select {COLUMNS}, true as is_new from log" + (
    f" union all select {COLUMNS}, false from baseline" if baseline else ""
)
key.view(
    "records",
    f"""
    select *, coalesce(message, status || ' ' || coalesce(path, '')) as said,
        {f"is_new and timestamp >= timestamptz '{until.isoformat()}' at time zone 'UTC'" if until else "is_new"} as now,
        coalesce(kit_severity(level, status) in ('error', 'fatal'), false) as failed
    from ({both})
    """,
)
key.view("errors", f"select * from records where {'failed' if errors_only else 'true'}")
key.cluster("errors", "said", "patterned")
has_baseline = bool(baseline or until)

# %% [markdown]
# ## Which patterns are there, and how does each compare with the baseline?
#
# Rates are errors a minute over the time that each part of the records spans.

# %%
spans = key.row("""
    select greatest((epoch_us(max(timestamp) filter (now)) - epoch_us(min(timestamp) filter (now)))
            / 60e6, 1) as now_minutes,
        greatest((epoch_us(max(timestamp) filter (not now))
            - epoch_us(min(timestamp) filter (not now))) / 60e6, 1) as before_minutes
    from records
""")
by_pattern = key.sql(
    """
    select pattern, count(*) filter (now) as errors,
        round(count(*) filter (now) / nullif(sum(count(*) filter (now)) over (), 0), 4) as share,
        count(*) filter (not now) as in_baseline,
        round(count(*) filter (now) / $now / nullif(count(*) filter (not now) / $before, 0), 3)
            as times_baseline,
        min(timestamp) filter (now) as first_seen, max(timestamp) filter (now) as last_seen,
        min(source) filter (now) as source, arg_min(said, (timestamp, said)) filter (now) as example
    from patterned group by pattern having errors > 0 order by errors desc, pattern
    """,
    now=spans["now_minutes"],
    before=spans["before_minutes"],
)
by_pattern.to_table("patterns")
counts = key.row(
    """
    select coalesce(sum(errors), 0)::bigint as errors, count(*) as patterns,
        case when $has then count(*) filter (in_baseline = 0) end as new_patterns,
        case when $has then coalesce(sum(errors) filter (in_baseline = 0), 0)::bigint end
            as new_pattern_errors,
        case when $has and $timed then count(*) filter (times_baseline >= $surge) end
            as surging_patterns,
        min(first_seen) as first_error_at
    from patterns
    """,
    has=has_baseline,
    timed=spans["now_minutes"] is not None and spans["before_minutes"] is not None,
    surge=float(surge_at),
)
top = next(iter(key.sql("from patterns order by errors desc, pattern limit 1").fetchall()), None)
key.publish(
    **counts,
    pattern_found=top[1] >= dominant_at * counts["errors"] if top else None,
    top_pattern=top and top[0],
    top_pattern_share=top[1] / counts["errors"] if top else None,
)

# %%
new = key.sql(
    """
    select pattern, errors, share, first_seen, last_seen, source, example from patterns
    where in_baseline = 0 and $has order by errors desc, pattern
""",
    has=has_baseline,
)
newest = next(iter(new.limit(1).fetchall()), None)
key.findings(
    (
        f"new: {newest[0][:160]}",
        newest[3],
        f"{newest[1]:,} errors; {counts['new_patterns']} patterns are new",
        f"what was released before that; {newest[5] or 'its source'}",
    )
    if newest
    else None,
    (
        f"most frequent: {top[0][:160]}",
        top[5],
        f"{top[1]:,} of {counts['errors']:,} errors"
        + (f"; {top[4]:,.1f} times the baseline" if top[4] is not None else ""),
        f"{top[7] or 'its source'}",
    )
    if top
    else None,
)
key.table("errors_by_pattern", key.sql("from patterns order by errors desc, pattern"))
key.table("new_errors_by_pattern", new)

# %%
over_time = key.sql("""
    with first as (select pattern from patterns order by errors desc, pattern limit 6)
    select date_trunc('minute', timestamp) as minute, left(pattern, 60) as error, count(*) as errors
    from patterned where timestamp is not null and now and pattern in (from first)
    group by minute, error order by minute, error
""")
chart = kit.bars(over_time, "minute", "errors", stack="error")
key.chart("patterns_over_time", chart, "The six most frequent patterns by minute")
frequent = key.sql("select pattern, errors from patterns order by 2 desc, 1 limit 12")
chart = kit.bars(frequent, "pattern", "errors")
key.chart("most_frequent_patterns", chart, "The twelve most frequent patterns")
