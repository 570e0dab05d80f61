"""Limits of one run in place of those of the contracts."""

import pytest

from runner.errors import UsageError
from runner.model.contract import KeyContract, Limits
from runner.model.identity import KeyName
from runner.runs.limiting import LimitChange, LimitChanges, read_limits

TOY = KeyContract(KeyName("jupyter-toy-key"), "Toy", "", "1", (), (), ())


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
    changed = read_limits([given]).on(TOY)
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


def test_of_two_changes_the_later_counts_and_a_change_for_another_key_does_not() -> None:
    changes = LimitChanges(
        (
            LimitChange("processes", 3, "a:1"),
            LimitChange("processes", 4, "a:2", "jupyter-toy-key"),
            LimitChange("processes", 5, "a:3", "jupyter-other-key"),
        )
    )
    assert changes.on(TOY).processes == 4
    assert changes.of(TOY)["processes"].source == "a:2"
