# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the samples of impact and cost analysis, and the outputs they must give.

Run from the root of the repository as `python -m tools.make_decision_samples`.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tools.sample_files import onset, write_case, write_csv

IMPACT, COST = "impact-analysis", "cost-analysis"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
STAMP = "%Y-%m-%dT%H:%M:%SZ"
Order = tuple[datetime, str, int, Decimal, str]


def orders(failing: tuple[int, int] | None, seed: int) -> list[Order]:
    """Four hours of orders; in these minutes most of what customers of the EU order fails."""
    rng = random.Random(seed)
    made: list[Order] = []
    for number in range(2_400):
        at = START + timedelta(seconds=number * 6)
        minute = number // 10
        region = rng.choice(("eu", "eu", "us"))
        is_hit = failing is not None and failing[0] <= minute < failing[1] and region == "eu"
        failed = rng.random() < (0.8 if is_hit else 0.002)
        user = f"u{rng.randrange(600):03d}"
        amount = Decimal(rng.randrange(500, 20_000)) / 100
        made.append((at, user, 502 if failed else 200, amount, region))
    return made


def lost(found: list[Order], during: list[Order]) -> Decimal:
    """By user the largest failed amount for which no later success is at least as large."""
    worst: dict[str, Decimal] = {}
    for at, user, status, amount, _ in during:
        later = [o for o in found if o[1] == user and o[0] > at and o[2] < 500 and o[3] >= amount]
        if status >= 500 and not later:
            worst[user] = max(worst.get(user, Decimal(0)), amount)
    return sum(worst.values(), Decimal(0))


def impact_case(name: str, failing: tuple[int, int] | None, seed: int) -> None:
    """The incident as it was planted, and everything counted from the orders."""
    found = orders(failing, seed)
    rows = [
        (f"{at:{STAMP}}", user, code, amount, region) for at, user, code, amount, region in found
    ]
    columns = ("time", "customer", "status", "order value", "region")
    write_csv(IMPACT, f"{name}.csv", columns, rows)
    began = onset((one[0], one[2] >= 500) for one in found) if failing else None
    ended = START + timedelta(minutes=failing[1]) if failing else None
    during = [one for one in found if began and ended and began <= one[0] < ended]
    failed = [one for one in during if one[2] >= 500]
    users = {one[1] for one in during}
    hit = {one[1] for one in failed}
    good = {one[1] for one in during if one[2] < 500}
    write_case(
        IMPACT,
        name,
        inputs={"request_log": f"{name}.csv"},
        outputs={
            "impact": "high" if failing else "none",
            "incident_found": failing is not None,
            "incident_began_at": began,
            "incident_ended_at": ended,
            "requests": len(during),
            "failed_requests": len(failed),
            "failed_share": len(failed) / len(during) if during else None,
            "affected_users": len(hit),
            "affected_share": len(hit) / len(users) if users else None,
            "locked_out_users": len(hit - good),
            "failed_amount": sum((one[3] for one in failed), Decimal(0)),
            "lost_amount": lost(found, during),
        },
    )


SERVICES = {"Compute": 180, "Database": 90, "Storage": 40, "Logging": 20}
FOCUS = ("BillingCurrency", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "BilledCost")
FOCUS += ("EffectiveCost", "ServiceName", "SubAccountId", "RegionId", "ResourceId", "Tags")


def charges(days: int, odd: dict[tuple[int, str], float], seed: int) -> list[list[object]]:
    """A charge a day and service, weekends at 60 %, and a credit at each seventh day."""
    rng = random.Random(seed)
    rows: list[list[object]] = []
    for day in range(days):
        at = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=day)
        weekday = 0.6 if at.weekday() >= 5 else 1.0
        for service, usual in SERVICES.items():
            times = weekday * rng.uniform(0.97, 1.03) * odd.get((day, service), 1.0)
            team = json.dumps({"team": "shop"}) if service != "Storage" else "NULL"
            rows.append(_charge(at, "Usage", Decimal(f"{usual * times:.6f}"), service, team))
        if day % 7 == 0:
            rows.append(_charge(at, "Credit", Decimal(-25), "Compute", "NULL"))
    return rows


def _charge(at: datetime, kind: str, cost: Decimal, service: str, team: str) -> list[object]:
    ends = at + timedelta(days=1)
    account = "1111" if service != "Logging" else "2222"
    return ["USD", f"{at:{STAMP}}", f"{ends:{STAMP}}", kind, cost, cost, service, account,
            "eu-west-1", "NULL", team]  # fmt: skip


def cost_case(name: str, days: int, odd: dict[tuple[int, str], float], seed: int) -> None:
    """Totals are sums of what was written; days out of line are those that were planted."""
    rows = charges(days, odd, seed)
    write_csv(COST, f"{name}.csv", FOCUS, rows)
    costs = [Decimal(str(row[4])) for row in rows]
    gross = sum((cost for cost in costs if cost > 0), Decimal(0))
    untagged = sum(
        (c for row, c in zip(rows, costs, strict=True) if row[6] == "Storage"), Decimal(0)
    )
    services = {name: Decimal(0) for name in SERVICES}
    for row, cost in zip(rows, costs, strict=True):
        services[str(row[6])] += cost
    first = datetime(2026, 10, 1, tzinfo=UTC)
    write_case(
        COST,
        name,
        inputs={"cost_export": f"{name}.csv"},
        outputs={
            "total_cost": sum(costs),
            "gross_cost": gross,
            "credits": -25 * len(range(0, days, 7)),
            "currency": "USD",
            "days": days,
            "anomalies": len(odd),
            "worst_service": next(iter(odd))[1] if odd else None,
            "first_anomaly_at": first + timedelta(days=min(odd)[0]) if odd else None,
            "top_service": "Compute",
            "top_service_share": round(services["Compute"] / sum(costs), 6),
            "untagged_share": round(untagged / gross, 6),
            "costs_risen": False,
        },
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    impact_case("checkout-outage", (90, 150), 20261122)
    impact_case("quiet-hours", None, 20261123)
    runaway = {(day, "Logging"): 12.0 for day in (47, 48)}
    cost_case("runaway-logs", 56, runaway, 20261124)
    cost_case("steady", 42, {}, 20261125)
    mixed = [
        [
            "EUR",
            "2026-11-01T00:00:00Z",
            "2026-11-02T00:00:00Z",
            "Usage",
            5,
            5,
            "Compute",
            "1",
            "",
            "",
            "",
        ],
        [
            "USD",
            "2026-11-01T00:00:00Z",
            "2026-11-02T00:00:00Z",
            "Usage",
            7,
            7,
            "Compute",
            "1",
            "",
            "",
            "",
        ],
    ]
    write_csv(COST, "two-currencies.csv", FOCUS, mixed)
    write_case(
        COST,
        "two-currencies",
        inputs={"cost_export": "two-currencies.csv"},
        refused="costs in EUR, USD: set the parameter `currency`",
    )
    write_case(
        COST,
        "one-of-two-currencies",
        inputs={"cost_export": "two-currencies.csv"},
        parameters={"currency": "EUR"},
        outputs={"total_cost": 5, "currency": "EUR", "run_rate": None, "forecast": None},
    )


if __name__ == "__main__":
    main()
