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
# # Event analysis
#
# Events of any kind: how many fail, which, since when, and which stopped coming. An event failed when
# its outcome is one of `failing_outcomes`, its status code is 400 or more, or it carries an error.
# All times are UTC.

# %% tags=["parameters"]
events = "samples/checkout.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
failing_outcomes = "failed,failure,error,timeout,rejected,denied,cancelled"
silent_after = 5

# %%
from runner import kit

key = kit.open_key("jupyter-event-analysis", columns)
log = key.load("events", events, timezone=timezone, between=(window_start, window_end))
is_judged = any(log.has(column) for column in ("outcome", "status_code", "error"))
words = ", ".join(
    "'" + word.strip().replace("'", "''") + "'" for word in failing_outcomes.split(",")
)

# %%
key.view(
    "judged",
    f"""
    select *, {str(is_judged).lower()} and coalesce(lower(outcome) in ({words}), false)
        or coalesce(status_code >= 400, false) or error is not null as failed
    from events
    """,
)
totals = key.row(
    """
    select count(*) as event_count, case when $judged then count(*) filter (failed) end as failed_events,
        case when $judged then count(*) filter (failed) / nullif(count(*), 0) end as failure_rate,
        case when $judged then count(*) filter (not failed) / nullif(count(*), 0) end as success_rate,
        count(distinct event_type) as event_types,
        min(timestamp) filter (failed) as first_failure_at
    from judged
    """,
    judged=is_judged,
)
by_type = key.sql("""
    select event_type, count(*) as events, count(*) filter (failed) as failures,
        round(count(*) filter (failed) / count(*), 4) as failure_rate,
        min(timestamp) filter (failed) as first_failure, max(timestamp) as last_seen,
        min(error) as example
    from judged group by event_type order by failures desc, events desc, event_type
""")
worst = next(iter(by_type.limit(1).fetchall()), None)
failing = worst if worst and worst[2] else None
began = key.onset("judged", "failed")

# %% [markdown]
# ## Which events stopped coming?
#
# A type is silent when, up to the end of the data, nothing came for `silent_after` times the longest
# gap that it had before. A type needs ten events to have gaps worth comparing.

# %%
silent = key.sql(
    """
    with ends as (select max(timestamp) as last from events),
    steps as (
        select event_type, timestamp, epoch_us(timestamp)
            - epoch_us(lag(timestamp) over (partition by event_type order by timestamp)) as gap
        from events where event_type is not null
    ), gaps as (
        select event_type, count(*) as events, max(timestamp) as last_seen, max(gap) as longest
        from steps group by event_type
    )
    select event_type, events, last_seen, round(longest / 1e6, 3) as longest_gap_s,
        round((epoch_us(last) - epoch_us(last_seen)) / 1e6, 3) as silent_s
    from gaps, ends
    where events >= 10 and epoch_us(last) - epoch_us(last_seen) > $times * longest
    order by silent_s desc, event_type
    """,
    times=float(silent_after),
)
silent_rows = silent.fetchall()
key.publish(
    **totals,
    worst_event_type=failing and failing[0],
    failures_began_at=began,
    pattern_found=(began is not None) if is_judged and totals["event_count"] else None,
    silent_event_types=len(silent_rows),
)

# %%
key.findings(
    (
        f"{failing[0]} fails most: {failing[2]:,} of {failing[1]:,}",
        began or failing[4],
        f"{totals['failure_rate']:.2%} of all events fail",
        f"the errors of {failing[0]}, such as {failing[6] or 'its outcome'}",
    )
    if failing
    else None,
    *(
        (
            f"{name} stopped coming",
            last,
            f"silent for {silence:,.0f} s; its longest gap before was {gap:,.0f} s",
            "what sends it",
        )
        for name, _, last, gap, silence in silent_rows[:3]
    ),
)

# %%
key.table("by_event_type", by_type)
key.table("silent_types", silent)
key.table(
    "by_source",
    key.sql("""
        select source, count(*) as events, count(*) filter (failed) as failures,
            round(count(*) filter (failed) / count(*), 4) as failure_rate
        from judged where source is not null group by source having failures > 0
        order by failures desc, source
    """),
)

# %%
by_hour = key.sql("""
    select date_trunc('hour', timestamp) as hour, if(failed, 'failed', 'other') as fate,
        count(*) as events
    from judged group by hour, fate order by hour, fate
""")
key.chart(
    "events_over_time",
    kit.bars(by_hour, "hour", "events", stack="fate"),
    caption="Events by hour, failed ones apart",
)
failures = key.sql("""
    select date_trunc('hour', timestamp) as hour, event_type, count(*) as failures
    from judged where failed group by hour, event_type order by hour, event_type
""")
key.chart(
    "failures_by_type_over_time",
    kit.heat(failures, "hour", "event_type", "failures"),
    caption="Failed events by hour and type",
)
