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
# # Risk analysis
#
# Reads a call graph and a history of changes and answers: how likely does a change of a service fail,
# what does it take with it, and how high is the risk? All times are UTC.

# %% tags=["parameters"]
call_graph = "samples/shop.csv"
changes = "samples/payments-changes.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
service = ""
high_score = 25
medium_score = 10
failed_words = "fail,error,rolled back,rollback,rolled_back,reverted,aborted,incident"

# %%
import re

from runner import kit

key = kit.open_key("jupyter-risk-analysis", columns)
key.load("call_graph", call_graph, timezone=timezone)
key.need("call_graph", "target", "span_id", hint="export edges (source, target) or spans")
key.load("changes", changes, timezone=timezone, between=(window_start, window_end))
key.calls("call_graph", "made")

# %% [markdown]
# ## How likely does a change fail?
#
# The upper end of the 95 % Wilson interval of the failure rate, so that few changes mean less certainty.

# %%
words = [word.strip().lower() for word in failed_words.split(",") if word.strip()]
pattern = "|".join(re.escape(word) for word in words) or "(?!)"
key.view(
    "judged",
    f"""
    select service, timestamp, regexp_matches(lower(outcome), {kit.literal(pattern)}) as failed
    from changes where service is not null and outcome is not null
    """,
)
key.view(
    "likelihoods",
    """
    with counted as (
        select service, count(*) as n, count(*) filter (failed) as k, k / n as p,
            max(timestamp) filter (failed) as last_failure_at from judged group by service
    )
    select service, n as changes, k as failed_changes, p as change_failure_rate, last_failure_at,
        round(least((p + 1.9208 / n + 1.96 * sqrt(p * (1 - p) / n + 0.9604 / (n * n)))
            / (1 + 3.8416 / n), 1), 6) as likelihood
    from counted
    """,
)
latest = "select max_by(service, (timestamp, service)) as service from judged"
service = service or key.row(latest)["service"]

# %% [markdown]
# ## What does it take with it?

# %%
key.dependents("made", "dependents")
key.view(
    "severities",
    """
    with exposed as (
        select target as service, count(distinct trace_id)
            / nullif((select count(distinct trace_id) from made), 0) as exposed_share
        from made group by target
    ), reached as (
        select of as service, count(*) - 1 as dependents,
            round(count(*) / (select count(distinct of) from dependents), 6) as blast_radius
        from dependents group by of
    )
    select service, dependents, blast_radius, round(exposed_share, 6) as exposed_share,
        greatest(blast_radius, coalesce(exposed_share, 0)) as severity
    from reached left join exposed using (service)
    """,
)

# %% [markdown]
# ## How high is the risk?

# %%
scored = """
    select coalesce(l.service, s.service) as service,
        round(100 * likelihood * severity, 2) as risk_score,
        case when risk_score >= $high::double then 'high' when risk_score >= $medium::double
            then 'medium' when risk_score is not null then 'low' end as risk_level,
        coalesce(l.changes, 0) as changes, coalesce(l.failed_changes, 0) as failed_changes,
        l.change_failure_rate, l.likelihood, l.last_failure_at, s.blast_radius, s.dependents,
        s.exposed_share
    from likelihoods as l full join severities as s on l.service = s.service
    order by risk_score desc nulls last, service
"""
risks = key.sql(scored, high=high_score, medium=medium_score)
rows = key.rows(risks)
found = next((row for row in rows if row["service"] == service), None)
if service and not found:
    raise kit.KitMisuse(f"neither the call graph nor the changes have `{service}`")
found = found or {**dict.fromkeys(risks.columns), "changes": 0, "failed_changes": 0}
failed_of = f"{found['failed_changes']} of {found['changes']} changes failed"

# %%
key.findings(
    (
        f"The risk of changing {service} is {found['risk_level']}",
        None,
        f"score {found['risk_score']:g} of 100",
        "risk_inputs",
    )
    if found["risk_level"]
    else None,
    (f"Changes of {service} have failed", found["last_failure_at"], failed_of, "its last failures")
    if found["failed_changes"]
    else None,
    (
        f"{found['dependents']} services depend on {service}",
        None,
        f"{found['blast_radius']:.0%} of all with itself",
        "risk_by_service",
    )
    if found["dependents"]
    else None,
)
key.publish(**found)
rests_on = [
    ("changes known", found["changes"]),
    ("changes that failed", found["failed_changes"]),
    ("likelihood: upper end of the 95 % interval of the failure rate", found["likelihood"]),
    ("blast radius: share of services", found["blast_radius"]),
    ("share of requests exposed", found["exposed_share"]),
    ("score: 100 x likelihood x the greater of both", found["risk_score"]),
]
key.table("risk_inputs", [{"input": name, "value": value} for name, value in rests_on])
key.table("risk_by_service", risks)
known = risks.filter("risk_score is not null")
key.chart("risk_chart", kit.bars(known, "service", "risk_score"), caption="Risk score by service")
