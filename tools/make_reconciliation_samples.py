# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the sample exports of the reconciliation KEYs, and the outputs they must give.

The expected outputs follow from the differences that are planted here. Run from the root of the
repository as `python -m tools.make_reconciliation_samples`.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tools.sample_files import onset, write_case, write_csv

GENERIC, STRIPE = "data-reconciliation", "stripe-subscription-reconciliation"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
PLANS = (("basic", 900), ("team", 4900), ("scale", 19900))


def orders() -> None:
    """600 orders; from the 16th on the target loses some and has other totals."""
    rng = random.Random(20261122)
    source, target, outcomes = [], [], []
    planted: Counter[str] = Counter()
    for number in range(600):
        at = DAY + timedelta(hours=number * 1.2 + rng.random())
        at = at.replace(microsecond=0)
        total = Decimal(rng.randrange(500, 90_000)) / 100
        row = [f"{number:05d}", at, rng.choice(("paid", "shipped")), total, rng.choice("ABC")]
        other, late = list(row), at >= DAY + timedelta(days=15)
        fate = rng.choices(("same", "gone", "total", "status"), (88, 4, 5, 3))[0]
        fate = fate if late else "same"
        other[3] = total + Decimal("0.50") if fate == "total" else total
        other[2] = "refunded" if fate == "status" else other[2]
        planted[fate] += 1
        outcomes.append((at, fate != "same"))
        source.append([row[0], f"{at:%Y-%m-%dT%H:%M:%SZ}", row[2], f"{row[3]:.2f}", row[4]])
        if fate != "gone":
            state = other[2]
            target.append([row[0], f"{at:%Y-%m-%d %H:%M:%S}+00:00", state, other[3], row[4]])
    for number in range(3):
        at = DAY + timedelta(days=20 + number)
        target.append([f"9000{number}", f"{at:%Y-%m-%d %H:%M:%S}+00:00", "paid", "1.00", "A"])
        outcomes.append((at, True))
        planted["new"] += 1
    write_csv(
        GENERIC, "orders-source.csv", ("id", "created_at", "status", "total", "region"), source
    )
    write_csv(GENERIC, "orders-target.csv", ("Id", "placed", "state", "total", "Region"), target)
    mismatched = planted["total"] + planted["status"]
    discrepancies = mismatched + planted["gone"] + planted["new"]
    write_case(
        GENERIC,
        "orders",
        inputs={"source": "orders-source.csv", "target": "orders-target.csv"},
        parameters={
            "column_mapping": "status = state, created_at = placed",
            "time_column": "created_at",
        },
        outputs={
            "in_sync": False,
            "discrepancies": discrepancies,
            "mismatched_records": mismatched,
            "missing_in_target": planted["gone"],
            "missing_in_source": planted["new"],
            "duplicate_keys": 0,
            "source_records": 600,
            "target_records": len(target),
            "matching_records": planted["same"],
            "match_rate": planted["same"] / (600 + planted["new"]),
            "mismatched_columns": 2,
            "worst_column": "total" if planted["total"] >= planted["status"] else "status",
            "uncompared_columns": None,
            "drift_began_at": onset(outcomes),
            "mismatches_by_column": {
                "columns": ["column", "compared_as", "mismatches"],
                "rows": [
                    ["total", "number", planted["total"]],
                    ["status", "text", planted["status"]],
                    ["created_at", "timestamp", 0],
                    ["region", "text", 0],
                ],
            },
        },
    )


def tolerated() -> None:
    """Two exports that differ in rounding only, and have doubled and empty keys."""
    source = [(1, "10.00", "a"), (2, "20.00", "b"), (2, "20.00", "b"), ("", "5.00", "c")]
    target = [(1, "10.004", "A"), (2, "20.001", "B"), (3, "7", "d")]
    write_csv(GENERIC, "rounded-source.csv", ("id", "amount", "name"), source)
    write_csv(GENERIC, "rounded-target.csv", ("id", "amount", "name"), target)
    inputs = {"source": "rounded-source.csv", "target": "rounded-target.csv"}
    tolerances = {"number_tolerance": 0.01, "ignore_case": True}
    write_case(
        GENERIC,
        "rounded",
        inputs=inputs,
        parameters=tolerances,
        outputs={
            "in_sync": False,
            "mismatched_records": 0,
            "matching_records": 1,
            "duplicate_keys": 1,
            "records_without_key": 1,
            "missing_in_source": 1,
            "missing_in_target": 0,
            "discrepancies": 3,
            "match_rate": 1 / 6,
            "worst_column": None,
            "drift_began_at": None,
        },
        data_from=None,
        data_to=None,
    )
    write_case(
        GENERIC,
        "wrong-key",
        inputs=inputs,
        parameters={"key_columns": "order_id"},
        refused="the left side has no column `order_id`; it has id, amount, name",
    )


