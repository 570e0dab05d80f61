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
# # Cost analysis
#
# Reads a cost export and answers: what do we spend, by service, account and tag; which days are out of
# line; and what will it cost if it goes on? Days are UTC.

# %% tags=["parameters"]
cost_export = "samples/runaway-logs.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
tag = "team"
currency = ""
odd_share = 0.2
odd_amount = 1
odd_deviations = 4
forecast_days = 30

# %%
import json

from runner import kit

key = kit.open_key("jupyter-cost-analysis", columns)
key.load("cost_export", cost_export, timezone=timezone, between=(window_start, window_end))
named = key.sql("select distinct currency from cost_export where currency <> '' order by 1")
present = [name for (name,) in named.fetchall()]
if len(present) > 1 and not currency:
    raise kit.KitMisuse(f"costs in {', '.join(present)}: set the parameter `currency`")
wanted = currency or next(iter(present), "")
path = kit.literal("$." + json.dumps(tag))
key.view(
    "charges",
    f"""
    select *, date_trunc('day', timestamp) as day, coalesce(service, '(none)') as service_name,
        case when json_valid(tags) then json_extract_string(tags, {path}) end as tag,
        cost < 0 or regexp_matches(lower(coalesce(charge_kind, '')), 'credit|refund|discount')
            as is_credit
    from cost_export
    where cost is not null and coalesce(currency, {kit.literal(wanted)}) = {kit.literal(wanted)}
    """,
)

# %% [markdown]
# ## What do we spend?

# %%
found = key.row(
    """
    with services as (
        select service_name, sum(cost) as cost from charges group by service_name
    )
    select sum(cost) as total_cost, coalesce(sum(cost) filter (not is_credit), 0) as gross,
        coalesce(sum(cost) filter (is_credit), 0) as credits,
        round((select max(cost) from services) / nullif(sum(cost), 0)::double, 6)
            as top_service_share,
        (select first(service_name order by cost desc, service_name) from services) as top_service,
        round(coalesce(sum(cost) filter (tag is null and not is_credit), 0)
            / nullif(gross, 0)::double, 6) as untagged_share
    from charges
    """
)
found["gross_cost"] = found.pop("gross")
found |= {} if found["total_cost"] is not None else {"gross_cost": None, "credits": None}

# %% [markdown]
# ## Which days are out of line, and what will it cost?
#
# Whole days only: a day that has just begun is neither cheap nor a trend.

# %%
key.view("amounts", "select timestamp, service_name as name, cost as amount from charges")
key.days("amounts", "days")
daily = key.sql("select day, sum(amount) as cost from days group by day order by day")
amounts = [round(cost, 9) for _, cost in daily.fetchall()]
odd = key.odd_days("days", deviations=odd_deviations, share=odd_share, least=odd_amount)
ahead = kit.forecast(amounts, forecast_days)
week, first_week = amounts[-7:], amounts[:7]
rate = round(sum(week) / 7, 6) if len(amounts) >= 7 else None
before = sum(first_week) / 7
grown = len(amounts) >= 14
change = round(100 * (rate / before - 1), 4) if grown and before > 0 else None

# %%
excess = round(sum(row["off_by"] for row in odd), 6)
unit = f" {wanted}".rstrip()
since = min((row["day"] for row in odd), default=None)
off = f"{len(odd)} days of {len({row['name'] for row in odd})} services are out of line"
risen = f"{change or 0:+.0f} % to {rate or 0:,.2f}{unit} a day"
key.findings(
    (off, since, f"{excess:,.2f}{unit}, most in {odd[0]['name']}", "anomaly_report")
    if odd
    else None,
    ("The run rate has risen", None, risen, "cost_over_time")
    if change is not None and change >= 100 * odd_share
    else None,
    (
        f"{found['top_service']} costs most",
        None,
        f"{found['top_service_share']:.0%} of {found['total_cost']:,.2f}{unit}",
        "cost_by_service",
    )
    if found["top_service_share"]
    else None,
)
key.publish(
    **found,
    currency=wanted or None,
    days=len(amounts),
    run_rate=rate,
    run_rate_change=change,
    costs_risen=(change or 0) >= 100 * odd_share if grown else None,
    forecast=ahead and round(ahead.total, 2),
    forecast_low=ahead and round(ahead.low, 2),
    forecast_high=ahead and round(ahead.high, 2),
    anomalies=len(odd) if len(amounts) > 7 else None,
    anomaly_amount=excess if len(amounts) > 7 else None,
    worst_service=odd[0]["name"] if odd else None,
    first_anomaly_at=since,
)

# %%
SPLIT = """
    select {column}, round(sum(cost), 6) as cost,
        round(sum(cost)::double / nullif((select sum(cost) from charges), 0)::double, 4) as share,
        round(sum(cost) filter (is_credit), 6) as credits, count(*) as charges
    from charges group by all order by cost desc, 1
"""
services = key.sql(SPLIT.format(column="service_name as service"))
key.table("cost_by_service", services)
key.tables(cost_by_account=SPLIT.format(column="account"), cost_by_tag=SPLIT.format(column="tag"))
COLUMNS = ("day", "service", "cost", "usual", "off_by", "deviations")
key.table("anomaly_report", [dict(zip(COLUMNS, row.values(), strict=True)) for row in odd])
key.table("cost_by_day", daily)
top = [row[0] for row in services.limit(6).fetchall()]
stacked = key.sql(
    """
    select day as time, if(list_contains($top, name), name, 'others') as service,
        sum(amount) as cost from days group by all order by time, service
    """,
    top=top,
)
chart = kit.bars(stacked, "time", "cost", stack="service")
key.chart("cost_over_time", chart, "Cost by day and service, whole days")
chart = kit.bars(services.limit(12), "service", "cost")
key.chart("cost_by_service_chart", chart, "Cost by service")
