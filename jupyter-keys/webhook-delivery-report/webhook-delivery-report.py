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
# # Webhook delivery report
#
# For the record: was every event delivered in the end, after how many attempts, and which were not?
# An event is delivered when one of its attempts was answered with 200 to 299; events of the Stripe
# API are, when no endpoint is pending. All times are UTC.

# %% tags=["parameters"]
webhook_log = "samples/incident-day.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
deadline_minutes = 60

# %%
from runner import kit

key = kit.open_key("jupyter-webhook-delivery-report", columns)
log = key.load("webhook_log", webhook_log, timezone=timezone, between=(window_start, window_end))
key.need("webhook_log", "http_status", "pending_webhooks", hint="a report needs how attempts ended")
has_status = log.has("http_status")

# %% [markdown]
# ## What became of each event?

# %%
key.view(
    "fates",
    """
    with attempts as (
        select *, coalesce(http_status between 200 and 299, pending_webhooks = 0, false) as delivered
        from webhook_log
    )
    select event_id, endpoint, arg_min(event_type, (timestamp, attempt)) as event_type,
        min(timestamp) as first_at, max(timestamp) as last_at,
        min(timestamp) filter (delivered) as delivered_at,
        count(*) as attempts, count(*) filter (delivered) as successes,
        arg_min(delivered, (timestamp, attempt)) as at_first,
        coalesce(arg_max(error, (timestamp, attempt)), 'status ' || arg_max(http_status, (timestamp, attempt)))
            as last_error
    from attempts group by event_id, endpoint
    """,
)
totals = key.row(
    """
    select count(*) as events, count(delivered_at) as delivered_events,
        count(*) - count(delivered_at) as undelivered_events,
        count(delivered_at) / nullif(count(*), 0) as delivery_rate,
        case when count(*) > 0 then count(*) = count(delivered_at) end as all_delivered,
        case when $known then count(*) filter (at_first) / nullif(count(*), 0) end as first_attempt_rate,
        case when $known and count(*) > 0 then count(*) filter (attempts > 1 and not at_first) end
            as retried_events,
        case when $known then max(attempts) end as most_attempts,
        case when $known and count(*) > 0 then count(*) filter (coalesce(
            epoch_us(delivered_at) - epoch_us(first_at) > $deadline * 60e6, true)) end as late_events,
        min(first_at) filter (delivered_at is null) as oldest_undelivered_at
    from fates
    """,
    known=has_status,
    deadline=float(deadline_minutes),
)
times = key.row(
    """
    select quantile_cont(took, 0.5) as time_to_delivery_p50,
        quantile_cont(took, 0.95) as time_to_delivery_p95
    from (select (epoch_us(delivered_at) - epoch_us(first_at)) / 1e6 as took from fates
        where $known and delivered_at is not null)
    """,
    known=has_status,
)
key.publish(**totals, **times)

# %%
worst = key.row("""
    select max(endpoint) as endpoint, count(*) as missing, (select count(*) from fates) as every
    from fates where delivered_at is null and endpoint = (
        select endpoint from fates where delivered_at is null
        group by endpoint order by count(*) desc, endpoint limit 1)
""")
key.findings(
    (
        f"{totals['undelivered_events']:,} events were never delivered",
        totals["oldest_undelivered_at"],
        f"{totals['undelivered_events'] / totals['events']:.2%} of {totals['events']:,}",
        f"replay them; most are of {worst['endpoint']}" if worst["missing"] else "replay them",
    )
    if totals["undelivered_events"]
    else None,
    (
        f"{totals['late_events']:,} events were late",
        None,
        f"p95 {times['time_to_delivery_p95'] or 0:,.0f} s; the deadline is {deadline_minutes} min",
        "errors of the first attempts",
    )
    if totals["late_events"]
    else None,
)

# %% [markdown]
# ## Which events were not delivered?

# %%
key.table(
    "undelivered_by_event",
    key.sql("""
        select event_id, event_type, endpoint, first_at, last_at, attempts, last_error from fates
        where delivered_at is null order by first_at, event_id, endpoint
    """),
)

# %% [markdown]
# ## How did each endpoint and each type fare?

# %%
FARED = """
    select {group}, count(*) as events, count(delivered_at) as delivered,
        count(*) - count(delivered_at) as undelivered,
        round(count(delivered_at) / count(*), 4) as delivery_rate, max(attempts) as most_attempts
    from fates group by {group} order by undelivered desc, events desc, {group}
"""
key.table("by_endpoint", key.sql(FARED.format(group="endpoint")))
key.table("by_event_type", key.sql(FARED.format(group="event_type")))

# %%
by_hour = key.sql("""
    select date_trunc('hour', first_at) as hour, case when delivered_at is null then 'undelivered'
        when at_first then 'at first' else 'after retries' end as fate, count(*) as events
    from fates group by hour, fate order by hour, fate
""")
key.chart(
    "deliveries_over_time",
    kit.bars(by_hour, "hour", "events", stack="fate"),
    caption="Events by the hour of their first attempt, and what became of them",
)
