"""GitLab: a Code Quality report, whose fingerprints tell new findings from old ones."""

import json

from runner.model.diagnostics import Diagnostic, Severity
from runner.model.safe_text import safe_line
from runner.model.source import Position, SourceText
from runner.report.lint_formats.linted import Linted, fingerprints

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def gitlab(linted: Linted) -> str:
    """A JSON array for `artifacts:reports:codequality`."""
    found = zip(linted.found(), fingerprints(linted), strict=True)
    issues = [_issue(source, diagnostic, mark) for (source, diagnostic), mark in found]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(source: SourceText, found: Diagnostic, fingerprint: str) -> dict[str, object]:
    start, end = source.position(found.span.start), source.position(found.span.end)
    return {
        "type": "issue",
        "check_name": found.code,
        "description": f"{found.code}: {safe_line(found.message)}",
        "content": {"body": safe_line(found.hint)},
        "categories": ["Bug Risk"],
        "severity": _SEVERITY[found.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": safe_line(source.path),
            "positions": {"begin": _position(start), "end": _position(end)},
        },
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