STRIPE_COLUMNS = ("id", "Customer ID", "Plan", "Quantity", "Currency", "Amount", "Status")
STRIPE_COLUMNS += ("Created (UTC)", "Current Period Start (UTC)", "Current Period End (UTC)")
STRIPE_COLUMNS += ("Cancel At Period End", "userId (metadata)")
DATABASE_COLUMNS = ("stripe_subscription_id", "customer_id", "plan", "quantity", "currency")
DATABASE_COLUMNS += ("amount_cents", "status", "created_at", "current_period_start")
DATABASE_COLUMNS += ("current_period_end", "user_id")
FATES = {
    # what happened to a subscription on our side, and the column that tells
    "lost": "",
    "canceled there": "status",
    "still active here": "status",
    "old plan": "plan",
    "old period": "period",
}


def subscriptions(name: str, fates: tuple[str, ...], since: int, seed: int) -> None:
    """400 subscriptions over three weeks; from day `since` on some of them meet a fate."""
    rng = random.Random(seed)
    stripe, database, outcomes = [], [], []
    planted: Counter[str] = Counter()
    for number in range(400):
        at = (DAY + timedelta(hours=1.3 * number)).replace(second=0, microsecond=0)
        plan, cents = rng.choice(PLANS)
        start = at + timedelta(days=rng.randrange(3))
        ends = start + timedelta(days=30)
        fate = rng.choice(fates) if fates and at.day >= since and rng.random() < 0.3 else "same"
        planted[fate] += 1
        outcomes.append((at, fate != "same"))
        status = "canceled" if fate == "still active here" else "active"
        sub, customer, user = f"sub_1Q{number:05d}", f"cus_{number:05d}", f"u{number}"
        minute = "%Y-%m-%d %H:%M"
        amount, quantity = f"{cents / 100:.2f}", rng.randrange(1, 4)
        stripe.append(
            (sub, customer, plan, quantity, "usd", amount, status, at.strftime(minute),
             start.strftime(minute), ends.strftime(minute), "false", user)
        )  # fmt: skip
        if fate == "lost":
            continue
        other_plan = "legacy" if fate == "old plan" else plan
        here = "active" if fate != "canceled there" else "Cancelled"
        if fate == "old period":
            start, ends = start - timedelta(days=30), start
        seconds = "%Y-%m-%dT%H:%M:%SZ"
        stamps = [(t + timedelta(seconds=rng.randrange(50))).strftime(seconds) for t in (at, start)]
        database.append(
            (sub, customer, other_plan, quantity, "USD", cents, here, *stamps,
             ends.strftime(seconds), user)
        )  # fmt: skip
    if fates:
        stamp = "2026-11-21T12:00:00Z"
        ghost = (
            "sub_ghost",
            "cus_ghost",
            "team",
            1,
            "usd",
            4900,
            "active",
            stamp,
            stamp,
            stamp,
            "u0",
        )
        database.append(ghost)
        outcomes.append((DAY + timedelta(days=20, hours=12), True))
        planted["orphan"] += 1
    write_csv(STRIPE, f"{name}-stripe.csv", STRIPE_COLUMNS, stripe)
    write_csv(STRIPE, f"{name}-database.csv", DATABASE_COLUMNS, database)
    statuses = planted["canceled there"] + planted["still active here"]
    mismatched = statuses + planted["old plan"] + planted["old period"]
    total = mismatched + planted["lost"] + planted["orphan"]
    write_case(
        STRIPE,
        name,
        inputs={"stripe": f"{name}-stripe.csv", "database": f"{name}-database.csv"},
        outputs={
            "in_sync": total == 0,
            "discrepancies": total,
            "mismatched_subscriptions": mismatched,
            "missing_in_database": planted["lost"],
            "missing_in_stripe": planted["orphan"],
            "paid_without_access": planted["lost"] + planted["canceled there"],
            "access_without_payment": planted["still active here"] + planted["orphan"],
            "affected_customers": total,
            "status_mismatches": statuses,
            "plan_mismatches": planted["old plan"],
            "amount_mismatches": 0,
            "quantity_mismatches": 0,
            "period_mismatches": planted["old period"],
            "customer_mismatches": 0,
            "metadata_mismatches": 0,
            "duplicate_subscriptions": 0,
            "stripe_subscriptions": 400,
            "database_subscriptions": len(database),
            "match_rate": planted["same"] / (400 + planted["orphan"]),
            "drift_began_at": onset(outcomes),
        },
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    orders()
    tolerated()
    subscriptions("lost-webhooks", tuple(FATES), 15, 20261124)
    subscriptions("in-sync", (), 18, 20261125)


if __name__ == "__main__":
    main()
