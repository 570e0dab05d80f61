"""Files by date and by glob."""

import os
from pathlib import Path

import pytest

from runner.errors import InvalidInput
from runner.runs.schedule.dated import dated, file_of
from tests.runs.schedule.entries import at


@pytest.mark.parametrize(
    ("pattern", "zone", "name"),
    [
        ("webhook_logs_{YYYYMMDD}.csv", "UTC", "webhook_logs_20260301.csv"),
        ("{YYYY}/{MM}/{DD}.csv", "UTC", "2026/03/01.csv"),
        ("logs-{YYYY-MM-DD-1d}.csv", "UTC", "logs-2026-02-28.csv"),
        ("logs-{YYYYMMDDTHH-1h}.csv", "UTC", "logs-20260228T23.csv"),
        ("logs_{YYYYMMDD}.csv", "America/New_York", "logs_20260228.csv"),
        ("logs_{YYYYMMDD}.csv", "Asia/Tokyo", "logs_20260301.csv"),
        ("logs.csv", "UTC", "logs.csv"),
    ],
)
def test_dates_are_those_of_the_entrys_clock(pattern: str, zone: str, name: str) -> None:
    assert dated(pattern, at("2026-03-01 00:30"), zone) == name


def test_of_several_files_the_newest_is_meant(tmp_path: Path) -> None:
    for age, name in enumerate(["c.csv", "a.csv", "b.csv"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / "z.csv").mkdir()
    assert file_of("*.csv", tmp_path) == tmp_path / "c.csv"
    assert file_of(f"{tmp_path}/[ab].csv", Path("/nowhere")) == tmp_path / "a.csv"
    os.utime(tmp_path / "b.csv", (999, 999))
    assert file_of("[ab].csv", tmp_path) == tmp_path / "b.csv"


def test_a_glob_that_finds_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no file matches .*exports/\*\.csv"):
        file_of("exports/*.csv", tmp_path)
