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
# # Dependency analysis
#
# Reads traces (spans) or edges of a call graph and answers: which dependency fails or slows down, who
# is affected, and where did the trouble most likely begin? All times are UTC.

# %% tags=["parameters"]
call_graph = "samples/payments-outage.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
incident_start = None
failing_rate = 0.05
slow_ratio = 1.5
likely_suspicion = 0.5
bucket_minutes = 5

# %%
from runner import kit

key = kit.open_key("jupyter-dependency-analysis", columns)
key.load("call_graph", call_graph, timezone=timezone, between=(window_start, window_end))
key.need("call_graph", "target", "span_id", hint="export edges (source, target) or spans")
key.calls("call_graph", "made")

# %% [markdown]
# ## Since when?
#
# The minute from which on calls fail more than before; if errors are as they were, the step from which
# on calls take longer than before.

# %%
key.view(
    "over_time",
    f"""
    select time_bucket(to_minutes({int(bucket_minutes)}), timestamp) as bucket,
        sum(round(duration_ms * calls, 6)::decimal(38, 6))::double / sum(calls) as mean_ms
    from made where timestamp is not null and duration_ms is not null group by bucket
    """,
)
failing = key.onset("made", f"errors > 0 and errors >= {failing_rate} * calls")
steps = key.sql("from over_time order by bucket").fetchall()
history = kit.level_history([mean for _, mean in steps])
slower = steps[history.worse[0].start][0] if history and history.worse else None
began = kit.table_time(incident_start, timezone) or failing or slower
key.suspects("made", began, "report")

# %% [markdown]
# ## Which dependency, and where did it begin?

# %%
found = key.row(
    """
    select coalesce(sum(calls), 0)::bigint as calls, count(*) as services,
        sum(errors) / nullif(sum(calls), 0) as error_rate,
        count(*) filter (error_rate_after >= $failing::double) as failing_dependencies,
        case when bool_or(own_before_ms > 0) then count(*) filter (own_before_ms > 0
            and own_after_ms >= $slow::double * own_before_ms) end as slow_dependencies
    from report
    """,
    failing=failing_rate,
    slow=slow_ratio,
)
key.view(
    "first_suspect", "from report where suspicion > 0 order by suspicion desc, service limit 1"
)
suspect = key.row(
    """
    select max(service) as root_cause, round(max(suspicion), 4) as root_cause_suspicion,
        case when max(suspicion) is null then null
            when max(if(errors_count, share_of_new_errors, 0)) >= max(suspicion) then 'errors'
            else 'latency' end as trouble_kind
    from first_suspect where suspicion >= $likely::double
    """,
    likely=likely_suspicion,
)
cause = suspect["root_cause"]
key.dependents("made", "dependents")
affected = key.sql(
    "select service, distance from dependents where of = $of and distance > 0 order by 2, 1",
    of=cause,
)
reached = len(affected.fetchall()) if cause else None
degraded = bool(found["failing_dependencies"] or found["slow_dependencies"])
if not key.row("select count(span_id) as n from call_graph")["n"]:
    key.warn("edges only: errors and time of a service's own are estimates")

# %%
new = f"{suspect['root_cause_suspicion'] or 0:.0%} of what is new ({suspect['trouble_kind']})"
failing = f"{found['failing_dependencies']} dependencies fail"
key.findings(
    (f"{cause} is the likely root cause", began, new, "dependency_report") if cause else None,
    (failing, began, "see error_rate_after", "call_edges")
    if found["failing_dependencies"]
    else None,
    (f"{found['slow_dependencies']} dependencies are slow", began, "own time", "dependency_report")
    if found["slow_dependencies"]
    else None,
    (f"{reached} services depend on {cause}", None, "directly or not", "affected_report")
    if reached
    else None,
)
key.publish(
    **found,
    degraded=degraded if found["calls"] else None,
    root_cause_found=bool(cause) if found["calls"] else None,
    trouble_began_at=began,
    affected_services=reached,
    affected_share=reached / found["services"] if cause else None,
    **suspect,
)

# %% [markdown]
# ## The dependencies, and who calls them

# %%
report = key.sql(
    """
    select service, round(suspicion, 4) as suspicion, calls, errors, own_errors,
        round(error_rate_before, 4) as error_rate_before,
        round(error_rate_after, 4) as error_rate_after,
        round(p95_before_ms, 3) as p95_before_ms, round(p95_after_ms, 3) as p95_after_ms,
        round(own_before_ms, 3) as own_before_ms, round(own_after_ms, 3) as own_after_ms
    from report order by suspicion desc nulls last, own_errors desc, service
    """
)
key.table("dependency_report", report)
chart = kit.bars(report.filter("suspicion is not null"), "service", "suspicion")
key.chart("suspicion_chart", chart, "Suspicion by service")
key.table("affected_report", affected)
edges = """
    select source, target, sum(calls)::bigint as calls, sum(errors)::bigint as errors,
        round(sum(errors) / nullif(sum(calls), 0), 4) as error_rate,
        round(quantile_cont(duration_ms, 0.95), 3) as p95_ms
    from made group by all order by errors desc, calls desc, source, target
"""
key.table("call_edges", key.sql(edges))

# %%
errors = """
    select time_bucket(to_minutes($minutes::integer), timestamp) as time, target as service,
        sum(errors)::bigint as errors
    from made where timestamp is not null group by all order by time, service
"""
chart = kit.lines(key.sql(errors, minutes=bucket_minutes), "time", "errors", by="service")
key.chart("errors_over_time", chart, "Errors by service that was called, over time")
