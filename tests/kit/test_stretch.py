import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.kit.engine import connect
from runner.kit.stretch import Stretch, degradation, worst_stretch


def series(*parts: tuple[int, float], noise: float = 0.05, seed: int = 1) -> list[float]:
    rng = random.Random(seed)
    return [level + rng.gauss(0, noise) for length, level in parts for _ in range(length)]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        pytest.param(series((30, 1), (30, 2)), Stretch(30, 60), id="not over yet"),
        pytest.param(series((20, 1), (10, 3), (30, 1)), Stretch(20, 30), id="over again"),
        pytest.param(series((30, 1), (3, 2), (30, 1)), Stretch(30, 33), id="short"),
        pytest.param(series((30, 2), (30, 1)), None, id="better"),
        pytest.param(series((60, 1)), None, id="noise alone"),
        pytest.param(series((60, 1), noise=0), None, id="constant"),
        pytest.param([1.0, 2.0], None, id="too short"),
        pytest.param([], None, id="empty"),
    ],
)
def test_the_worst_stretch_is_found_to_the_place(
    values: list[float], wanted: Stretch | None
) -> None:
    assert worst_stretch(values) == wanted


def test_noise_alone_is_seldom_taken_for_a_stretch() -> None:
    found = [worst_stretch(series((96, 1), seed=seed)) for seed in range(60)]

    assert sum(one is not None for one in found) <= 3


def test_a_degradation_has_its_times_and_counts_in_ratios(tmp_path: Path) -> None:
    con: Any = connect(tmp_path, 1_000_000_000)
    start = datetime(2026, 11, 22)
    rows = [
        (start + timedelta(minutes=n), 100 * (3 if 20 <= n < 40 else 1) * (1 + n % 3 / 50))
        for n in range(60)
    ]
    con.execute("create temp table series (bucket timestamp, p95 double)")
    con.executemany("insert into series values (?, ?)", rows)

    found = degradation(con, "series", "p95")

    assert found is not None
    assert (found.began_at, found.ended_at) == (
        start + timedelta(minutes=20),
        start + timedelta(minutes=40),
    )
