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
# # Input quality analysis
#
# Reads a log of model calls and answers: are the inputs fit for use, what is wrong with those that are
# not, since when, and from which source? No input is shown, since it may hold what must not be kept.

# %% tags=["parameters"]
model_log = "samples/broken-template.jsonl"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
most_characters = 20000
repeated_at = 20
degraded_share = 0.05
bucket_minutes = 15

# %%
from runner import kit

key = kit.open_key("jupyter-input-quality-analysis", columns)
key.load("model_log", model_log, timezone=timezone, between=(window_start, window_end))

# %% [markdown]
# ## Which inputs are unfit?
#
# Each input has at most one fault: the first that holds.

# %%
UNFILLED = (
    r"\{\{\s*\w[\w.]*\s*\}\}|\$\{\w[\w.]*\}|<INSERT[^>]*>|\bundefined\b|\bNaN\b|\[object Object\]"
)
BROKEN = r"\x{FFFD}|\x00|Ã[\x{80}-\x{BF}©¨¼¶¤]|â€"
SHAPES = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bsk_live_\w{10,}|\bgh[pousr]_\w{30,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|\b(?:\d{4}[ -]?){3}\d{4}\b"
)
key.view(
    "judged",
    f"""
    with repeated as (
        select input from model_log where input is not null
        group by input having count(*) >= {int(repeated_at)}
    ), faulty as (select *, case
        when trim(coalesce(input, '')) = '' then 'empty'
        when regexp_matches(input, {kit.literal(UNFILLED)}) then 'unfilled'
        when regexp_matches(input, {kit.literal(BROKEN)}) then 'broken'
        when length(input) > {int(most_characters)} then 'too long'
        when regexp_matches(input, {kit.literal(SHAPES)}) then 'secret'
        when input in (from repeated) then 'repeated' end as fault from model_log)
    select *, fault is not null as is_unfit, concat_ws(' / ', source, version) as came_from
    from faulty
    """,
)
found = key.row(
    """
    select count(*) as inputs, count(*) filter (is_unfit) as unfit_inputs,
        1 - unfit_inputs / nullif(inputs, 0) as fit_share,
        unfit_inputs / nullif(inputs, 0) >= $most::double as degraded,
        count(*) filter (fault = 'empty') as empty_inputs,
        count(*) filter (fault = 'unfilled') as unfilled_inputs,
        count(*) filter (fault = 'broken') as broken_inputs,
        count(*) filter (fault = 'too long') as too_long_inputs,
        count(*) filter (fault = 'secret') as secret_inputs,
        count(*) filter (fault = 'repeated') as repeated_inputs,
        median(length(input)) as median_characters
    from judged
    """,
    most=degraded_share,
)
began = key.onset("judged", "is_unfit")
by_source = key.sql("""
    select nullif(came_from, '') as came_from, count(*) as inputs,
        count(*) filter (is_unfit) as unfit, round(unfit / inputs, 4) as unfit_share,
        median(length(input)) as median_characters,
        min(timestamp) as first_seen, max(timestamp) as last_seen
    from judged group by all order by unfit desc, inputs desc, came_from
""")
worst = key.row("""
    select max_by(came_from, (unfit, came_from)) as worst from (select came_from,
        count(*) filter (is_unfit) as unfit from judged where came_from <> '' group by came_from)
    where unfit > 0
""")["worst"]
faults = key.sql("""
    select fault, count(*) as inputs,
        round(count(*) / (select count(*) from judged), 4) as share,
        min(timestamp) as first_seen, max(timestamp) as last_seen
    from judged where is_unfit group by fault order by inputs desc, fault
""")

# %%
most = faults.limit(1).fetchall()
key.findings(
    (
        "Inputs are unfit",
        began,
        f"{found['unfit_inputs']:,} of {found['inputs']:,}, most are: {most[0][0]}",
        "fault_report",
    )
    if most
    else None,
    (f"{worst} sends most of them", None, "compare its share", "input_report") if worst else None,
    ("Inputs hold secrets", None, f"{found['secret_inputs']:,} of them", "what writes this log")
    if found["secret_inputs"]
    else None,
)
key.publish(**found, quality_fell_at=began, worst_source=worst)

# %%
key.table("fault_report", faults)
key.table("input_report", by_source)
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
    caption="Share of fit inputs over time",
)
