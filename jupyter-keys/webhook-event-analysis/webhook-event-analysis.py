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
# # Webhook event analysis
#
# Reads a webhook delivery log and answers: what is the delivery success rate, what events are
# failing, and when did failures start? One record is one delivery attempt, one request of the
# endpoint's own log, or one event of the Stripe API. All times are UTC.

# %% tags=["parameters"]
webhook_log = "samples/signature-incident.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
endpoint_has = ""

# %%
from runner import kit

key = kit.open_key("jupyter-webhook-event-analysis", columns)
log = key.load("webhook_log", webhook_log, timezone=timezone, between=(window_start, window_end))
key.need("webhook_log", "event_type", "endpoint", hint="a delivery names its event or its endpoint")
key.need("webhook_log", "http_status", "pending_webhooks", hint="export how each delivery ended")

# %% [markdown]
# ## What counts as a failure, and of which kind?
#
# A delivery failed unless it was answered with a status of 200 to 299. Each failure is of one kind:
# the first line that fits. The words of the log go before the status, because they say more. An
# event of the API failed while an endpoint is pending; why, it does not say. Of the endpoint's own
# log only POST requests are deliveries.

# %%
asked = ["true"]
asked += ["coalesce(upper(method), 'POST') = 'POST'"] if log.has("method") else []
asked += [f"contains(endpoint, {kit.literal(endpoint_has)})"] if endpoint_has else []
DELIVERIES = rf"""
    select *, coalesce(latency_ms, latency_s * 1000) as latency, case
        when http_status between 200 and 299 then null
        when http_status is null and pending_webhooks = 0 then null
        when http_status is null and pending_webhooks > 0 then 'other'
        when error ilike '%signature%' then 'signature'
        when regexp_matches(error, 'time[ds]?[ _-]?out|deadline exceeded', 'i') then 'timeout'
        when coalesce(http_status, 0) = 0 and regexp_matches(
            error, 'connect|refused|reset|dns|resolve|unreachable|tls|ssl|certificate', 'i')
            then 'connection'
        when http_status in (0, 408, 504) then 'timeout'
        when http_status between 500 and 599 then 'processing'
        when error ilike '%processing%' then 'processing'
        when http_status is null then 'connection'
        else 'other'
    end as error_class
    from webhook_log
    where {" and ".join(asked)}
"""
key.view("deliveries", DELIVERIES)

# %% [markdown]
# ## What is the delivery success rate?

# %%
says_why = str(log.has("http_status")).lower()
says_more = str(log.has("error")).lower()
totals = key.row(f"""
    select
        count(*) as events,
        count(*) filter (error_class is null) / nullif(count(*), 0) as delivery_success_rate,
        count(error_class) as failed_deliveries,
        case when {says_more} or failed_deliveries = 0
            then count(*) filter (error_class = 'signature') end as signature_errors,
        case when {says_why} or failed_deliveries = 0
            then count(*) filter (error_class = 'timeout') end as timeout_errors,
        case when {says_why} or failed_deliveries = 0
            then count(*) filter (error_class = 'processing') end as processing_errors,
        case when {says_why} or failed_deliveries = 0
            then count(*) filter (error_class = 'connection') end as connection_errors,
        count(*) filter (error_class = 'other') as other_errors,
        min(timestamp) filter (error_class is not null) as first_failure_at
    from deliveries
""")
key.publish(**totals)

# %% [markdown]
# ## When did failures start?
#
# `failures_began_at` is the minute in which the failing regime begins (see the kit's `onset`: Kuiper's
# test at 1 %). Without such a change, failures that make up 5 % or more have been there from the first
# one on; fewer are scattered, and then there is no beginning.

# %%
began = key.onset("deliveries", "error_class is not null")
key.publish(failures_began_at=began)

# %%
by_hour = key.sql("""
    select date_trunc('hour', timestamp) as hour, count(*) as deliveries,
        count(error_class) as failures,
        round(count(*) filter (error_class is null) / count(*), 4) as success_rate
    from deliveries group by hour order by hour
""")
key.table("failures_by_hour", by_hour)

# %%
failures = key.sql("""
    with counted as (
        select date_trunc('hour', timestamp) as hour, error_class as kind, count(*) as failures
        from deliveries group by hour, kind
    ), kinds as (select distinct kind from counted where kind is not null)
    select hour, kinds.kind as error_class,
        coalesce(sum(failures) filter (counted.kind = kinds.kind), 0)::bigint as failures
    from counted, kinds group by hour, kinds.kind order by hour, kinds.kind
""")
chart = kit.bars(failures, "hour", "failures", stack="error_class")
key.chart("failures_over_time", chart, "Failed deliveries by hour and kind of error")

# %% [markdown]
# ## What events are failing?

# %%
BY_TYPE = """
    select event_type, count(*) as deliveries, count(error_class) as failures,
        round(count(error_class) / count(*), 4) as failure_rate,
        min(timestamp) filter (error_class is not null) as first_failure
    from deliveries group by event_type having failures > 0
    order by failures desc, event_type
"""
key.view("by_type", BY_TYPE, once=True)
by_type = key.sql("from by_type")
worst = by_type.limit(1).fetchall()
key.table("failures_by_event_type", by_type)

# %%
caption = "Failed deliveries by event type, most failures first"
chart = kit.bars(by_type.limit(15), "event_type", "failures")
key.chart("failures_by_event_type_chart", chart, caption)

# %% [markdown]
# ## What kinds of error are there, and how do they read?

# %%
KINDS = """
    select error_class, count(*) as failures, min(timestamp) as first_seen,
        max(timestamp) as last_seen, min(http_status) as lowest_status,
        max(http_status) as highest_status, min(error) as example
    from deliveries where error_class is not null
    group by error_class order by failures desc, error_class
"""
key.view("kinds", KINDS, once=True)
kinds = key.sql("from kinds")
key.table("error_classes", kinds)

# %% [markdown]
# ## What else is worth knowing?

# %%
key.view(
    "delivered",
    "select event_id, endpoint from deliveries where error_class is null and event_id is not null",
)
key.repeats("delivered", ("event_id", "endpoint"), "delivered_again")
more = key.row("""
    select
        case when count(attempt) > 0 then count(*) filter (attempt > 1) end as retried_deliveries,
        case when count(event_id) > 0
            then (select count(*) from delivered_again) end as duplicate_events,
        round(quantile_cont(latency, 0.95) / 1000, 6) as latency_p95
    from deliveries
""")
key.publish(worst_event_type=worst[0][0] if worst else None, **more)

# %% [markdown]
# ## What to look at first?

# %%
kind = kinds.limit(1).fetchall()
key.findings(
    (
        f"{totals['failed_deliveries']:,} of {totals['events']:,} deliveries failed",
        began or kind[0][2],
        f"{1 - totals['delivery_success_rate']:.2%}; most are {kind[0][0]} errors, {kind[0][1]:,}",
        f"{kind[0][6] or 'the endpoint'}; {worst[0][0] or 'the events'} fail most",
    )
    if kind
    else None,
)
