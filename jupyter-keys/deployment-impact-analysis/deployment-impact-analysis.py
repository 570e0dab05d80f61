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
# # Deployment impact analysis
#
# Reads a request log that spans a deployment and answers: did the deployment make it worse, what got
# worse, and was it worse before? All times are UTC.

# %% tags=["parameters"]
request_log = "samples/bad-release.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
deployed_at = None
least_factor = 1.25
least_rate = 0.005
failing_status = 500
bucket_minutes = 5

# %%
import math

from runner import kit

key = kit.open_key("jupyter-deployment-impact-analysis", columns)
key.load("request_log", request_log, timezone=timezone, between=(window_start, window_end))
key.need("request_log", "status", "failed", hint="export the status of each request")

# %% [markdown]
# ## When was the deployment?

# %%
new = key.row("""
    with versions as (
        select version, min(timestamp) as first, max(timestamp) as last
        from request_log where version is not null group by version
    )
    select (select count(*) from versions) as versions,
        case when max(first) > min(first)
            then max_by(first, (last, first)) filter (first > (select min(first) from versions)) end
            as at
    from versions
""")
at = kit.table_time(deployed_at, timezone) or new["at"]
key.split("request_log", at, "sides", "is_later")
key.view(
    "requests",
    f"""
    select timestamp, coalesce(endpoint, '(all)') as endpoint, version,
        coalesce(failed, status >= {int(failing_status)}, false) as failed,
        coalesce(duration_ms, duration_s * 1000)::double as ms,
        coalesce(is_later, false) as is_after
    from sides
    """,
)

# %% [markdown]
# ## Did it get worse?
#
# The share of failed requests and the p95, before and after. A change counts if it is large enough to
# matter, and for errors if it is more than chance.

# %%
SIDES = """
    count(*) filter (not is_after) as requests_before,
    count(*) filter (is_after) as requests_after,
    count(*) filter (failed and not is_after) / nullif(requests_before, 0) as error_rate_before,
    count(*) filter (failed and is_after) / nullif(requests_after, 0) as error_rate_after,
    round(quantile_cont(ms, 0.95) filter (not is_after) / 1000, 6) as p95_before,
    round(quantile_cont(ms, 0.95) filter (is_after) / 1000, 6) as p95_after,
    round(p95_after / nullif(p95_before, 0), 4) as p95_ratio,
    count(*) filter (failed) / count(*) as pooled,
    (error_rate_after - error_rate_before) / nullif(sqrt(pooled * (1 - pooled)
        * (1 / requests_before + 1 / requests_after)), 0) as z
"""
JUDGED = """
    error_rate_after >= error_rate_before * $factor::double
        and error_rate_after - error_rate_before >= $least::double
        and coalesce(z, 0) > 2.5758 as errors_worse,
    p95_ratio >= $factor::double as latency_worse
"""
limits = {"factor": least_factor, "least": least_rate}
found = key.row(f"select *, {JUDGED} from (select {SIDES} from requests)", **limits)
endpoints = key.sql(
    f"""
    select *, {JUDGED} from (select endpoint, {SIDES} from requests group by endpoint)
    order by errors_worse desc nulls last, (error_rate_after - error_rate_before) desc nulls last,
        p95_ratio desc nulls last, endpoint
    """,
    **limits,
)
worse = [row["endpoint"] for row in key.rows(endpoints) if row["errors_worse"]]
slower = [row["endpoint"] for row in key.rows(endpoints) if row["latency_worse"]]
worst = next(iter(worse + slower), None)
key.view("earlier", "from requests where not is_after")
began_before = key.onset("earlier", "failed") if found["error_rate_before"] else None

# %%
both = bool(found["requests_before"] and found["requests_after"])
change = 100 * (found["error_rate_after"] - found["error_rate_before"]) if both else None
z, _ = found.pop("z"), found.pop("pooled")
chance = round(math.erfc(abs(z or 0) / math.sqrt(2)), 9) if both else None
rates = f"{found['error_rate_before'] or 0:.2%} to {found['error_rate_after'] or 0:.2%}"
other = "look for another cause"
key.findings(
    ("Errors grew with the deployment", at, rates, "endpoint_report")
    if found["errors_worse"]
    else None,
    ("Requests are slower", at, f"p95 {found['p95_ratio']:g} times", "latency_over_time")
    if found["latency_worse"]
    else None,
    (f"{worst} got worst", at, "see its row", "endpoint_report") if worst else None,
    ("It was failing before the deployment", began_before, other, "errors_over_time")
    if began_before
    else None,
)
key.publish(
    **found,
    regression=bool(found["errors_worse"] or found["latency_worse"]) if both else None,
    version_changed=new["at"] is not None if new["versions"] else None,
    worse_before=began_before is not None if both else None,
    deployed_at=at,
    error_rate_change=round(change, 4) if both else None,
    chance=chance,
    worst_endpoint=worst,
)

# %%
key.table("endpoint_report", endpoints.project("* exclude (pooled, z)"))
versions = """
    select version, min(timestamp) as first_seen, max(timestamp) as last_seen,
        count(*) as requests, round(count(*) filter (failed) / count(*), 6) as error_rate,
        round(quantile_cont(ms, 0.95) / 1000, 6) as p95_seconds
    from requests group by version order by first_seen, version
"""
key.table("version_report", key.sql(versions))
over_time = key.sql(
    """
    select time_bucket(to_minutes($minutes::integer), timestamp) as time,
        count(*) filter (failed) / count(*) as failed_share,
        round(quantile_cont(ms, 0.95) / 1000, 6) as p95_seconds
    from requests group by time order by time
    """,
    minutes=bucket_minutes,
)
errors = kit.lines(over_time, "time", "failed_share")
key.chart("errors_over_time", errors, "Share of failed requests over time")
latencies = kit.lines(over_time, "time", "p95_seconds")
key.chart("latency_over_time", latencies, "p95 of durations over time, in seconds")
