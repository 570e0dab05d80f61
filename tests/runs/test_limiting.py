"""Limits of one run in place of those of the contracts."""

import pytest

from runner.errors import UsageError
from runner.model.contract import Limits
from runner.runs.limiting import read_limits


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ("wall_seconds=90", "wall_seconds", 90),
        ("wall_seconds=1.5min", "wall_seconds", 90),
        ("memory_bytes=2GiB", "memory_bytes", 2 * 1024**3),
        ("file_bytes=10 MB", "file_bytes", 10_000_000),
        ("processes=7", "processes", 7),
    ],
)
def test_a_limit_is_changed_and_the_others_stay(given: str, name: str, value: int) -> None:
    changed = read_limits([given]).on(Limits())
    assert {**vars(Limits()), name: value} == vars(changed)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["memory=1"], "no limit is called 'memory'"),
        (["wall_seconds=0"], "the limit wall_seconds cannot be '0'"),
        (["wall_seconds=0.5"], "the limit wall_seconds cannot be '0.5'"),
        (["memory_bytes=1min"], "the limit memory_bytes cannot be '1min'"),
        (["processes="], "the limit processes cannot be ''"),
        (["processes=1", "processes=2"], "the limit processes is given twice"),
    ],
)
def test_what_is_no_limit_is_refused(given: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_limits(given)
