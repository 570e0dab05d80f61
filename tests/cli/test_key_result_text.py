"""What a KEY found, as a terminal shows it."""

from decimal import Decimal

import pytest

from runner.cli.key_result_text import fitted, result_text, table_lines
from runner.model.contract import KeyContract, OutputSpec
from runner.model.identity import KeyName
from runner.model.results import KeyResult, OutputValue
from runner.model.values import OutputType, Table
from runner.report.layout import width_of

COLUMNS = ("actor", "signs", "first_seen", "last_seen", "note", "resource", "address")
ROW = (
    "arn:aws:iam::111122223333:user/deploy",
    "3",
    "2026-11-22 18:00:36",
    "2026-11-22 18:30:00",
    "日本語のとても長い説明がここにある",
    "bucket/reports/2026",
    "203.0.113.66",
)
WIDE = Table(COLUMNS, (ROW, ("bob", *ROW[1:])), 2, "")
FOUND = Table(
    ("finding", "since", "how_bad", "look_at_next"),
    (("Errors set in", "2026-11-22 18:00:00", "12 of 80 requests", "error_report"),),
    1,
    "",
)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_table_fits_and_says_what_it_leaves_out(width: int) -> None:
    told = list(table_lines("Actors", WIDE, width))

    assert max(map(width_of, told)) <= width
    assert told[0] == "Actors (2 rows)"
    assert "deploy" in told[2]
    shown = told[1].split()
    left = " ".join(told[4:]).removeprefix("  not shown: ").replace(",", "").split()
    assert len(shown) + len(left) == len(COLUMNS)


def test_a_time_is_cut_to_the_minute() -> None:
    assert "2026-11-22 18:00  2026-11-22 18:30" in next(
        line for line in table_lines("Actors", WIDE, 80) if "deploy" in line
    )


def test_a_table_that_fits_is_whole() -> None:
    small = Table(("path", "slow"), (("/search", "1"),), 1)
    assert list(table_lines("Slow", small, 80)) == [
        "Slow (1 row)",
        "  path     slow",
        "  /search  1",
    ]


@pytest.mark.parametrize(
    ("wanted", "width", "widths"),
    [([5, 5], 20, [5, 5]), ([50, 5], 40, [33, 5]), ([30, 30, 30], 40, [12, 12, 12]),
     ([30, 30, 30], 30, [14, 14])],
)  # fmt: skip
def test_the_widest_are_cut_and_the_last_left_out(
    wanted: list[int], width: int, widths: list[int]
) -> None:
    assert fitted(wanted, [12] * len(wanted), width) == widths


def test_the_findings_come_first() -> None:
    specs = (
        OutputSpec("errors", "Errors", OutputType.COUNT),
        OutputSpec("findings", "Findings", OutputType.TABLE),
    )
    contract = KeyContract(KeyName("jupyter-a"), "A", "", "1.0", (), (), specs)
    values = (OutputValue("errors", Decimal(12)), OutputValue("findings", FOUND))

    text = result_text(contract, KeyResult(values, (), 0.5, "", ""))

    assert text == (
        "A (jupyter-a 1.0, 0.5 s)\n\nFindings\n  - Errors set in\n    since 2026-11-22 18:00:00; "
        "12 of 80 requests; look at error_report\n\n  Errors  12"
    )
