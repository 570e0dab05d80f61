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
# # Data drift analysis
#
# Compares data of now with a baseline and answers: have they drifted and how much, which columns, and
# did the schema or the volume change? Single records are not compared (that is data reconciliation);
# their distributions are.

# %% tags=["parameters"]
baseline = "samples/orders-october.csv"
current = "samples/orders-november.csv"
timezone = "UTC"
ignored_columns = ""
moderate_index = 0.1
severe_index = 0.25
missing_increase = 0.05
volume_change = 0.5

# %%
from runner import kit

key = kit.open_key("jupyter-data-drift-analysis")
key.load("baseline", baseline)
key.load("current", current)

# %% [markdown]
# ## Have the data drifted?
#
# The population stability index of each column: 0 is no change, 0.1 by custom a moderate one, 0.25 a
# severe one. A drift counts only where it is more than two samples of this size show by chance. Times
# and texts that name their record have no index; their missing values are compared all the same.

# %%
ignored = {name.strip() for name in ignored_columns.split(",")}
drifts = [one for one in key.drift("baseline", "current", timezone) if one.column not in ignored]
with_index = [one for one in drifts if one.index is not None]
drifted = [one for one in with_index if one.index >= max(moderate_index, one.by_chance)]
severe = [one for one in drifted if one.index >= severe_index]
level = "severe" if severe else "moderate" if drifted else "none"
emptier = [one for one in drifts if one.missing_now - one.missing_before > missing_increase]
new_values = sum(one.new_texts or 0 for one in drifts)

# %% [markdown]
# ## Did the schema or the volume change?

# %%
then, now = (set(key.sql(f"from {side}").columns) - ignored for side in ("baseline", "current"))
lost, added = sorted(then - now), sorted(now - then)
rows = key.row("""
    select (select count(*) from baseline) as baseline_records,
        (select count(*) from current) as current_records
""")
before, after = rows.values()
ratio = round(after / before, 4) if before else None

# %%
worst = drifted[0] if drifted else None
key.findings(
    (f"Values of {worst.column} drifted", None, f"index {worst.index:.3f}, {level}", "drift_report")
    if worst
    else None,
    ("Columns are gone", None, ", ".join(lost)[:200], "what writes the data") if lost else None,
    ("Columns are new", None, ", ".join(added)[:200], "what reads the data") if added else None,
    *[
        (
            f"More values of {one.column} are missing",
            None,
            f"{one.missing_before:.1%} before, {one.missing_now:.1%} now",
            "what fills it",
        )
        for one in emptier
    ],
    ("The volume changed", None, f"{after:,} records, {before:,} before", "what was left out")
    if ratio is not None and abs(ratio - 1) >= volume_change
    else None,
)
key.publish(
    drift_level=level if with_index else None,
    drift_detected=bool(drifted) if with_index else None,
    largest_index=with_index[0].index if with_index else None,
    drifted_columns=len(drifted) if with_index else None,
    worst_column=worst and worst.column,
    columns_with_more_missing=len(emptier) if before and after else None,
    new_values=new_values if before and after else None,
    schema_changed=bool(lost or added),
    lost_columns=len(lost),
    added_columns=len(added),
    volume_changed=None if ratio is None else abs(ratio - 1) >= volume_change,
    volume_ratio=ratio,
    **rows,
)

# %% [markdown]
# ## Which columns drifted?

# %%
key.table(
    "drift_report",
    [
        {
            "column": one.column,
            "kind": one.kind,
            "index": one.index,
            "by_chance": one.by_chance,
            "drifted": one in drifted,
            "missing_before": round(one.missing_before, 4),
            "missing_now": round(one.missing_now, 4),
            "mean_before": one.mean_before,
            "mean_now": one.mean_now,
            "new_texts": one.new_texts,
        }
        for one in drifts
    ],
)
names = key.sql(
    "select unnest($names::varchar[]) as field, unnest($indexes::double[]) as stability_index",
    names=[one.column for one in with_index[:15]],
    indexes=[one.index for one in with_index[:15]],
)
key.chart(
    "drift_chart",
    kit.bars(names, "field", "stability_index"),
    caption="Population stability index by column, largest first",
)
