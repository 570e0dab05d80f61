"""All formats, the specific ones before the general ones, and the choice among them."""

from runner.kit.formats import (
    access_log,
    alb_log,
    delimited,
    json_records,
    logfmt,
    mysql_slow,
    otel_logs,
    parquet,
    plain_log,
    postgres_csvlog,
    postgres_jsonlog,
    postgres_stderr,
    stripe_events,
    syslog,
    text,
)
from runner.kit.formats.format import Format, Head
from runner.model.contract import DeclaredInput

CATALOG: tuple[Format, ...] = (
    parquet.FORMAT,
    stripe_events.FORMAT,
    otel_logs.FORMAT,
    postgres_jsonlog.FORMAT,
    postgres_csvlog.FORMAT,
    postgres_stderr.FORMAT,
    mysql_slow.FORMAT,
    json_records.LINES,
    json_records.DOCUMENT,
    access_log.FORMAT,
    alb_log.FORMAT,
    syslog.FORMAT,
    logfmt.FORMAT,
    delimited.FORMAT,
    plain_log.FORMAT,
    text.FORMAT,
)


def recognise(head: Head, declared: DeclaredInput) -> Format | None:
    """The format of the file that begins so, accepted by the input or not; None for none known."""
    accepted = [one for one in CATALOG if one.name in declared.formats]
    others = [one for one in CATALOG if one.name not in declared.formats]
    return next((one for one in (*accepted, *others) if one.claims(head, declared)), None)


def labels(declared: DeclaredInput) -> str:
    """The formats that the input accepts, in words."""
    found = [one.label for one in CATALOG if one.name in declared.formats]
    return " or ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
