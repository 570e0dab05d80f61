"""GitHub Actions: workflow commands that become annotations of a pull request."""

from runner.model.diagnostics import Diagnostic, Severity
from runner.model.safe_text import safe_line
from runner.model.source import SourceText
from runner.report.lint_formats.linted import Linted

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github(linted: Linted) -> str:
    """One workflow command for each diagnostic."""
    return "".join(_command(linted, source, found) for source, found in linted.found())


def _command(linted: Linted, source: SourceText, found: Diagnostic) -> str:
    start, end = source.position(found.span.start), source.position(found.span.end)
    properties = {
        "file": safe_line(source.path),
        "line": str(start.line),
        "col": str(start.column),
        "endLine": str(end.line),
        "endColumn": str(end.column),
        "title": f"{found.code} {linted.rule_name(found.code)}",
    }
    if start.line != end.line:
        del properties["col"], properties["endColumn"]  # only understood within one line
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    help_text = f" ({safe_line(found.hint)})" if found.hint else ""
    message = _data(safe_line(found.message) + help_text)
    return f"::{_COMMAND[found.severity]} {listed}::{message}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
