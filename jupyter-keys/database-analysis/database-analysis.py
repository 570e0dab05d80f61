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
# # Database analysis
#
# Reads the log of a PostgreSQL server and answers: is it healthy, what is in its way, and since when?
# It counts what the server says of itself; what is not logged (`log_lock_waits`, `log_temp_files`,
# `log_checkpoints` …) is not seen. All times are UTC.

# %% tags=["parameters"]
server_log = "samples/slow-after-release.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
slow_ms = 1000
many_lock_waits = 10
bucket_minutes = 15

# %%
from runner import kit

key = kit.open_key("jupyter-database-analysis", columns)
key.load("server_log", server_log, timezone=timezone, between=(window_start, window_end))

# %% [markdown]
# ## What does each entry tell?
#
# Its kind by SQLSTATE where there is one, else by the words of its message.

# %%
key.view(
    "told",
    r"""
    select *, severity in ('ERROR', 'FATAL', 'PANIC') as is_error,
        kit_server_entry(sql_state, message) as kind,
    try_cast(regexp_extract(message, 'size (\d+)', 1) as bigint) as size,
    try_cast(regexp_extract(message, 'after ([0-9.]+) ms', 1) as decimal(20, 3)) as waited_ms
    from server_log
    """,
)

# %% [markdown]
# ## Is the database healthy, and what is in its way?
#
# *Critical*: it crashed, ran out of memory or disk, panicked, or nears wraparound. *Degraded*: it
# refused connections, had deadlocks, many waits for locks, or more forced checkpoints than planned
# ones (three at least). Else *healthy*, as far as its log says.

# %%
found = key.row(
    """
    with counted as (
        select count(*) as entries, count(*) filter (is_error) as errors,
            count(*) filter (severity in ('FATAL', 'PANIC')) as fatal_errors,
            count(*) filter (severity = 'PANIC') as panics,
            count(*) filter (kind = 'deadlock') as deadlocks,
            count(*) filter (kind = 'lock wait') as lock_waits,
            round(max(waited_ms) filter (kind = 'lock wait') / 1000, 6) as longest_lock_wait,
            count(*) filter (kind = 'refused') as refused_connections,
            count(*) filter (kind = 'failed login') as failed_logins,
            count(distinct coalesce(session_id, process_id)) as sessions,
            count(*) filter (kind = 'cancelled') as cancelled_statements,
            case when count(duration_ms) > 0
                then count(*) filter (duration_ms >= $slow) end as slow_statements,
            count(*) filter (kind = 'temporary file') as temp_files,
            coalesce(sum(size) filter (kind = 'temporary file'), 0)::bigint as temp_bytes,
            count(*) filter (kind = 'checkpoint') as checkpoints,
            count(*) filter (kind = 'checkpoint' and regexp_matches(message, 'wal|xlog'))
                as forced_checkpoints,
            count(*) filter (kind = 'vacuum') as vacuums,
            count(*) filter (kind = 'crash') as crashes,
            count(*) filter (kind = 'resource') as resource_failures,
            count(*) filter (kind = 'wraparound') as wraparound_warnings
        from told
    )
    select * exclude (panics), refused_connections > 0 as connections_exhausted, case
        when entries = 0 then null
        when crashes + resource_failures + wraparound_warnings + panics > 0 then 'critical'
        when refused_connections + deadlocks > 0 or lock_waits >= $many
            or (forced_checkpoints >= 3 and forced_checkpoints * 2 > checkpoints) then 'degraded'
        else 'healthy' end as health
    from counted
    """,
    slow=slow_ms,
    many=many_lock_waits,
)
began = key.onset("told", "is_error")
first = dict(
    key.sql("select kind, min(timestamp) from told where kind <> '' group by 1").fetchall()
)
key.findings(
    *[
        (what, first[kind], f"{found[name]:,} times", look)
        for kind, name, what, look in kit.SERVER_TROUBLE
        if found[name]
    ],
    ("Errors set in", began, f"{found['errors']:,} errors", "error_report") if began else None,
)

# %%
seen = {name: value if found["entries"] else None for name, value in found.items()}
key.publish(
    **seen | {"entries": found["entries"]},
    degraded=found["health"] and found["health"] != "healthy",
    errors_began_at=began,
)

# %%
errors = key.sql(r"""
    select severity, sql_state, regexp_replace(message, '"[^"]*"|\d+', '?', 'g') as message,
        count(*) as times, min(timestamp) as first_seen, max(timestamp) as last_seen,
        min(message) as example, min(statement) as statement
    from told where is_error group by all order by times desc, severity, sql_state, message
""")
key.table("error_report", errors)
key.chart("error_chart", kit.bars(errors.limit(12), "message", "times"), "Errors by message")

# %%
key.tables(
    lock_report="""
    select kind, count(*) as times, max(waited_ms) as longest_ms, min(timestamp) as first_seen,
        max(timestamp) as last_seen, statement, min(coalesce(detail, message)) as example
    from told where kind in ('lock wait', 'deadlock') group by kind, statement
    order by times desc, kind, statement
    """,
    temp_file_report="""
    select statement, count(*) as files, sum(size)::bigint as bytes, max(size) as largest
    from told where kind = 'temporary file' group by statement order by bytes desc, statement
    """,
    vacuum_report=r"""
    select regexp_extract(message, 'of table "([^"]+)"', 1) as table_name, count(*) as runs,
        sum(try_cast(regexp_extract(message, 'elapsed: ([0-9.]+) s', 1) as decimal(12, 2)))
            as seconds, max(timestamp) as last_run
    from told where kind = 'vacuum' group by table_name order by seconds desc, table_name
    """,
)

# %%
activity = key.sql(
    """
    select time_bucket(to_minutes($minutes::integer), timestamp) as time, count(*) as entries,
        count(distinct coalesce(session_id, process_id)) as sessions,
        count(*) filter (is_error) as errors, count(*) filter (kind = 'lock wait') as lock_waits,
        count(*) filter (kind = 'refused') as refused,
        count(*) filter (duration_ms >= $slow) as slow_statements
    from told group by time order by time
    """,
    minutes=bucket_minutes,
    slow=slow_ms,
)
key.table("activity_over_time", activity)
trouble = key.counts(
    "told", int(bucket_minutes), "kind", "times", "kind not in ('checkpoint', 'vacuum')"
)
chart = kit.bars(trouble, "time", "times", stack="kind")
key.chart("trouble_over_time", chart, "What went wrong over time, by kind")
