"""What a PostgreSQL server log says, in whichever of its three forms: the fields and their SQL."""

import re

from runner.kit.quoting import literal

SEVERITIES = (
    "DEBUG",
    "DEBUG1",
    "DEBUG2",
    "DEBUG3",
    "DEBUG4",
    "DEBUG5",
    "INFO",
    "NOTICE",
    "WARNING",
    "ERROR",
    "LOG",
    "FATAL",
    "PANIC",
)
NAMES = (
    "timestamp",
    "user_name",
    "database_name",
    "process_id",
    "session_id",
    "application_name",
    "backend_type",
    "severity",
    "sql_state",
    "message",
    "detail",
    "query_id",
    "duration_ms",
    "phase",
    "statement",
    "dialect",
)
"""The columns of a record. `phase` is statement, parse, bind, execute or plan, where the entry
tells a duration; `statement` the one that took that long, or that caused an error."""
STAMP = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? ?(?:[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)\b"
)
FIXED_OFFSETS = (
    ("UTC", "+00"),
    ("GMT", "+00"),
    ("WET", "+00"),
    ("WEST", "+01"),
    ("BST", "+01"),
    ("CET", "+01"),
    ("CEST", "+02"),
    ("EET", "+02"),
    ("EEST", "+03"),
    ("MSK", "+03"),
    ("JST", "+09"),
    ("AWST", "+08"),
    ("ACST", "+09:30"),
    ("ACDT", "+10:30"),
    ("AEST", "+10"),
    ("AEDT", "+11"),
    ("NZST", "+12"),
    ("NZDT", "+13"),
    ("EST", "-05"),
    ("EDT", "-04"),
    ("MDT", "-06"),
    ("PDT", "-07"),
)
"""Abbreviations that the world's time zones have used for one offset only since 2000. CST, IST, PST
and others mean several; their times are local ones of the zone that the KEY is given."""
_DURATION = (
    "^duration: ([0-9.]+) ms(?:  (?:(statement|parse|bind|execute|fastpath)[^:]*: (.*)"
    "|(plan):\\n(?:Query Text: )?([^\\n]*).*))?"
)


def moment_text(stamp: str, zone: str) -> str:
    """SQL for the time in the text `stamp`, `2026-11-22 10:00:00.123 CET`, with its offset.

    An abbreviation of several meanings is dropped where a zone is given; else it stays, and then
    the time has no reading.
    """
    at = f"left({stamp}, length({stamp}) - strpos(reverse({stamp}), ' '))"
    word = f"split_part({stamp}, ' ', 3)"
    cases = " ".join(
        f"when {literal(name)} then {at} || {literal(offset)}" for name, offset in FIXED_OFFSETS[1:]
    )
    otherwise = at if zone != "UTC" else stamp
    return (
        f"case {word} when 'UTC' then {at} || 'Z' {cases} when '' then {stamp} else "
        f"case when {word}[1] in ('+', '-') then {at} || {word} else {otherwise} end end"
    )


def timed(message: str) -> str:
    """SQL for a struct `d, phase, text, plan, plan_text` of a message that tells a duration."""
    names = "['d', 'phase', 'text', 'plan', 'plan_text']"
    return (
        f"case when starts_with({message}, 'duration: ') "
        f"then regexp_extract({message}, {literal(_DURATION)}, {names}, 's') end"
    )


def duration_columns(struct: str, cause: str) -> tuple[str, str, str]:
    """SQL for duration_ms, phase and statement, from `timed` and the statement of an error."""
    phase = f"coalesce(nullif({struct}.phase, ''), nullif({struct}.plan, ''))"
    text = f"coalesce(nullif({struct}.text, ''), nullif({struct}.plan_text, ''), {cause})"
    return f"nullif({struct}.d, '')", phase, text
