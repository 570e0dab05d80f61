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
# # Database query analysis
#
# Reads a query log (PostgreSQL csvlog, jsonlog or plain log; MySQL slow log; a table with one row an
# execution) or query statistics (`pg_stat_statements`) and answers: which queries are slowest, how
# often do they run, and what is their impact? Statements that differ in their values only are one
# query. All times are UTC.

# %% tags=["parameters"]
query_log = "samples/slow-after-release.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
slow_ms = 1000
dominant_share = 0.5
degraded_ratio = 1.5
bucket_minutes = 15

# %%
from runner import kit

key = kit.open_key("jupyter-database-query-analysis", columns)
key.load("query_log", query_log, timezone=timezone, between=(window_start, window_end))

# %% [markdown]
# ## What is an execution?
#
# An entry that tells how long a statement took; parse and bind are not executions. Plans of
# `auto_explain` count only in a log that has no other durations. A row of statistics stands for its
# calls: their total is exact, the duration of a single one is not known.

# %%
key.view(
    "timed",
    """
    select timestamp, statement, dialect, query_id, user_name, database_name, duration_ms,
        lock_ms, rows_examined, rows_sent, coalesce(calls, 1) as calls,
        coalesce(total_ms, duration_ms, mean_ms * calls) as total_ms,
        coalesce(max_ms, duration_ms) as longest_ms
    from query_log
    where statement is not null and coalesce(total_ms, duration_ms, mean_ms * calls) is not null
        and (coalesce(phase, 'statement') in ('statement', 'execute') or phase = 'plan'
            and not exists (from query_log where phase in ('statement', 'execute')))
    """,
)
key.fingerprint("timed", "executions")
key.view(
    "queries",
    """
    select fingerprint, sum(calls)::bigint as calls, sum(total_ms) as total_ms,
        sum(total_ms) / sum(calls) as mean_ms, quantile_cont(duration_ms, 0.95) as p95_ms,
        max(longest_ms) as longest_ms, sum(rows_examined)::hugeint as rows_examined,
        sum(rows_sent)::hugeint as rows_sent, min(timestamp) as first_seen,
        max(timestamp) as last_seen, min(statement) as example
    from executions group by fingerprint having sum(calls) > 0
    """,
)

# %% [markdown]
# ## Which queries are slowest, how often do they run, what do they cost, and since when?
#
# The onset is the minute in which a regime of slow executions begins. The database is *degraded*
# where the p95 from then on is `degraded_ratio` times the p95 before.

# %%
began = key.onset("executions", f"duration_ms >= {slow_ms}")
found = key.row(
    """
    with counted as (
        select coalesce(sum(calls), 0)::bigint as executions, count(duration_ms) as timed,
            count(distinct fingerprint) as distinct_queries,
            case when timed > 0 then count(*) filter (duration_ms >= $slow) end as slow_queries,
            slow_queries / timed as slow_share, sum(total_ms) / 1000 as total_time,
            round(sum(total_ms) / nullif(sum(calls), 0) / 1000, 6) as mean_duration,
            round(quantile_cont(duration_ms, 0.95) / 1000, 6) as p95_duration,
            round(quantile_cont(duration_ms, 0.99) / 1000, 6) as p99_duration,
            max(longest_ms) / 1000 as longest_duration,
            quantile_cont(duration_ms, 0.95) filter (timestamp < $began) as before,
            quantile_cont(duration_ms, 0.95) filter (timestamp >= $began) as after
        from executions
    ), best as (
        select first(fingerprint order by total_ms desc, fingerprint) as top_query,
            max(total_ms) / nullif(sum(total_ms), 0) as top_query_share,
            first(fingerprint order by mean_ms desc, fingerprint) as slowest_query,
            case when count(*) > 0 then count(*) filter (mean_ms >= $slow) end as slow_patterns
        from queries
    )
    select counted.* exclude (timed, before, after), best.*,
        top_query_share >= $dominant::double as one_query_dominates,
        round(after / nullif(before, 0), 3) as p95_ratio, case when timed > 0
            then coalesce(after >= $ratio::double * before and after > before, false) end as degraded
    from counted, best
    """,
    began=began,
    slow=slow_ms,
    dominant=dominant_share,
    ratio=degraded_ratio,
)
share = f"{found['top_query_share'] or 0:.0%} of the time: {found['top_query'] or ''}"
slower = f"p95 is {found['p95_ratio']} times what it was"
key.findings(
    ("Queries became slow", began, slower, "duration_over_time") if found["degraded"] else None,
    ("One query dominates", None, share[:160], "its plan")
    if found["one_query_dominates"]
    else None,
    ("Queries are slow on average", None, f"{found['slow_patterns']} of them", "queries_by_mean")
    if found["slow_patterns"]
    else None,
)
key.publish(slow_began_at=began, **found)

# %%
key.view(
    "report",
    """
    select fingerprint, calls, round(total_ms / 1000, 3) as total_seconds,
        round(total_ms / nullif(sum(total_ms) over (), 0), 4) as share_of_time,
        round(mean_ms, 3) as mean_ms, round(p95_ms, 3) as p95_ms,
        round(longest_ms, 3) as longest_ms, rows_examined, rows_sent, first_seen, last_seen,
        left(example, 400) as example
    from queries
    """,
)
by_total = key.sql("from report order by total_seconds desc, fingerprint")
key.table("query_report", by_total)
key.table("queries_by_mean", key.sql("from report order by mean_ms desc, fingerprint"))
chart = kit.bars(by_total.limit(12), "fingerprint", "total_seconds")
key.chart("query_report_chart", chart, "Total seconds by query, the most expensive first")

# %%
over_time = key.sql(
    """
    select time_bucket(to_minutes($minutes::integer), timestamp) as time,
        sum(calls)::bigint as executions, round(sum(total_ms) / 1000, 3) as total_seconds,
        round(quantile_cont(duration_ms, 0.95), 3) as p95_ms,
        count(*) filter (duration_ms >= $slow) as slow_executions
    from executions where timestamp is not null group by time order by time
    """,
    minutes=bucket_minutes,
    slow=slow_ms,
)
key.table("queries_over_time", over_time)
chart = kit.lines(over_time, "time", "p95_ms")
key.chart("duration_over_time", chart, "p95 of query durations over time, in milliseconds")

# %%
by_user = key.sql("""
    select user_name, database_name, sum(calls)::bigint as executions,
        round(sum(total_ms) / 1000, 3) as total_seconds, round(max(longest_ms), 3) as longest_ms
    from executions group by all order by total_seconds desc, user_name, database_name
""")
key.table("queries_by_user", by_user)
