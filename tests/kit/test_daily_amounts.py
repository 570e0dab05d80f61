import random

import pytest

from runner import kit
from runner.kit.daily_amounts import forecast, odd_days


def days(count: int, *, weekend: float = 1.0, seed: int = 1, **odd: float) -> list[float]:
    """Amounts about 100 a day, other ones at weekends, and odd ones by `d<day>`."""
    rng = random.Random(seed)
    usual = [100 * (weekend if day % 7 in (5, 6) else 1) for day in range(count)]
    return [odd.get(f"d{day}", amount) * rng.gauss(1, 0.02) for day, amount in enumerate(usual)]


@pytest.mark.parametrize(
    ("amounts", "wanted"),
    [
        pytest.param(days(40, d30=300), [30], id="a spike"),
        pytest.param(days(40, d30=10), [30], id="a hole"),
        pytest.param(days(40, weekend=0.3), [], id="weekends, from the first one on"),
        pytest.param(days(40, weekend=0.3, d33=100), [33], id="a weekend like a weekday"),
        pytest.param(days(40, d30=110), [], id="within a fifth"),
        pytest.param(days(40, d3=900), [], id="in the first week"),
        pytest.param([0.0] * 20 + [50.0], [20], id="after nothing"),
        pytest.param([], [], id="no days"),
    ],
)
def test_days_out_of_line_are_found(amounts: list[float], wanted: list[int]) -> None:
    assert [one.place for one in odd_days(amounts, least=1)] == wanted


def test_a_small_amount_is_not_out_of_line() -> None:
    assert odd_days([0.01] * 20 + [0.5], least=1) == ()


def test_the_forecast_goes_on_from_the_last_change() -> None:
    found = forecast([100.0] * 30 + [200.0] * 20, 30)

    assert found is not None
    assert (found.low, found.total, found.high) == (6000, 6000, 6000)


def test_the_forecast_knows_weekends_after_four_weeks() -> None:
    found = forecast(days(56, weekend=0.5), 2)
    assert found is not None

    assert abs(found.total - 200) < 5
    assert found.low < found.total < found.high


def test_the_bounds_hold_about_eight_times_of_ten() -> None:
    held = 0
    for seed in range(200):
        amounts = days(70, seed=seed)
        found = forecast(amounts[:40], 30)
        assert found is not None
        held += found.low <= sum(amounts[40:]) <= found.high

    assert 140 <= held <= 185


def test_less_than_a_week_has_no_forecast() -> None:
    assert forecast([1.0] * 6, 30) is None


def days_of(key: kit.Key, rows: str) -> list[tuple[int, str, float]]:
    key.view("amounts", f"from (values {rows}) t(timestamp, name, amount)")
    key.days("amounts", "days")
    return [(r["day"].day, r["name"], r["amount"]) for r in key.rows("from days order by rowid")]


def test_a_day_without_an_amount_is_one_of_nothing(key: kit.Key) -> None:
    rows = "(timestamp '2026-11-01', 'a', 5), ('2026-11-03', 'b', 2), ('2026-11-03', 'b', 3)"

    assert days_of(key, rows) == [
        *((1, "a", 5), (1, "b", 0), (2, "a", 0), (2, "b", 0), (3, "a", 0), (3, "b", 5))
    ]


@pytest.mark.parametrize(("last", "days"), [("11:00", [1]), ("23:00", [1, 2])])
def test_a_day_that_has_not_ended_is_left_out(key: kit.Key, last: str, days: list[int]) -> None:
    rows = f"(timestamp '2026-11-01 00:00', 'a', 1), ('2026-11-02 {last}', 'a', 1)"

    assert [day for day, _, _ in days_of(key, rows)] == days


def test_the_odd_days_of_each_name_come_by_how_far_they_are_off(key: kit.Key) -> None:
    rows = ", ".join(
        f"(timestamp '2026-11-01' + to_days({n}), '{name}', {peak if n == 12 else 10})"
        for name, peak in (("a", 30), ("b", 90), ("c", 10))
        for n in range(20)
    )
    days_of(key, rows)

    found = key.odd_days("days", deviations=4, share=0.2, least=1)

    assert [(r["name"], r["day"].day, r["amount"], r["off_by"]) for r in found] == [
        *(("b", 13, 90, 80), ("a", 13, 30, 20))
    ]
