"""Times as a person gives them to `history`."""

from datetime import UTC, datetime

import pytest

from runner.cli.since import read_since, read_until
from runner.errors import UsageError

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("90min", "2026-11-25T09:00", "2026-11-25T09:00"),
        ("2h", "2026-11-25T08:30", "2026-11-25T08:30"),
        ("3 d", "2026-11-22T10:30", "2026-11-22T10:30"),
        ("1w", "2026-11-18T10:30", "2026-11-18T10:30"),
        ("2026-11-23", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("2026-11-23T14:00", "2026-11-23T14:00", "2026-11-23T14:00"),
        ("2026-11-23 14:00+02:00", "2026-11-23T12:00", "2026-11-23T12:00"),
    ],
)
def test_a_time_has_one_reading(text: str, since: str, until: str) -> None:
    assert f"{read_since(text, NOW):%Y-%m-%dT%H:%M}" == since
    assert f"{read_until(text, NOW):%Y-%m-%dT%H:%M}" == until


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2m", "23.11.2026", "11/23/2026", "2026-13-01", "999999w", "20261123"]
)
def test_what_has_no_reading_or_two_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_since(text, NOW)
    assert refused.value.happened == f"--since {text!r} is no time"
    assert refused.value.hint.startswith("write 90min, 2h, 3d or 1w (ago), 2026-11-23, or")
