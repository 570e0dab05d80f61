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
# # Job failure analysis
#
# Reads a log of job runs and answers: which jobs fail, how often and since when; is there a pattern;
# what can be replayed, and what must be mended first? One record is one attempt. All times are UTC.

# %% tags=["parameters"]
job_runs = "samples/mail-outage.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
stuck_minutes = 60
pattern_share = 0.8
pattern_runs = 5

# %%
from runner import kit

key = kit.open_key("jupyter-job-failure-analysis", columns)
key.load("job_runs", job_runs, timezone=timezone, between=(window_start, window_end))

# %% [markdown]
# ## How did each run end, and why did it fail?
#
# By the words of its status and its error. What passes by itself can be replayed as it is: timeouts,
# connections, rate limits, killed workers. Data, permissions and code must be mended first.

# %%
key.view(
    "ended",
    r"""
    with known as (
        select *, coalesce(kit_ending(status), 'unknown') as ending from job_runs
    )
    select *, case when ending <> 'failed' then null
        when kit_failure(error) = 'other' then kit_failure(status)
        else kit_failure(error) end as error_class,
        coalesce(duration_ms / 1000, date_diff('millisecond', timestamp, finished_at) / 1000)
            as seconds
    from known
    """,
)
unknown = key.row("""
    select count(*) as n, string_agg(distinct status, ', ' order by status) as statuses
    from ended where ending = 'unknown'
""")
if unknown["n"]:
    key.warn(f"{unknown['n']:,} runs have a status of no known meaning: {unknown['statuses']:.200}")
key.view("finished", "from ended where ending in ('succeeded', 'failed')")

# %% [markdown]
# ## Is there a pattern?
#
# One job, one kind of error or one worker has `pattern_share` of at least `pattern_runs` failures,
# and more than one job or worker was there to have them. Otherwise failures are widespread. Failures
# that are scattered, without an onset, have no pattern. One job goes before one worker, and that
# before one error.

# %%
began = key.onset("finished", "ending = 'failed'")
named, what = "widespread" if began else "none", None
for name, column in (("one error", "error_class"), ("one worker", "worker"), ("one job", "job")):
    top = key.row(f"""
        with counts as (
            select {column} as what, count(*) filter (ending = 'failed') as n
            from finished where {column} is not null group by what
        )
        select first(what order by n desc, what) as what, coalesce(max(n), 0) as most,
            coalesce(sum(n), 0) as failures, count(*) as choices from counts
    """)
    is_most = top["most"] >= max(pattern_runs, pattern_share * int(top["failures"]))
    if began and is_most and (top["choices"] > 1 or column == "error_class"):
        named, what = name, top["what"]

# %% [markdown]
# ## What can be replayed?
#
# A job is lost when none of its attempts succeeded and the last one failed. It can be replayed when
# that last failure was of a kind that passes by itself.

# %%
key.view(
    "lost",
    """
    with jobs as (
        select job_id, job, count(*) as attempts, max(attempt) as last_attempt,
            max(max_attempts) as max_attempts, min(timestamp) as first_tried,
            max(timestamp) as last_tried, arg_max(ending, (timestamp, attempt)) as last_ending,
            arg_max(error_class, (timestamp, attempt)) as error_class,
            arg_max(error, (timestamp, attempt)) as error,
            count(*) filter (ending = 'succeeded') as successes
        from ended where job_id is not null group by job_id, job
    )
    select *, error_class in ('timeout', 'connection', 'rate limit', 'resource') as replayable
    from jobs where successes = 0 and last_ending = 'failed'
    """,
)
KINDS = ["timeout", "connection", "rate limit", "resource", "permission", "data", "code", "other"]
kinds = ", ".join(
    f"count(*) filter (error_class = '{kind}') as {kind.replace(' ', '_')}_failures"
    for kind in KINDS
)
found = key.row(f"""
    select count(*) as runs, count(*) filter (ending in ('succeeded', 'failed')) as ended_runs,
        count(error_class) as failed_runs,
        count(error_class) / nullif(count(*) filter (ending in ('succeeded', 'failed')), 0)
            as failure_rate,
        count(*) filter (ending = 'succeeded')
            / nullif(count(*) filter (ending in ('succeeded', 'failed')), 0) as success_rate,
        count(distinct job) filter (ending = 'failed') as failing_jobs,
        (select first(job order by n desc, job) from (select job, count(*) as n from ended
            where ending = 'failed' group by job)) as worst_job,
        {kinds},
        case when count(attempt) > 0 then count(*) filter (attempt > 1) end as retried_runs,
        case when count(attempt) > 0 and count(max_attempts) > 0 then count(*) filter
            (ending = 'failed' and attempt >= max_attempts) end as exhausted_jobs,
        round(quantile_cont(seconds, 0.95), 6) as duration_p95
    from ended
""")
jobs = key.row("""
    select count(*) as lost_jobs, count(*) filter (replayable) as replayable_jobs,
        count(*) filter (not replayable) as jobs_to_mend, (select count(*) from (
            select job_id from ended where ending = 'succeeded' and job_id is not null
            group by job_id, job having count(*) > 1)) as done_twice
    from lost
""")
has_ids = key.row("select count(job_id) > 0 as yes from ended")["yes"]
key.view(
    "stuck",
    f"""
    select *, date_diff('minute', timestamp, (select max(timestamp) from ended)) as minutes
    from ended where ending = 'running' and finished_at is null
        and timestamp < (select max(timestamp) from ended) - to_minutes({int(stuck_minutes)})
    """,
)
stuck = key.row("select count(*) as stuck_runs from stuck")

