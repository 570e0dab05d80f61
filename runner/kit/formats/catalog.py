"""All formats, the specific ones before the general ones, and the choice among them."""

from runner.kit.formats import (
    access_log,
    alb_log,
    audit_logs,
    cost_exports,
    delimited,
    json_records,
    logfmt,
    metric_series,
    mysql_slow,
    otel_logs,
    otel_spans,
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
    otel_spans.FORMAT,
    audit_logs.CLOUDTRAIL,
    audit_logs.KUBERNETES,
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
    cost_exports.FOCUS,
    cost_exports.AWS_CUR,
    metric_series.FORMAT,
    delimited.FORMAT,
    plain_log.FORMAT,
    text.FORMAT,
)

LAST = plain_log.FORMAT
"""Claims so much that where CSV is accepted instead, the columns that are missing say more."""


def recognise(head: Head, declared: DeclaredInput) -> Format | None:
    """The format of the file that begins so, accepted by the input or not; None for none known."""
    accepted = [one for one in CATALOG if one.name in declared.formats]
    unnamed = (LAST,) if "csv" in declared.formats else ()
    others = [one for one in CATALOG if one.name not in declared.formats and one not in unnamed]
    return next((one for one in (*accepted, *others) if one.claims(head, declared)), None)


def labels(declared: DeclaredInput) -> str:
    """The formats that the input accepts, in words."""
    found = [one.label for one in CATALOG if one.name in declared.formats]
    return " or ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
