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
# # Stripe subscription reconciliation
#
# Compares the subscriptions that Stripe has with those that our database has and answers: which don't
# match, what are the discrepancies, and what is the data drift? Above all: who pays without access,
# and who has access without paying? All times are UTC.

# %% tags=["parameters"]
stripe = "samples/lost-webhooks-stripe.csv"
database = "samples/lost-webhooks-database.csv"
window_start = None
window_end = None
timezone = "UTC"
columns = ""
entitled_statuses = "active, trialing, past_due"
ignored_columns = ""
time_tolerance_seconds = 60

# %%
from runner import kit

key = kit.open_key("jupyter-stripe-subscription-reconciliation", columns)
window = tuple(kit.moment(bound, timezone) for bound in (window_start, window_end))
left = key.load("stripe", stripe, between=window)
right = key.load("database", database, timezone=timezone, between=window)

# %% [markdown]
# ## What is compared?
#
# The columns that both exports have. Statuses in lower case, `cancelled` as `canceled`; amounts in
# the smallest unit of their currency, whichever way an export writes them (a yen has no smaller
# unit, a Kuwaiti dinar has a thousand).

# %%
for side in ("stripe", "database"):
    key.view(
        f"{side}_side",
        f"""
        select subscription_id, created, customer_id, plan, quantity, period_start, period_end,
            cancel_at_period_end, user_id, lower(currency) as currency,
            replace(lower(status), 'cancelled', 'canceled') as status,
            coalesce(amount_cents, kit_smallest_unit(amount, currency)) as amount
        from {side}
        """,
    )
names = {"customer_id", "plan", "quantity", "currency", "period_start", "period_end", "created"}
names |= {"status", "cancel_at_period_end", "user_id"}
absent = {name for name in names if not (left.has(name) and right.has(name))}
if not all(side.has("amount") or side.has("amount_cents") for side in (left, right)):
    absent.add("amount")

found = key.reconcile(
    "stripe_side",
    "database_side",
    keys="subscription_id",
    ignored=", ".join(sorted(absent)) + f", {ignored_columns}",
    time_tolerance=time_tolerance_seconds,
    time="created",
)

# %% [markdown]
# ## Who pays without access, and who has access without paying?
#
# A status of `entitled_statuses` gives access. *Paid without access*: Stripe has such a status, our
# database has another one or no subscription. *Access without payment*: the other way round.

# %%
entitled = [status.strip().lower() for status in entitled_statuses.split(",")]
marks = ", ".join(f"'{status}'" for status in entitled if status.isidentifier())
key.view(
    "access",
    f"""
    with joined as (
        select coalesce(s.subscription_id, d.subscription_id) as subscription_id,
            coalesce(s.customer_id, d.customer_id) as customer_id, s.status as stripe_status,
            d.status as database_status, coalesce(s.currency, d.currency) as currency,
            coalesce(s.amount * coalesce(s.quantity, 1), d.amount * coalesce(d.quantity, 1))
                as amount, coalesce(s.status in ({marks}), false) as pays,
            coalesce(d.status in ({marks}), false) as has_access
        from stripe_side s full join database_side d on s.subscription_id = d.subscription_id
    )
    select *, case when pays then 'paid without access' else 'access without payment' end as kind
    from joined where pays <> has_access
    """,
)
apart = key.row("""
    select count(distinct subscription_id) filter (pays) as paid_without_access,
        count(distinct subscription_id) filter (has_access) as access_without_payment from access
""")
customers = key.row("""
    with known as (
        select subscription_id, customer_id from stripe_side
        union select subscription_id, customer_id from database_side
    )
    select if((select count(customer_id) from known) > 0, count(distinct customer_id), null)
        as affected_customers from differing join known on key = subscription_id
""")

# %%
began = key.onset("compared", "differs")
key.findings(
    *kit.counted(
        "subscriptions",
        ("Customers pay without access", apart["paid_without_access"], "access_report"),
        ("Access without payment", apart["access_without_payment"], "access_report"),
        ("Missing in the database", found.only_left, "discrepancy_report"),
        ("Orphaned in the database", found.only_right, "discrepancy_report"),
        ("Values differ", found.mismatched, "mismatches_by_column"),
        ("Subscriptions are doubled", found.ambiguous_keys, "the exports"),
    ),
    ("Discrepancies set in", began, f"{found.discrepancies:,} in all", "drift_over_time")
    if began
    else None,
)
wrong = {one.column: one.mismatches for one in found.columns}
periods = [wrong[name] for name in ("period_start", "period_end") if name in wrong]
key.publish(
    in_sync=None if found.match_rate is None else found.discrepancies == 0,
    discrepancies=found.discrepancies,
    mismatched_subscriptions=found.mismatched,
    missing_in_database=found.only_left,
    missing_in_stripe=found.only_right,
    **apart,
    **customers,
    status_mismatches=wrong.get("status"),
    plan_mismatches=wrong.get("plan"),
    amount_mismatches=wrong.get("amount"),
    quantity_mismatches=wrong.get("quantity"),
    period_mismatches=max(periods, default=None),
    customer_mismatches=wrong.get("customer_id"),
    metadata_mismatches=wrong.get("user_id"),
    duplicate_subscriptions=found.ambiguous_keys,
    subscriptions_without_id=found.left.without_key + found.right.without_key,
    stripe_subscriptions=found.left.rows,
    database_subscriptions=found.right.rows,
    match_rate=found.match_rate,
    drift_began_at=began,
)

# %% [markdown]
# ## Which subscriptions don't match, and in what?

# %%
key.tables(
    discrepancy_report='from differences order by key, "column" nulls first',
    mismatches_by_column="from columns_compared",
    access_report="""
    select * exclude (pays, has_access) from access order by kind, subscription_id
    """,
    amounts_at_stake="""
    select kind, currency, count(distinct subscription_id) as subscriptions,
        sum(amount) as amount_in_smallest_unit
    from access group by kind, currency order by kind, currency
    """,
)
columns = key.sql('select "column", mismatches from columns_compared where mismatches > 0')
chart = kit.bars(columns, "column", "mismatches")
key.chart("mismatches_chart", chart, "Mismatched subscriptions by column, most first")

# %% [markdown]
# ## What is the data drift?

# %%
drift = key.sql("""
    select date_trunc('day', timestamp) as day, count(*) as subscriptions,
        count(*) filter (differs) as discrepancies,
        round(discrepancies / subscriptions, 4) as discrepancy_rate
    from compared where timestamp is not null group by day order by day
""")
key.table("drift_over_time", drift)
chart = kit.lines(drift, "day", "discrepancy_rate")
key.chart("drift_chart", chart, "Share of subscriptions that differ, by the day of their creation")
