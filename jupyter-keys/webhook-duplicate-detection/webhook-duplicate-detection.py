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
# # Webhook duplicate detection
#
# Which events reached the same endpoint successfully more than once? An attempt after a failure is an
# honest retry; an attempt after a success is a duplicate, and a receiver that is not idempotent has
# processed the event twice. All times are UTC.

# %% tags=["parameters"]
webhook_log = "samples/redelivered.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""

# %%
from runner import kit

key = kit.open_key("jupyter-webhook-duplicate-detection", columns)
log = key.load("webhook_log", webhook_log, timezone=timezone, between=(window_start, window_end))
has_status = log.has("http_status")

# %% [markdown]
# ## Which attempts came after a success?
#
# Attempts are in the order of their times. Without a status every record counts as a success: then
# the log is one of events that were processed.

# %%
key.view(
    "attempts",
    f"""
    with judged as (
        select *, {"coalesce(http_status between 200 and 299, false)" if has_status else "true"} as ok
        from webhook_log
    ), ordered as (
        select *, row_number() over same as place,
            sum(ok::int) over (same rows between unbounded preceding and 1 preceding) as before,
            max(case when ok then timestamp end)
                over (same rows between unbounded preceding and 1 preceding) as last_success
        from judged
        window same as (partition by event_id, endpoint order by timestamp, attempt, ok)
    )
    select *, coalesce(before, 0) > 0 as again, ok and coalesce(before, 0) > 0 as duplicate,
        coalesce(before, 0) = 0 and place > 1 as honest
    from ordered
    """,
)
key.view(
    "repeated",
    """
    select event_id, endpoint, arg_min(event_type, (timestamp, attempt)) as event_type,
        count(*) as deliveries, count(*) filter (duplicate) as duplicates,
        min(timestamp) filter (ok) as first_success, min(timestamp) filter (duplicate) as first_duplicate,
        max(timestamp) filter (duplicate) as last_duplicate
    from attempts group by event_id, endpoint
    """,
)
found = key.row(
    """
    select (select count(*) from attempts) as deliveries, count(*) as events,
        count(*) filter (duplicates > 0) as duplicate_events,
        coalesce(bool_or(duplicates > 0), false) as duplicates_found,
        coalesce(sum(duplicates), 0)::bigint as duplicate_deliveries,
        count(*) filter (duplicates > 0) / nullif(count(*), 0) as duplicate_rate,
        case when $known then (select count(*) filter (honest) from attempts) end as honest_retries,
        max(deliveries) as most_deliveries, min(first_duplicate) as first_duplicate_at
    from repeated
    """,
    known=has_status,
)
gap = key.row("""
    select quantile_cont((epoch_us(timestamp) - epoch_us(last_success)) / 1e6, 0.95) as gap_p95
    from attempts where duplicate
""")
key.publish(**found, **gap)

# %%
worst = key.sql("""
    select event_type, count(*) as events, sum(duplicates)::bigint as duplicates,
        min(first_duplicate) as first_duplicate, max(last_duplicate) as last_duplicate
    from repeated where duplicates > 0 group by event_type order by events desc, event_type
""")
first = worst.limit(1).fetchall()
key.findings(
    (
        f"{found['duplicate_events']:,} events were delivered again after a success",
        found["first_duplicate_at"],
        f"{found['duplicate_deliveries']:,} deliveries too many; {found['duplicate_rate']:.2%} of events",
        f"whether {first[0][0]} is processed idempotently",
    )
    if found["duplicates_found"]
    else None,
)

# %% [markdown]
# ## Which events, and of which type?

# %%
key.table(
    "duplicates_by_event",
    key.sql("""
        select event_id, event_type, endpoint, deliveries, duplicates, first_success, first_duplicate
        from repeated where duplicates > 0 order by duplicates desc, first_duplicate, event_id, endpoint
    """),
)
key.table("duplicates_by_event_type", worst)

# %%
by_hour = key.sql("""
    select date_trunc('hour', timestamp) as hour, count(*) as duplicate_deliveries
    from attempts where duplicate group by hour order by hour
""")
key.chart(
    "duplicates_over_time",
    kit.bars(by_hour, "hour", "duplicate_deliveries"),
    caption="Deliveries after a success, by hour",
)
