"""Findings: what was found, since when, how bad it is, and what to look at next."""

from typing import Any

Finding = tuple[str, Any, str, str]
COLUMNS = ("finding", "since", "how_bad", "look_at_next")
NOTHING = (
    "select '' as finding, null::timestamp as since, '' as how_bad, '' as look_at_next where false"
)


def rows_of(found: tuple[Finding | None, ...]) -> list[dict[str, Any]]:
    """The rows of the table `findings`; None is a finding that there is not."""
    return [dict(zip(COLUMNS, one, strict=True)) for one in found if one]


def counted(unit: str, *found: tuple[str, int | None, str]) -> list[Finding]:
    """Findings that are a number of `unit`s without a beginning: what, how many, what to look at.

    Those of none, or of an unknown number, are left out.
    """
    return [(what, None, f"{count:,} {unit}", look) for what, count, look in found if count]
