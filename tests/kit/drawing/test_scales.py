from datetime import UTC, datetime

import pytest

from runner.kit.drawing.scales import Scale, number_ticks, time_ticks


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 133, ["0", "50", "100", "150"]),
        (0, 1, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (0, 7_400, ["0", "2,000", "4,000", "6,000", "8,000"]),
        (0, 3_400_000, ["0", "1 M", "2 M", "3 M", "4 M"]),
        (-40, 90, ["-50", "0", "50", "100"]),
        (0, 0, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
    ],
)
def test_numbers_stand_at_round_steps_that_enclose_them(
    low: float, high: float, labels: list[str]
) -> None:
    found = [tick.label for tick in number_ticks(low, high, 5)]

    assert found == labels


def test_shares_are_written_as_percent() -> None:
    assert [tick.label for tick in number_ticks(0, 0.04, 5, is_share=True)] == [
        "0 %",
        "1 %",
        "2 %",
        "3 %",
        "4 %",
    ]


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2026-11-22T22:00", "2026-11-23T02:00", ["22 Nov 22:00", "23:00", "23 Nov 00:00"]),
        ("2026-11-01T00:00", "2026-11-08T00:00", ["01 Nov", "03 Nov", "05 Nov"]),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:04", ["22 Nov 10:00:00", "10:00:01"]),
    ],
)
def test_times_stand_at_round_moments_and_name_the_day_where_it_begins(
    first: str, last: str, labels: list[str]
) -> None:
    low, high = (datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() for at in (first, last))

    found = [tick.label for tick in time_ticks(low, high, 6)]

    assert [label for label in labels if label in found] == labels
    assert len(found) <= 7


def test_a_single_value_stands_in_the_middle() -> None:
    assert Scale(5, 5, 0, 100)(5) == 50


def test_whole_numbers_stand_at_whole_steps() -> None:
    assert [tick.label for tick in number_ticks(0, 2, 5, is_whole=True)] == ["0", "1", "2"]
    assert [tick.label for tick in number_ticks(0, 10, 5, is_whole=True)] == [
        *("0", "3", "6", "9", "12")
    ]
