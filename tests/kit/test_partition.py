import math
import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.kit.partition import PENALTY, change_points, partition


def series(*levels: tuple[int, float], noise: float = 0.1, seed: int = 1) -> list[float]:
    rng = random.Random(seed)
    return [level + rng.gauss(0, noise) for length, level in levels for _ in range(length)]


def cost(values: Sequence[float], bounds: Sequence[int]) -> float:
    """What a partition costs: the squares within its parts, and the penalty for each."""
    count = len(values)
    mean = sum(values) / count
    penalty = PENALTY * math.log(count) * sum((v - mean) ** 2 for v in values) / count
    total = 0.0
    for start, end in pairwise(bounds):
        level = sum(values[start:end]) / (end - start)
        total += sum((v - level) ** 2 for v in values[start:end]) + penalty
    return total


def cheapest(values: Sequence[float], least: int) -> float:
    """The least cost of any partition, by trying every one."""
    best: list[float] = [0.0]
    for end in range(1, len(values) + 1):
        tried = [
            best[start] + cost_of_part(values, start, end)
            for start in range(end - least + 1)
            if best[start] < math.inf
        ]
        best.append(min(tried, default=math.inf))
    return best[-1]


def cost_of_part(values: Sequence[float], start: int, end: int) -> float:
    count = len(values)
    mean = sum(values) / count
    penalty = PENALTY * math.log(count) * sum((v - mean) ** 2 for v in values) / count
    level = sum(values[start:end]) / (end - start)
    return sum((v - level) ** 2 for v in values[start:end]) + penalty


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        pytest.param(series((30, 1), (30, 2)), [30], id="one step"),
        pytest.param(series((20, 1), (10, 3), (30, 1)), [20, 30], id="there and back"),
        pytest.param(series((30, 1), (3, 2), (30, 1)), [30, 33], id="short"),
        pytest.param(series((30, 5), (30, 4), (30, 2)), [30, 60], id="a stair"),
        pytest.param(series((60, 1)), [], id="noise alone"),
        pytest.param([7.0] * 40, [], id="constant"),
        pytest.param([1.0] * 20 + [2.0] * 20, [20], id="no noise"),
        pytest.param([1e9 + v for v in series((30, 1), (30, 2))], [30], id="far from zero"),
        pytest.param([1.0, 2.0], [], id="too short"),
        pytest.param([], [], id="empty"),
    ],
)
def test_the_places_of_change_are_found(values: list[float], wanted: list[int]) -> None:
    assert [one.place for one in change_points(values)] == wanted


@given(st.lists(st.integers(-50, 50).map(float), min_size=4, max_size=28), st.integers(1, 4))
def test_no_partition_is_cheaper_than_the_one_that_is_found(
    values: list[float], least: int
) -> None:
    found = partition(values, least)

    assert all(end - start >= least for start, end in pairwise(found))
    assert cost(values, found) <= cheapest(values, least) + 1e-6


def test_noise_alone_is_seldom_taken_for_a_change() -> None:
    found = [change_points(series((96, 1), seed=seed)) for seed in range(60)]

    assert sum(bool(one) for one in found) <= 2


def test_a_change_tells_its_levels_and_its_effect() -> None:
    [found] = change_points([1.0, 3.0] * 10 + [11.0, 13.0] * 10)

    assert (found.before, found.after, found.effect) == (2.0, 12.0, 10.0)
