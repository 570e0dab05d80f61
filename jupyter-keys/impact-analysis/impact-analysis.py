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
# # Impact analysis
#
# Reads a log of requests or orders and answers: how many users and requests did the incident affect,
# what did it cost, how much of the error budget was spent, since when and until when? UTC throughout.

# %% tags=["parameters"]
request_log = "samples/checkout-outage.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
incident_start = None
incident_end = None
failing_status = 500
slow_ms = None
slo_target = 0.999
slo_days = 30
high_share = 0.05
medium_share = 0.005
bucket_minutes = 5

# %%
from runner import kit

key = kit.open_key("jupyter-impact-analysis", columns)
key.load("request_log", request_log, timezone=timezone, between=(window_start, window_end))
key.need("request_log", "status", "failed", hint="export the status of each request")
if not 0 < slo_target < 1:
    raise kit.KitMisuse(f"slo_target is {slo_target}; it is a share between 0 and 1, such as 0.999")
slow = "false" if slow_ms is None else f"coalesce(duration_ms, duration_s * 1000) >= {slow_ms}"
key.view(
    "tried",
    f"""
    select *, coalesce(failed, status >= {int(failing_status)}, false) or coalesce({slow}, false)
        as bad
    from request_log
    """,
)

# %% [markdown]
# ## Since when, and until when?

# %%
over_time = key.sql(
    """
    select time_bucket(to_minutes($minutes::integer), timestamp) as time, count(*) as requests,
        count(*) filter (bad) as failed_requests, failed_requests / requests as failed_share,
        count(distinct user_id) filter (bad) as affected_users
    from tried group by time order by time
    """,
    minutes=bucket_minutes,
)
began = kit.table_time(incident_start, timezone) or key.onset("tried", "bad")
ended = kit.table_time(incident_end, timezone)
if began and not ended:
    steps = [(row[0], row[3]) for row in over_time.fetchall() if row[0] >= began]
    ended = kit.recovered_at(steps)
key.split("tried", began, "since", "is_since")
key.split("since", ended, "until", "is_over")
key.view(
    "marked", "select *, coalesce(is_since, false) and is_over is not true as is_during from until"
)

# %% [markdown]
# ## Users, requests and money
#
# An amount is made good where the same user later succeeds with at least as much.

# %%
known = key.row("""
    select count(*) as requests, count(user_id) as users, count(amount) as amounts,
        epoch(max(timestamp)) - epoch(min(timestamp)) as seconds, max(timestamp) as last,
        count(*) filter (not is_during) as usual
    from marked
""")
found = key.row(
    """
    with lost as (
        select user_id, max(amount) as amount from marked as m
        where bad and is_during and user_id is not null and not exists (
            from marked as later where later.user_id = m.user_id and not later.bad
                and later.timestamp > m.timestamp and later.amount >= m.amount)
        group by user_id
    ), during as (
        select count(*) as requests, count(*) filter (bad) as failed_requests,
            failed_requests / nullif(requests, 0) as failed_share,
            count(distinct user_id) filter (bad) as bad_users,
            count(distinct user_id) as users,
            bad_users - count(distinct user_id) filter (bad and user_id in
                (select user_id from marked where not bad and is_during)) as locked_out,
            sum(amount) filter (bad) as failed_amount
        from marked where is_during
    )
    select requests, failed_requests, failed_share,
        if($has_users, bad_users, null) as affected_users,
        if($has_users, bad_users / nullif(users, 0), null) as affected_share,
        if($has_users, locked_out, null) as locked_out_users,
        if($has_amounts, coalesce(failed_amount, 0), null) as failed_amount,
        if($has_users and $has_amounts, coalesce((select sum(amount) from lost), 0), null)
            as lost_amount
    from during
    """,
    has_users=known["users"] > 0,
    has_amounts=known["amounts"] > 0,
)

# %% [markdown]
# ## How much of the error budget?

# %%
lasted = ((ended or known["last"]) - began).total_seconds() if began and known["last"] else None
outside = (known["seconds"] or 0) - (lasted or 0)
expected = known["usual"] / outside * 86_400 * slo_days if outside > 0 else None
spent = found["failed_requests"] / ((1 - slo_target) * expected) if expected else None
burn = found["failed_share"] and round(found["failed_share"] / (1 - slo_target), 4)
share = found["affected_share"] if found["affected_share"] is not None else found["failed_share"]
levels = ((high_share, "high"), (medium_share, "medium"), (1e-12, "low"))
impact = next((name for least, name in levels if (share or 0) >= least), "none")
if spent is not None:
    key.warn("budget_spent is an estimate: a period's requests are taken from the rate outside")

# %%
users = f"{found['affected_users']:,} users, " if found["affected_users"] else ""
failed = f"{users}{found['failed_requests']:,} requests failed, {found['failed_share'] or 0:.2%}"
key.findings(
    (f"The impact is {impact}", began, failed, "impact_by_segment")
    if found["failed_requests"]
    else None,
    ("It lasts to the end of the data", began, "not over", "impact_over_time")
    if began and not ended
    else None,
    ("Money is not made good", began, f"{found['lost_amount']:,.2f}", "impact_by_segment")
    if found["lost_amount"]
    else None,
    ("Error budget is spent", began, f"{spent:.1%} of {slo_days} days", "failures_chart")
    if spent
    else None,
)
key.publish(
    **found,
    impact=impact if known["requests"] else None,
    incident_found=began is not None if known["requests"] else None,
    incident_began_at=began,
    incident_ended_at=ended,
    incident_duration=lasted,
    budget_spent=round(100 * spent, 4) if spent is not None else None,
    budget_exhausted=spent >= 1 if spent is not None else None,
    burn_rate=burn,
)

# %%
by_segment = """
    select segment, count(*) as requests, count(*) filter (bad) as failed_requests,
        round(failed_requests / nullif(requests, 0), 6) as failed_share,
        count(distinct user_id) filter (bad) as affected_users,
        sum(amount) filter (bad) as failed_amount
    from marked where is_during group by segment order by failed_requests desc, requests desc, segment
"""
key.table("impact_by_segment", key.sql(by_segment))
key.table("impact_over_time", over_time)
chart = kit.lines(over_time, "time", "failed_share")
key.chart("failures_chart", chart, "Share of failed requests over time")
