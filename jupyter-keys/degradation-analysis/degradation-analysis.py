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
# # Degradation analysis
#
# Reads metric series and answers: which metric degraded and when, by how much, and has it recovered?
# Evidence is a change of level and its effect, never a single value. All times are UTC.

# %% tags=["parameters"]
metric_series = "samples/slow-cache.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
metrics = ""
worse = "higher"
lower_is_worse = ""
least_factor = 1.2
bucket_minutes = 1

# %%
from runner import kit

key = kit.open_key("jupyter-degradation-analysis", columns)
key.load("metric_series", metric_series, timezone=timezone, between=(window_start, window_end))
if worse not in ("higher", "lower"):
    raise kit.KitMisuse(f"`worse` is `{worse}`; it must be `higher` or `lower`")

# %% [markdown]
# ## One level for each stretch of time
#
# Values are averaged by bucket; each metric is divided where its level changes.

# %%
MOST_BUCKETS = 2000
span = "select epoch(max(timestamp) - min(timestamp)) / 60 as minutes from metric_series"
minutes = max(bucket_minutes, int((key.row(span)["minutes"] or 0) // MOST_BUCKETS) + 1)
if minutes > bucket_minutes:
    key.warn(f"values are averaged by {minutes} minutes, since there are many")
key.view(
    "buckets",
    f"""
    select coalesce(metric, 'value') as metric,
        time_bucket(to_minutes({int(minutes)}), timestamp) as time, avg(value)::double as value
    from metric_series where value is not null group by all
    """,
)
lower = {name.strip() for name in lower_is_worse.split(",")}
wanted = {name.strip() for name in metrics.split(",") if name.strip()}
series = {}
for metric, time, value in key.sql("from buckets order by metric, time").fetchall():
    if not wanted or metric in wanted:
        series.setdefault(metric, []).append((time, value))
if unknown := wanted - set(series):
    raise kit.KitMisuse(f"there is no metric {', '.join(sorted(unknown))} in the data")

# %% [markdown]
# ## Which degraded, by how much, and which recovered?

# %%
report, windows, changes = [], [], []
for metric, points in series.items():
    higher = (worse == "higher") != (metric in lower)
    history = kit.level_history(
        [value for _, value in points], higher_is_worse=higher, least_factor=least_factor
    )
    times = [time for time, _ in points]
    for one in history.worse:
        ended = times[one.end] if one.end < len(times) else None
        lasted = ((ended or times[-1]) - times[one.start]).total_seconds()
        windows.append(
            {"metric": metric, "began_at": times[one.start], "ended_at": ended,
             "seconds": lasted, "level": round(one.level, 6)}
        )  # fmt: skip
    for one in history.changes:
        changes.append(
            {"metric": metric, "at": times[one.place], "before": round(one.before, 6),
             "after": round(one.after, 6), "effect": one.effect and round(one.effect, 2)}
        )  # fmt: skip
    own = [window for window in windows if window["metric"] == metric]
    levels = [window["level"] for window in own]
    report.append(
        {"metric": metric, "degraded": bool(own), "recovered": history.recovered,
         "factor": history.factor and round(history.factor, 4),
         "began_at": own[0]["began_at"] if own else None,
         "ended_at": own[-1]["ended_at"] if own else None,
         "seconds": sum(window["seconds"] for window in own),
         "level_before": round(history.before, 6),
         "worst_level": (max if higher else min)(levels) if own else None,
         "level_now": round(history.last, 6), "buckets": len(points)}
    )  # fmt: skip
report.sort(key=lambda row: (not row["degraded"], -(row["factor"] or 0), row["metric"]))
bad = [row for row in report if row["degraded"]]
worst = report[0] if report else None
open_ones = [row for row in bad if not row["recovered"]]

# %%
key.findings(
    *[
        (
            f"{row['metric']} degraded" + ("" if row["recovered"] else " and has not recovered"),
            row["began_at"],
            f"{row['level_before']:g} to {row['worst_level']:g}"
            + (f", {row['factor']:.2f} times" if row["factor"] else ""),
            "series_over_time",
        )
        for row in bad[:8]
    ]
)
known = worst is not None
key.publish(
    degraded=bool(bad) if known else None,
    degradation_state=(
        ("degraded" if open_ones else "recovered" if bad else "steady") if known else None
    ),
    recovered=not open_ones if bad else None,
    still_degraded=bool(open_ones) if known else None,
    degraded_metrics=len(bad) if known else None,
    metrics=len(report),
    worst_metric=worst["metric"] if bad else None,
    degradation_began_at=min((row["began_at"] for row in bad), default=None),
    degradation_ended_at=max(row["ended_at"] for row in bad) if bad and not open_ones else None,
    degradation_duration=worst["seconds"] if bad else None,
    degradation_factor=worst["factor"] if bad else None,
    level_before=worst["level_before"] if known else None,
    worst_level=worst["worst_level"] if bad else None,
    level_now=worst["level_now"] if known else None,
)

# %% [markdown]
# ## Every metric, window and change

# %%
key.table("metric_report", report)
key.table("degradation_windows", windows)
key.table("change_points", changes)
shown = [row["metric"] for row in (bad or report)[:6]]
over_time = key.sql(
    "select time, metric, value from buckets where list_contains($shown, metric) order by time, metric",
    shown=shown,
)
key.chart(
    "series_over_time",
    kit.lines(over_time, "time", "value", by="metric"),
    caption="The degraded metrics over time, or the first ones where none is",
)
