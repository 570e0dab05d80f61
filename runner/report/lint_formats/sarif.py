"""SARIF 2.1.0 (OASIS, 2020): what code scanning services read."""

import json
from pathlib import PurePosixPath
from urllib.parse import quote

from runner.model.diagnostics import Diagnostic
from runner.model.safe_text import safe_line
from runner.model.source import SourceText
from runner.report.lint_formats.linted import Linted, LintRule, fingerprints

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
Json = dict[str, object]


def sarif(linted: Linted) -> str:
    """One run. Columns count characters, and the end of a region is exclusive."""
    driver: Json = {
        "name": "runbook lint",
        "rules": [_rule(rule) for rule in linted.rules],
    }
    if linted.version:
        driver["semanticVersion"] = linted.version
    found = zip(linted.found(), fingerprints(linted), strict=True)
    index = {rule.code: number for number, rule in enumerate(linted.rules)}
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _file(document.source.path)} for document in linted.documents],
        "results": [
            _result(source, diagnostic, mark, index) for (source, diagnostic), mark in found
        ],
    }
    log: Json = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: LintRule) -> Json:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\nrunbook rule {rule.code} shows an example and its mend."},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(source: SourceText, found: Diagnostic, mark: str, index: dict[str, int]) -> Json:
    hint = f"\nhelp: {safe_line(found.hint)}" if found.hint else ""
    place = {"artifactLocation": _file(source.path), "region": _region(source, found)}
    result: Json = {
        "ruleId": found.code,
        "level": found.severity.value,
        "message": {"text": safe_line(found.message) + hint},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"runbookLint/v1": mark},
    }
    if found.code in index:
        result["ruleIndex"] = index[found.code]
    return result


def _region(source: SourceText, found: Diagnostic) -> Json:
    start, end = source.position(found.span.start), source.position(found.span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _file(path: str) -> Json:
    """A place below the folder that lint ran in, or an absolute one, as a URI."""
    shown = safe_line(path)
    if PurePosixPath(shown).is_absolute():
        return {"uri": "file://" + quote(shown)}
    return {"uri": quote(shown), "uriBaseId": "%SRCROOT%"}
