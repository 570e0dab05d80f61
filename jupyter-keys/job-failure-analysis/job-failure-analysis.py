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
    select *, coalesce(kit_ending(status), 'unknown') as ending,
        ending = 'failed' as failed, if(failed, coalesce(nullif(kit_failure(error), 'other'),
            kit_failure(status)), null) as error_class,
        coalesce(duration_ms, date_diff('millisecond', timestamp, finished_at)) / 1000 as seconds
    from job_runs
    """,
)
key.warn_of("ended", "ending = 'unknown'", "status", "runs have a status of no known meaning")
key.view("finished", "from ended where ending in ('succeeded', 'failed')")

# %% [markdown]
# ## Is there a pattern?
#
# One job, one kind of error or one worker has `pattern_share` of at least `pattern_runs` failures,
# and more than one job or worker was there to have them. Otherwise failures are widespread. Failures
# that are scattered, without an onset, have no pattern. One job goes before one worker, and that
# before one error.

# %%
began = key.onset("finished", "failed")
named, what = "widespread" if began else "none", None
patterns = (("one error", "error_class", 1), ("one worker", "worker", 2), ("one job", "job", 2))
for name, column, choices in patterns:
    limits = {"share": pattern_share, "least": pattern_runs, "choices": choices}
    most = key.dominant("finished", "failed", column, **limits)
    if began and most is not None:
        named, what = name, most

# %% [markdown]
# ## What can be replayed?
#
# A job is lost when none of its attempts succeeded and the last one failed. It can be replayed when
# that last failure was of a kind that passes by itself.

# %%
key.view(
    "jobs",
    """
    select job_id, job, count(*) as attempts, min(timestamp) as first_tried,
        max(timestamp) as last_tried, count(*) filter (ending = 'succeeded') as successes,
        arg_max(ending, (timestamp, attempt)) as last_ending,
        arg_max(error_class, (timestamp, attempt)) as last_class,
        arg_max(error, (timestamp, attempt)) as last_error,
        successes = 0 and last_ending = 'failed' as is_lost,
        is_lost and kit_passes(last_class) as replayable
    from ended where job_id is not null group by job_id, job
    """,
)
jobs = key.row("""
    select count(*) as known, count(*) filter (is_lost) as lost_jobs,
        count(*) filter (replayable) as replayable_jobs,
        lost_jobs - replayable_jobs as jobs_to_mend,
        count(*) filter (successes > 1) as done_twice
    from jobs
""")
has_ids = jobs.pop("known") > 0
key.view(
    "stuck",
    f"""
    with ends as (select max(timestamp) as last from ended)
    select ended.*, date_diff('minute', timestamp, last) as minutes from ended, ends
    where ending = 'running' and finished_at is null
        and timestamp < last - to_minutes({int(stuck_minutes)})
    """,
)
found = key.row(f"""
    select count(*) as runs, count(*) filter (ending in ('succeeded', 'failed')) as ended_runs,
        count(error_class) as failed_runs, failed_runs / nullif(ended_runs, 0) as failure_rate,
        count(*) filter (ending = 'succeeded') / nullif(ended_runs, 0) as success_rate,
        count(distinct job) filter (failed) as failing_jobs,
        (select first(job order by n desc, job) from (select job, count(*) as n from ended
            where failed group by job)) as worst_job,
        {kit.failure_counts("error_class")},
        case when count(attempt) > 0 then count(*) filter (attempt > 1) end as retried_runs,
        case when count(attempt) > 0 and count(max_attempts) > 0 then count(*) filter
            (failed and attempt >= max_attempts) end as exhausted_jobs,
        round(quantile_cont(seconds, 0.95), 6) as duration_p95,
        (select count(*) from stuck) as stuck_runs
    from ended
""")
# %%
rate = f"{found['failed_runs']:,} of {found['ended_runs']:,} runs, most {found['worst_job']}"
key.findings(
    ("Jobs fail", began, rate, "failures_by_job") if began else None,
    (f"The failures are of {named}", began, what, "failures_by_error") if what else None,
    *kit.counted(
        "jobs",
        ("Jobs never succeeded", jobs["lost_jobs"], "replay_list"),
        ("Jobs must be mended before a replay", jobs["jobs_to_mend"], "replay_list"),
        ("Jobs were done twice", jobs["done_twice"], "whether they are idempotent"),
        ("Runs are stuck", found["stuck_runs"], "stuck_list, their workers"),
    ),
)
key.publish(
    **found,
    **{name: count if has_ids else None for name, count in jobs.items()},
    failures_began_at=began,
    failure_pattern=named if found["ended_runs"] else None,
    pattern_found=what is not None if found["ended_runs"] else None,
)

# %%
by_job = key.sql("""
    select job, count(*) as runs, count(*) filter (failed) as failures,
        round(count(*) filter (failed) / count(*), 4) as failure_rate,
        min(timestamp) filter (failed) as first_failure,
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
    from ended where failed group by error_class, 2
    order by failures desc, error_class, 2
    """,
    failures_by_worker="""
    select worker, queue, count(*) as runs, count(*) filter (failed) as failures
    from finished group by worker, queue order by failures desc, worker, queue
    """,
    failures_by_hour="""
    select date_trunc('hour', timestamp) as hour, count(*) as runs,
        count(*) filter (failed) as failures from finished group by hour order by hour
    """,
)
over_time = key.counts("ended", "hour", "error_class", "failures", where="failed")
chart = kit.bars(over_time, "hour", "failures", stack="error_class")
key.chart("failures_over_time", chart, "Failed runs by hour and kind of error")
key.tables(
    replay_list="""
    select job_id, job, replayable, last_class as error_class, attempts, first_tried, last_tried,
        last_error as error
    from jobs where is_lost order by replayable desc, last_tried, job_id
    """,
    error_log="""
    select timestamp, 'error' as level, job as source, error as message
    from ended where failed and error is not null order by timestamp, job, error
    """,
    stuck_list="select job_id, job, timestamp, minutes, worker from stuck order by timestamp, job_id",
)
