"""Syslog: RFC 5424, RFC 3164 and its file form with ISO times, with or without priority."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.line_pattern import MONTHS, LinePattern, read_lines
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_LEVELS = "['fatal', 'fatal', 'fatal', 'error', 'warning', 'notice', 'info', 'debug']"
_LEVEL = f"{_LEVELS}[try_cast(p.priority as integer) % 8 + 1]"
_TAG = (
    ("the name of the program", r"([^\s:\[\]]+)"),
    ("the process id, and a colon", r"(?:\[(\d+)\])?:"),
    ("the message", r" ?(.*)$"),
)
_PERHAPS_TAG = (("the message", r"(?:([^\s:\[\]]+)(?:\[(\d+)\])?:(?: |$))?(.*)$"),)
_PRIORITY = ("the priority", r"^(?:<(\d{1,3})>)?")


def _columns(timestamp: str) -> tuple[tuple[str, str], ...]:
    return (
        ("timestamp", timestamp),
        ("host", "nullif(p.host, '-')"),
        ("app", "nullif(p.app, '-')"),
        ("pid", "nullif(p.pid, '-')"),
        ("level", _LEVEL),
        ("message", "p.message"),
    )


RFC_5424 = LinePattern(
    parts=(
        ("the priority and version", r"^<(\d{1,3})>\d "),
        ("the time", r"(\S+) "),
        ("the host", r"(\S+) "),
        ("the name of the program", r"(\S+) "),
        ("the process id", r"(\S+) "),
        ("the message id", r"(\S+) "),
        ("the structured data", r"(?:-|(?:\[[^\]]*\])+)"),
        ("the message", r" ?(.*)$"),
    ),
    groups=("priority", "timestamp", "host", "app", "pid", "id", "message"),
    columns=_columns("nullif(p.timestamp, '-')"),
    first="priority",
)
ISO = LinePattern(
    parts=(
        _PRIORITY,
        ("the time", r"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)) "),
        ("the host", r"([\w.:-]+) "),
        *_TAG,
    ),
    groups=("priority", "timestamp", "host", "app", "pid", "message"),
    columns=_columns("p.timestamp"),
)
_TIMES = r"((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d)"
_HOST = ("the host", r"([\w.:-]*[\w.-]) ")


def _rfc_3164(tag: tuple[tuple[str, str], ...]) -> LinePattern:
    return LinePattern(
        parts=(_PRIORITY, ("the time", _TIMES + " "), _HOST, *tag),
        groups=("priority", "timestamp", "host", "app", "pid", "message"),
        columns=_columns("p.timestamp"),
    )


RFC_3164 = _rfc_3164(_TAG)
ANY_3164 = _rfc_3164(_PERHAPS_TAG)
"""Its lines without a program, as `last message repeated 7 times`; too much alike to be claimed."""
_MONTH = f"(position(c0[1:3] in '{MONTHS}') + 2) // 3"


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether most of its lines are of one of the three forms."""
    return _form(head) is not None


def read(reading: Reading) -> RawRecords:
    """A message a line.

    RFC 3164 writes no year: raises InputRefused where nobody said which the first record is of.
    """
    with reading.path.open("rb") as file:
        form = _form(Head.of(file.read(1 << 16), False)) or RFC_5424
    if form is RFC_3164 and reading.year is None:
        happened = "its times have no year, as RFC 3164 writes them"
        raise reading.source.refused(happened, "say which: the parameter log_year, such as 2026")
    found = read_lines(reading, ANY_3164 if form is RFC_3164 else form)
    if form is RFC_3164:
        _date(reading)
    return found


FORMAT = Format("syslog", "syslog", claims, read)


def _form(head: Head) -> LinePattern | None:
    for form in (RFC_5424, RFC_3164):
        if form.share_of(head) > 0.5:
            return form
    return ISO if ISO.share_of(head) > 0.5 and not _levels(head) else None


def _levels(head: Head) -> bool:
    """Whether the word after the time is a level, as in logs that are no syslog."""
    words = {line.split(" ", 2)[1] for line in head.lines if line.count(" ") > 1}
    return bool(words & {"DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "TRACE"})


def _date(reading: Reading) -> None:
    """Give the times their year: it goes up where the month falls back by half a year or more."""
    con = reading.con
    con.execute("alter table kit_raw rename to kit_undated")
    con.execute(
        f"""
        create temp table kit_raw as
        with months as (select rowid as r, *, {_MONTH} as month from kit_undated),
        turns as (select *, (lag(month) over (order by r) - month >= 6)::int as turn from months)
        select ({reading.year} + coalesce(sum(turn) over (order by r), 0))::int || '-'
            || lpad(month::varchar, 2, '0') || '-' || lpad(trim(c0[5:6]), 2, '0') || 'T'
            || c0[8:15] as c0, c1, c2, c3, c4, c5
        from turns order by r
        """  # noqa: S608
    )
    con.execute("drop table kit_undated")
