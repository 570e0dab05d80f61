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
# # Dependency impact analysis
#
# Reads traces (spans) or edges of a call graph and answers: which services are affected if one
# dependency fails, how many requests pass through it, and how many fail now? All times are UTC.

# %% tags=["parameters"]
call_graph = "samples/ledger-outage.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
failing_service = ""
high_share = 0.1
medium_share = 0.01

# %%
from runner import kit

key = kit.open_key("jupyter-dependency-impact-analysis", columns)
key.load("call_graph", call_graph, timezone=timezone, between=(window_start, window_end))
key.need("call_graph", "target", "span_id", hint="export edges (source, target) or spans")
key.calls("call_graph", "made")

# %% [markdown]
# ## Which service, and who depends on it?

# %%
key.suspects("made", None, "report")
known = [name for (name,) in key.sql("select distinct target from made order by all").fetchall()]
if failing_service and failing_service not in known:
    shown = ", ".join(known[:20])
    raise kit.KitMisuse(f"nothing calls `{failing_service}`; services that are called: {shown}")
worst = "select max_by(service, own_errors) as service from report where own_errors > 0"
service = failing_service or key.row(worst)["service"]
key.dependents("made", "dependents")

# %% [markdown]
# ## How many requests pass through it, and how many fail?
#
# A request is a call that no service made. Traces tell which requests reached the service; edges do not.

# %%
key.view(
    "entries",
    """
    select * from made
    where source is null or source not in (select target from made where target is not null)
    """,
)
found = key.row(
    """
    with reached as (select distinct trace_id from made where target = $service),
    counted as (
        select coalesce(sum(calls), 0)::bigint as entry_requests,
            coalesce(sum(errors), 0)::bigint as failed_requests,
            sum(calls) filter (trace_id in (from reached))::bigint as exposed,
            sum(errors) filter (trace_id in (from reached))::bigint as failed_through,
            count(trace_id) > 0 as is_traced
        from entries
    )
    select entry_requests, failed_requests, failed_requests / nullif(entry_requests, 0)
            as failed_share,
        case when is_traced and $service <> '' then coalesce(exposed, 0) end as exposed_requests,
        exposed_requests / nullif(entry_requests, 0) as exposed_share,
        case when is_traced and $service <> '' then coalesce(failed_through, 0) end
            as failed_through_it,
        case when failed_share >= $high::double then 'high'
            when failed_share >= $medium::double then 'medium'
            when failed_share > 0 then 'low' when failed_share = 0 then 'none' end as impact
    from counted
    """,
    service=service or "",
    high=high_share,
    medium=medium_share,
)
reach = key.row(
    """
    select count(*) filter (distance > 0) as affected_services,
        count(*) filter (distance = 1) as direct_dependents,
        count(*) filter (distance > 0) / nullif((select count(*) from report), 0) as affected_share
    from dependents where of = $service
    """,
    service=service,
)

# %%
key.findings(
    (
        f"{reach['affected_services']} services depend on {service}",
        None,
        f"{reach['affected_share']:.0%} of all",
        "affected_report",
    )
    if service
    else None,
    (
        f"{found['exposed_requests']:,} requests pass through {service}",
        None,
        f"{found['exposed_share']:.1%} of all",
        "exposure_by_entry",
    )
    if found["exposed_requests"]
    else None,
    (
        f"{found['failed_requests']:,} requests failed",
        None,
        f"{found['failed_share']:.2%} of all, impact {found['impact']}",
        "exposure_by_entry",
    )
    if found["failed_requests"]
    else None,
)
key.publish(failing_service=service, **(reach if service else dict.fromkeys(reach)), **found)

# %%
affected = key.sql(
    """
    select a.service, a.distance, r.calls, r.errors, round(r.error_rate_after, 4) as error_rate
    from dependents as a left join report as r using (service)
    where a.of = $service order by distance, service
    """,
    service=service,
)
key.table("affected_report", affected)
exposure = key.sql(
    """
    with reached as (select distinct trace_id from made where target = $service)
    select target as service, operation, sum(calls)::bigint as requests,
        case when count(trace_id) > 0
            then coalesce(sum(calls) filter (trace_id in (from reached)), 0)::bigint end as exposed,
        sum(errors)::bigint as failed
    from entries group by all order by failed desc, requests desc, service, operation
    """,
    service=service or "",
)
key.table("exposure_by_entry", exposure)
key.chart(
    "affected_chart",
    kit.bars(affected, "service", "errors"),
    caption="Errors of the failing service and of those that depend on it",
)
