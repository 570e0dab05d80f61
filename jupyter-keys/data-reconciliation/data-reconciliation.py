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
# # Data reconciliation
#
# Compares two exports of the same records and answers: which records do not match, what are the
# discrepancies, and what is the data drift? Any columns are taken. A column is compared as written; where
# that differs, as numbers or as times if all of its values on both sides are such, else as text. The
# report says which.

# %% tags=["parameters"]
source = "samples/orders-source.csv"
target = "samples/orders-target.csv"
window_start = None
window_end = None
timezone = "UTC"
key_columns = "id"
column_mapping = ""
ignored_columns = ""
time_column = ""
number_tolerance = 0
relative_tolerance = 0
time_tolerance_seconds = 0
ignore_case = False

# %%
from runner import kit

key = kit.open_key("jupyter-data-reconciliation")
window = {"timezone": timezone, "between": (window_start, window_end)}
key.load("source", source, time=time_column, **window)
key.load("target", target, time=kit.counterparts(time_column, column_mapping), **window)

# %% [markdown]
# ## Which records do not match?
#
# Every record is one of: matching, mismatched, missing on the other side, without a key, or under a
# key that a side has several times, so that it has no one counterpart. The last two are
# discrepancies as well. Two empty values are the same; an empty one and a zero are not.

# %%
found = key.reconcile(
    "source",
    "target",
    timezone=timezone,
    keys=key_columns,
    mapped=column_mapping,
    ignored=ignored_columns,
    time=time_column,
    number_tolerance=number_tolerance,
    relative_tolerance=relative_tolerance,
    time_tolerance=time_tolerance_seconds,
    ignore_case=ignore_case,
)
began = key.onset("compared", "differs")
worst = next((one.column for one in found.columns if one.mismatches), None)

# %%
key.findings(
    ("Records are missing in the target", None, f"{found.only_left:,}", "discrepancy_report")
    if found.only_left
    else None,
    ("Records are missing in the source", None, f"{found.only_right:,}", "discrepancy_report")
    if found.only_right
    else None,
    (
        "Values differ",
        None,
        f"{found.mismatched:,} records, most in {worst}",
        "mismatches_by_column",
    )
    if found.mismatched
    else None,
    ("Keys are not unique", None, f"{found.ambiguous_keys:,}", "the exports, or key_columns")
    if found.ambiguous_keys
    else None,
    ("Discrepancies set in", began, f"{found.discrepancies:,} in all", "drift_over_time")
    if began
    else None,
)
key.publish(
    in_sync=None if found.match_rate is None else found.discrepancies == 0,
    discrepancies=found.discrepancies,
    mismatched_records=found.mismatched,
    missing_in_target=found.only_left,
    missing_in_source=found.only_right,
    missing_records=found.only_left + found.only_right,
    duplicate_keys=found.ambiguous_keys,
    records_without_key=found.left.without_key + found.right.without_key,
    source_records=found.left.rows,
    target_records=found.right.rows,
    matching_records=found.identical,
    match_rate=found.match_rate,
    mismatched_columns=sum(one.mismatches > 0 for one in found.columns),
    worst_column=worst,
    uncompared_columns=", ".join(found.uncompared) or None,
    drift_began_at=began,
)

# %% [markdown]
# ## What are the discrepancies?

# %%
key.table("discrepancy_report", key.sql('from differences order by key, "column" nulls first'))
key.table("mismatches_by_column", key.sql("from columns_compared"))
chart = key.sql('select "column", mismatches from columns_compared where mismatches > 0 limit 15')
key.chart(
    "mismatches_by_column_chart",
    kit.bars(chart, "column", "mismatches"),
    caption="Mismatched records by column, most first",
)

# %% [markdown]
# ## What is the data drift?

# %%
drift = key.sql("""
    select date_trunc('day', timestamp) as day, count(*) as records,
        count(*) filter (differs) as discrepancies,
        round(count(*) filter (differs) / count(*), 4) as discrepancy_rate
    from compared where timestamp is not null group by day order by day
""")
key.table("drift_over_time", drift)
key.chart(
    "drift_chart",
    kit.lines(drift, "day", "discrepancy_rate"),
    caption="Share of records that differ, by the day of the record",
)
