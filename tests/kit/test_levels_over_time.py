import random

import pytest

from runner.kit.levels_over_time import Worse, level_history


def series(*levels: tuple[int, float], noise: float = 0.02, seed: int = 1) -> list[float]:
    rng = random.Random(seed)
    return [level * rng.gauss(1, noise) for length, level in levels for _ in range(length)]


@pytest.mark.parametrize(
    ("values", "places", "recovered"),
    [
        pytest.param(series((30, 10), (30, 20)), [(30, 60)], False, id="worse to the end"),
        pytest.param(series((30, 10), (20, 20), (20, 10)), [(30, 50)], True, id="over again"),
        pytest.param(series((30, 10), (20, 20), (20, 40), (9, 10)), [(30, 70)], True, id="a stair"),
        pytest.param(
            series((30, 10), (9, 20), (20, 10), (9, 20)), [(30, 39), (59, 68)], False, id="twice"
        ),
        pytest.param(series((30, 10), (30, 5)), [], None, id="better"),
        pytest.param(series((30, 10), (30, 11)), [], None, id="certain, and too little to matter"),
        pytest.param(series((60, 10)), [], None, id="noise"),
    ],
)
def test_the_worse_stretches_are_found(
    values: list[float], places: list[tuple[int, int]], recovered: bool | None
) -> None:
    history = level_history(values)

    assert history is not None
    assert [(one.start, one.end) for one in history.worse] == places
    assert history.recovered is recovered


def test_where_lower_is_worse_a_fall_is_a_degradation() -> None:
    history = level_history([8.0] * 10 + [2.0] * 10, higher_is_worse=False)

    assert history is not None
    assert (history.worse, history.factor) == ((Worse(10, 20, 2.0),), 4.0)


def test_from_zero_any_rise_is_worse_and_has_no_factor() -> None:
    history = level_history([0.0] * 10 + [1.0] * 10)

    assert history is not None
    assert (history.worse, history.factor) == ((Worse(10, 20, 1.0),), None)


def test_nothing_has_no_history() -> None:
    assert level_history([]) is None
