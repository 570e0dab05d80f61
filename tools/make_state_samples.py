# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the samples of state verification and data drift, and the outputs they must give.

Run from the root of the repository as `python -m tools.make_state_samples`.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tools.sample_files import write_case, write_csv

STATE, DRIFT = "state-verification", "data-drift-analysis"
DAY = datetime(2026, 11, 22, tzinfo=UTC)
INVARIANTS = "paid orders have a total: status <> 'paid' or total > 0; shipped after placed: "
INVARIANTS += "shipped_at is null or shipped_at >= placed_at; total is known: total is not null"


def replayed() -> None:
    """300 orders after a replay: some are lost, free, or shipped before they were placed."""
    rng = random.Random(20261122)
    expected, actual = [], []
    planted: Counter[str] = Counter()
    for number in range(300):
        placed = DAY + timedelta(minutes=4 * number)
        shipped = placed + timedelta(hours=2) if rng.random() < 0.6 else None
        total = Decimal(rng.randrange(500, 20_000)) / 100
        status = "shipped" if shipped else "paid"
        expected.append((f"o-{number}", status, f"{total:.2f}"))
        fate = rng.choices(("same", "lost", "free", "early"), (92, 2, 3, 3))[0]
        if (fate == "early" and not shipped) or (fate == "free" and shipped):
            fate = "same"
        planted[fate] += 1
        if fate == "lost":
            continue
        total = Decimal(0) if fate == "free" else total
        shipped = placed - timedelta(minutes=1) if fate == "early" else shipped
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        row = [f"o-{number}", status, f"{total:.2f}", placed.strftime(stamp)]
        actual.append([*row, shipped.strftime(stamp) if shipped else ""])
    actual += [["o-300", "new", "5.00", "2026-11-22T21:00:00Z", ""]]
    write_csv(STATE, "replayed-expected.csv", ("id", "status", "total"), expected)
    columns = ("id", "status", "total", "placed_at", "shipped_at")
    write_csv(STATE, "replayed-actual.csv", columns, actual)
    write_case(
        STATE,
        "replayed",
        inputs={
            "actual_state": "replayed-actual.csv",
            "expected_state": "replayed-expected.csv",
        },
        parameters={"invariants": INVARIANTS, "time_column": "placed_at"},
        outputs={
            "state": "deviating",
            "state_verified": False,
            "records": len(actual),
            "violations": planted["free"] + planted["early"],
            "broken_invariants": 2,
            "undecided_rows": 0,
            "deviations": planted["lost"] + planted["free"] + 1,
            "missing_records": planted["lost"],
            "unexpected_records": 1,
            "differing_records": planted["free"],
            "duplicate_keys": 0,
        },
        data_from=DAY,
        data_to=datetime(2026, 11, 22, 21, tzinfo=UTC),
    )


def restored() -> None:
    """A state that is as it should be, and one that nobody can vouch for."""
    rows = [(n, "active", n * 10) for n in range(1, 41)]
    write_csv(STATE, "restored.csv", ("account", "state", "balance"), rows)
    rules = "not overdrawn: balance >= 0; known state: state in ('active', 'closed')"
    verified = {"state": "verified", "state_verified": True, "records": 40, "violations": 0}
    write_case(
        STATE,
        "restored",
        inputs={"actual_state": "restored.csv", "expected_state": "restored.csv"},
        parameters={"invariants": rules, "key_columns": "account"},
        outputs={**verified, "broken_invariants": 0, "deviations": 0, "match_rate": 1},
    )
    rows[7] = (8, "active", "")
    rows.append((40, "closed", 0))
    write_csv(STATE, "doubled.csv", ("account", "state", "balance"), rows)
    write_case(
        STATE,
        "doubled",
        inputs={"actual_state": "doubled.csv"},
        parameters={"invariants": rules, "key_columns": "account"},
        outputs={
            "state": "deviating",
            "state_verified": False,
            "duplicate_keys": 1,
            "undecided_rows": 1,
            "violations": 0,
            "deviations": None,
            "missing_records": None,
            "match_rate": None,
        },
    )


def month(seed: int, count: int, changed: bool) -> list[list[object]]:
    """Orders of a month; changed ones are dearer, of a new country, and often without a phone."""
    rng = random.Random(seed)
    rows: list[list[object]] = []
    for number in range(count):
        amount = round(rng.lognormvariate(4.4 if changed else 4.0, 0.4), 2)
        country = rng.choices(("DE", "FR", "XX"), (5, 4, 3 if changed else 0))[0]
        phone = "" if rng.random() < (0.3 if changed else 0.02) else f"+49{rng.randrange(10**9)}"
        items = rng.randrange(1, 6)
        rows.append([f"o-{seed}-{number}", amount, country, phone, items])
    return rows


def drifted() -> None:
    """A month that drifted from the one before, and one that did not."""
    columns = ("order_id", "amount", "country", "phone", "items")
    october, november = month(20261001, 800, False), month(20261101, 760, True)
    write_csv(DRIFT, "orders-october.csv", columns, october)
    named = (*columns[:4], "item_count")
    write_csv(DRIFT, "orders-november.csv", named, november)
    write_csv(DRIFT, "orders-september.csv", columns, month(20260901, 790, False))
    new = {row[2] for row in november} - {row[2] for row in october}
    write_case(
        DRIFT,
        "drifted",
        inputs={"baseline": "orders-october.csv", "current": "orders-november.csv"},
        outputs={
            "drift_level": "severe",
            "drift_detected": True,
            "drifted_columns": 2,
            "columns_with_more_missing": 1,
            "new_values": len(new),
            "schema_changed": True,
            "lost_columns": 1,
            "added_columns": 1,
            "volume_changed": False,
            "volume_ratio": 0.95,
            "baseline_records": 800,
            "current_records": 760,
        },
        data_from=None,
        data_to=None,
    )
    write_case(
        DRIFT,
        "steady",
        inputs={"baseline": "orders-september.csv", "current": "orders-october.csv"},
        outputs={
            "drift_level": "none",
            "drift_detected": False,
            "drifted_columns": 0,
            "worst_column": None,
            "columns_with_more_missing": 0,
            "schema_changed": False,
            "volume_changed": False,
        },
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    replayed()
    restored()
    drifted()


if __name__ == "__main__":
    main()
