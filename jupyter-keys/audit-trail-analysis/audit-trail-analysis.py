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
# # Audit trail analysis
#
# Reads an audit log and answers: who did what and when, were privileges changed, what was refused, is
# anybody acting unusually, and are there gaps? All times are UTC.

# %% tags=["parameters"]
audit_log = "samples/stolen-key.json"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
focus_actor = ""
baseline_end = None
gap_minutes = None
privilege_words = "attach,policy,role,grant,permission,privilege,addusertogroup,createuser,createaccesskey,loginprofile,clusterrole,rolebinding,impersonate,sudo,admin"
many_failures = 10

# %%
import re

from runner import kit

key = kit.open_key("jupyter-audit-trail-analysis", columns)
key.load("audit_log", audit_log, timezone=timezone, between=(window_start, window_end))
words = [re.escape(word.strip().lower()) for word in privilege_words.split(",") if word.strip()]
privileged = kit.literal("|".join(words) or "^$")
reads = kit.literal("^(get|list|describe|head|lookup|watch|view|read|select|search)")
bad = kit.literal("fail|den(y|ied)|error|refus|forbidden|unauthor|reject")

# %% [markdown]
# ## Every event once
#
# The completed stage of a request, and each event id once.

# %%
key.view(
    "events",
    f"""
    select *,
        regexp_matches(lower(coalesce(outcome, '')), {bad}) or coalesce(error, '') <> '' as failed,
        outcome is not null or error is not null as tells_outcome,
        not coalesce(read_only, regexp_matches(lower(action), {reads})) as is_change,
        is_change and regexp_matches(lower(concat_ws(' ', action, resource)), {privileged})
            as is_privilege
    from audit_log
    where actor is not null and coalesce(stage, 'ResponseComplete') in ('ResponseComplete', 'Panic')
    qualify event_id is null or row_number() over (partition by event_id order by timestamp) = 1
    """,
)
half = "select min(timestamp) + (max(timestamp) - min(timestamp)) / 2 as half from events"
usual_until = kit.table_time(baseline_end, timezone) or key.row(half)["half"]
key.split("events", usual_until, "sides", "is_now")

# %% [markdown]
# ## Who acts unusually?

# %%
key.actors("sides", "actors", many_failures)
rows = key.rows("from actors order by rowid")
unusual = [row for row in rows if row["signs"]]
told = key.row("select count(*) filter (not is_now) as before, count(source_ip) as ip from sides")
has_before, has_sources = told["before"] > 0, told["ip"] > 0
focus = focus_actor or (unusual[0]["actor"] if unusual and has_before else None)

# %% [markdown]
# ## Are there gaps?

# %%
silences = key.silences("events", gap_minutes)
gaps = silences.fetchall()
found = key.row("""
    select count(*) as events, count(distinct actor) as actors,
        count(*) filter (is_change) as changes,
        count(*) filter (is_privilege) as privilege_changes,
        count(*) filter (failed) as failed_events,
        count(*) filter (failed) / nullif(count(*) filter (tells_outcome), 0) as failed_share,
        case when count(sequence) > 0 then max(sequence) - min(sequence) + 1
            - count(distinct sequence) end as missing_sequence,
        (select case when count(event_id) > 0 then count(event_id) - count(distinct event_id) end
            from audit_log
            where coalesce(stage, 'ResponseComplete') in ('ResponseComplete', 'Panic'))
            as duplicate_events
    from events
""")
began = key.onset("events", "failed")

# %%
first = key.row("select min(timestamp) as at from events where is_privilege")["at"]
key.findings(
    *[
        (
            f"{row['actor']} acts unusually",
            row["first_seen"] if row["is_new"] else row["first_sign"] or usual_until,
            ", ".join(said for name, said in kit.SIGNS.items() if row[name]),
            "sequence_report",
        )
        for row in unusual[: 5 if has_before else 0]
    ],
    ("Privileges were changed", first, f"{found['privilege_changes']} times", "privilege_report")
    if found["privilege_changes"]
    else None,
    ("More is refused or fails", began, f"{found['failed_events']} events", "failure_report")
    if began
    else None,
    ("The trail has gaps", gaps[0][0], f"{len(gaps)}, the longest {gaps[0][2]:g} min", "gap_report")
    if gaps
    else None,
)  # fmt: skip
key.publish(
    **found,
    failures_began_at=began,
    unusual_actors=len(unusual) if has_before else None,
    new_actors=sum(row["is_new"] for row in rows) if has_before else None,
    new_sources=sum(row["new_sources"] for row in rows) if has_before and has_sources else None,
    gaps=len(gaps) if found["events"] > 1 else None,
    trail_complete=not gaps and not found["missing_sequence"] if found["events"] > 1 else None,
    focus_actor=focus,
)

# %%
EVENT = "timestamp, actor, action, resource, outcome, error, source_ip"
key.tables(
    actor_report="""
        select actor, signs, is_new, has_new_source, first_privilege_change, fails_more, events,
            changes, privilege_changes, failures, first_seen, last_seen
        from actors order by rowid
    """,
    privilege_report=f"select {EVENT} from events where is_privilege order by all",
    failure_report="""
        select action, error, count(*) as failures, count(distinct actor) as actors,
            min(timestamp) as first_seen, max(timestamp) as last_seen
        from events where failed group by all order by failures desc, action, error
    """,
    action_report="""
        select action, actor, count(*) as events, count(*) filter (failed) as failures,
            min(timestamp) as first_seen, max(timestamp) as last_seen
        from events group by all order by events desc, action, actor
    """,
    sequence_report=f"""
        select {EVENT} from events where actor = {kit.literal(focus or "")}
        order by timestamp, action
    """,
)
key.table("gap_report", silences)
KIND = """
    case when failed then 'failed' when is_privilege then 'privileges'
        when is_change then 'other changes' else 'reads' end as kind
"""
over_time = key.counts("events", 15, KIND, "events")
chart = kit.bars(over_time, "time", "events", stack="kind")
key.chart("events_over_time", chart, "Events over time by kind")
