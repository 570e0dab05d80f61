import random
from typing import Any

import duckdb
import pytest

from runner.kit.drift import ColumnDrift, column_drift


def drift(before: list[Any], now: list[Any]) -> ColumnDrift:
    con = duckdb.connect()
    for table, values in (("before", before), ("now", now)):
        con.execute(f"create table {table} (v varchar)")
        con.execute(f"insert into {table} select unnest($v::varchar[])", {"v": values})
    return column_drift(con, "before", "now", "v", "UTC")


def normal(seed: int, mean: float, count: int = 2_000) -> list[str]:
    rng = random.Random(seed)
    return [f"{rng.gauss(mean, 1):.4f}" for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_samples_of_one_population_show_no_more_than_chance(seed: int) -> None:
    found = drift(normal(seed, 5), normal(seed + 100, 5))

    assert found.kind == "number"
    assert found.index is not None
    assert found.by_chance is not None
    assert found.index < found.by_chance < 0.1


@pytest.mark.parametrize(("mean", "least", "most"), [(5.2, 0.02, 0.1), (5.5, 0.15, 0.4), (7, 2, 9)])
def test_the_index_grows_with_the_shift(mean: float, least: float, most: float) -> None:
    found = drift(normal(1, 5), normal(2, mean))

    assert found.index is not None
    assert least < found.index < most


def test_a_text_that_becomes_frequent_is_drift() -> None:
    found = drift(["a", "b"] * 500, ["a"] * 900 + ["c"] * 100)

    assert (found.kind, found.new_texts) == ("text", 1)
    assert found.index is not None
    assert found.index > 1


def test_values_that_go_missing_are_drift() -> None:
    found = drift(["1", "2"] * 500, ["1", "2"] * 400 + [None] * 200)

    assert (found.missing_before, found.missing_now) == (0, 0.2)
    assert found.index is not None
    assert found.index > 0.25


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"id-{n}" for n in range(1000)], "name"),
        ([f"2026-11-{n % 28 + 1:02d}" for n in range(1000)], "timestamp"),
        ([None] * 10, "text"),
    ],
)
def test_names_and_times_have_no_index(values: list[Any], kind: str) -> None:
    found = drift(values, values)

    assert found.kind == kind
    assert not found.index
