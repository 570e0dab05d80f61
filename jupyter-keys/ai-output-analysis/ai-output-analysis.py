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
# # AI output analysis
#
# Reads a log of model calls and answers: are the outputs fit for use, what is wrong with those that are
# not, since when, and with which model or prompt? It judges form; truth only where scores are given.

# %% tags=["parameters"]
model_log = "samples/broken-template.jsonl"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
expected_format = "any"
required_fields = ""
least_score = None
degraded_share = 0.05
repeated_at = 5
bucket_minutes = 15

# %%
from runner import kit

key = kit.open_key("jupyter-ai-output-analysis", columns)
key.load("model_log", model_log, timezone=timezone, between=(window_start, window_end))
if expected_format not in ("any", "json"):
    raise kit.KitMisuse(f"expected_format is `{expected_format}`; it must be `any` or `json`")
fields = [name.strip() for name in required_fields.split(",") if name.strip()]
has_format = expected_format == "json" or bool(fields)
lacks = " or ".join(f"not json_exists(body, {kit.literal(f'$.{name}')})" for name in fields)
malformed = f"not json_valid(body) or {lacks or 'false'}" if has_format else "false"
low = "false" if least_score is None else f"coalesce(score < {least_score}, false)"

# %% [markdown]
# ## Which outputs are unfit?
#
# Each output has at most one fault: the first that holds.

# %%
REFUSES = "^(i.?m sorry|i am sorry|sorry,|i can.?t|i cannot|i.?m unable|i am unable|as an ai|unfortunately, i)"
FENCE = "^\\s*```[a-z]*\\s*|\\s*```\\s*$"
key.view(
    "judged",
    f"""
    with cleaned as (
        select *, regexp_replace(coalesce(output, ''), {kit.literal(FENCE)}, '', 'g') as body
        from model_log
    ), repeated as (
        select output from model_log where output is not null
        group by output having count(distinct input) >= {int(repeated_at)}
    ), faulty as (select *, case
        when trim(body) = '' then 'empty'
        when regexp_matches(lower(coalesce(finish_reason, '')), 'length|max.?tokens')
            then 'truncated'
        when {malformed} then 'malformed'
        when regexp_matches(lower(trim(body)), {kit.literal(REFUSES)}) then 'refusal'
        when output in (from repeated) then 'repeated'
        when {low} then 'low score' end as fault from cleaned)
    select *, fault is not null as is_unfit, concat_ws(' / ', model, version) as made_by
    from faulty
    """,
)

found = key.row(
    """
    select count(*) as outputs, count(*) filter (is_unfit) as unfit_outputs,
        1 - unfit_outputs / nullif(outputs, 0) as fit_share,
        unfit_outputs / nullif(outputs, 0) >= $most::double as degraded,
        count(*) filter (fault = 'empty') as empty_outputs,
        count(*) filter (fault = 'truncated') as truncated_outputs,
        count(*) filter (fault = 'malformed') as malformed_outputs,
        count(*) filter (fault = 'refusal') as refusals,
        count(*) filter (fault = 'repeated') as repeated_outputs,
        case when count(score) > 0 then count(*) filter (fault = 'low score') end as low_scores,
        round(avg(score)::double, 6) as mean_score
    from judged
    """,
    most=degraded_share,
)
found["malformed_outputs"] = found["malformed_outputs"] if has_format else None
found["low_scores"] = None if least_score is None else found["low_scores"]
began = key.onset("judged", "is_unfit")
by_maker = key.sql("""
    select nullif(made_by, '') as made_by, count(*) as outputs,
        count(*) filter (is_unfit) as unfit, round(unfit / outputs, 4) as unfit_share,
        round(avg(score)::double, 4) as mean_score,
        round(quantile_cont(duration_ms, 0.95)::double, 3) as p95_ms,
        min(timestamp) as first_seen, max(timestamp) as last_seen
    from judged group by all order by unfit desc, outputs desc, made_by
""")

worst = key.row("""
    select max_by(made_by, (unfit, made_by)) as worst from (select made_by,
        count(*) filter (is_unfit) as unfit from judged where made_by <> '' group by made_by)
    where unfit > 0
""")["worst"]
faults = key.sql("""
    select fault, count(*) as outputs,
        round(count(*) / (select count(*) from judged), 4) as share,
        min(timestamp) as first_seen, max(timestamp) as last_seen
    from judged where is_unfit group by fault order by outputs desc, fault
""")

# %%
most = faults.limit(1).fetchall()
key.findings(
    (
        "Outputs are unfit",
        began,
        f"{found['unfit_outputs']:,} of {found['outputs']:,}, most are: {most[0][0]}",
        "fault_report",
    )
    if most
    else None,
    (f"{worst} makes most of them", None, "compare its share", "output_report") if worst else None,
)
key.publish(**found, quality_fell_at=began, worst_model=worst)

# %%
key.table("fault_report", faults)
key.table("output_report", by_maker)
examples = """
    select fault, timestamp, made_by, left(output, 200) as output, finish_reason, score
    from judged where is_unfit
    qualify row_number() over (partition by fault order by timestamp, output) <= 3
    order by fault, timestamp, output
"""
key.table("fault_examples", key.sql(examples))
over_time = key.sql(
    """
    select time_bucket(to_minutes($minutes::integer), timestamp) as time,
        count(*) filter (not is_unfit) / count(*) as fit_share
    from judged where timestamp is not null group by time order by time
    """,
    minutes=bucket_minutes,
)
key.chart(
    "quality_over_time",
    kit.lines(over_time, "time", "fit_share"),
    caption="Share of fit outputs over time",
)