# %%
rate = f"{found['failed_runs']:,} of {found['ended_runs']:,} runs, most {found['worst_job']}"
key.findings(
    ("Jobs fail", began, rate, "failures_by_job") if began else None,
    (f"The failures are of {named}", began, what, "failures_by_error") if what else None,
    *[
        (what, None, f"{count:,} jobs", look)
        for what, count, look in (
            ("Jobs never succeeded", jobs["lost_jobs"], "replay_list"),
            ("Jobs must be mended before a replay", jobs["jobs_to_mend"], "replay_list"),
            ("Jobs were done twice", jobs["done_twice"], "whether they are idempotent"),
            ("Runs are stuck", stuck["stuck_runs"], "stuck_list, their workers"),
        )
        if count
    ],
)
key.publish(
    **found,
    **stuck,
    **{name: count if has_ids else None for name, count in jobs.items()},
    failures_began_at=began,
    failure_pattern=named if found["ended_runs"] else None,
    pattern_found=what is not None if found["ended_runs"] else None,
)

# %%
by_job = key.sql("""
    select job, count(*) as runs, count(*) filter (ending = 'failed') as failures,
        round(count(*) filter (ending = 'failed') / count(*), 4) as failure_rate,
        min(timestamp) filter (ending = 'failed') as first_failure,
        round(quantile_cont(seconds, 0.95), 3) as p95_seconds
    from finished group by job order by failures desc, job
""")
key.table("failures_by_job", by_job)
failing = by_job.filter("failures > 0").limit(15)
key.chart("failures_by_job_chart", kit.bars(failing, "job", "failures"), "Failed runs by job")
key.tables(
    failures_by_error=r"""
    select error_class, regexp_replace(error, '\S*\d\S*', '?', 'g') as error, count(*) as failures,
        count(distinct job) as jobs, min(timestamp) as first_seen, max(timestamp) as last_seen
    from ended where ending = 'failed' group by error_class, 2
    order by failures desc, error_class, 2
    """,
    failures_by_worker="""
    select worker, queue, count(*) as runs, count(*) filter (ending = 'failed') as failures
    from finished group by worker, queue order by failures desc, worker, queue
    """,
    failures_by_hour="""
    select date_trunc('hour', timestamp) as hour, count(*) as runs,
        count(*) filter (ending = 'failed') as failures from finished group by hour order by hour
    """,
)
over_time = key.sql("""
    select date_trunc('hour', timestamp) as hour, error_class, count(*) as failures
    from ended where ending = 'failed' group by all order by hour, error_class
""")
key.chart(
    "failures_over_time",
    kit.bars(over_time, "hour", "failures", stack="error_class"),
    caption="Failed runs by hour and kind of error",
)
key.tables(
    replay_list="""
    select job_id, job, replayable, error_class, attempts, first_tried, last_tried, error
    from lost order by replayable desc, last_tried, job_id
    """,
    error_log="""
    select timestamp, 'error' as level, job as source, error as message
    from ended where ending = 'failed' and error is not null order by timestamp, job, error
    """,
    stuck_list="""
    select job_id, job, timestamp, minutes, worker from stuck order by timestamp, job_id
    """,
)
