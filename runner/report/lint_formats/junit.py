"""JUnit XML: one suite for each runbook, one case for each diagnostic."""

from xml.etree import ElementTree as Xml

from runner.model.diagnostics import DiagnosedDocument, Diagnostic, Severity
from runner.model.safe_text import safe_line
from runner.model.source import SourceText
from runner.report.lint_formats.linted import Linted

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def junit(linted: Linted) -> str:
    """Errors and warnings fail; a note, and a runbook without findings, is a case that passed."""
    failed = sum(_failures(document) for document in linted.documents)
    total = sum(max(len(document.diagnostics), 1) for document in linted.documents)
    counted = {"tests": str(total), "failures": str(failed), "errors": "0"}
    root = Xml.Element("testsuites", {"name": "runbook lint", **counted})
    for document in linted.documents:
        _suite(root, linted, document)
    Xml.indent(root)
    return _DECLARATION + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(root: Xml.Element, linted: Linted, document: DiagnosedDocument) -> None:
    path = _text(document.source.path)
    counted = {
        "tests": str(max(len(document.diagnostics), 1)),
        "failures": str(_failures(document)),
        "errors": "0",
        "skipped": "0",
    }
    suite = Xml.SubElement(root, "testsuite", {"name": path, **counted})
    for found in document.diagnostics:
        _case(suite, linted, document.source, found)
    if not document.diagnostics:
        Xml.SubElement(suite, "testcase", {"name": "lint", "classname": path})


def _case(suite: Xml.Element, linted: Linted, source: SourceText, found: Diagnostic) -> None:
    start = source.position(found.span.start)
    path = _text(source.path)
    case = Xml.SubElement(
        suite,
        "testcase",
        {
            "name": f"{found.code} {linted.rule_name(found.code)} {start.line}:{start.column}",
            "classname": path,
            "file": path,
            "line": str(start.line),
        },
    )
    told = f"{path}:{start.line}:{start.column}: {_text(found.message)}"
    help_text = f"\nhelp: {_text(found.hint)}" if found.hint else ""
    if _fails(found):
        attributes = {"type": found.severity.value, "message": _text(found.message)}
        Xml.SubElement(case, "failure", attributes).text = told + help_text
    else:
        Xml.SubElement(case, "system-out").text = told + help_text


def _failures(document: DiagnosedDocument) -> int:
    return sum(_fails(found) for found in document.diagnostics)


def _fails(found: Diagnostic) -> bool:
    return found.severity is not Severity.NOTE


def _text(text: str) -> str:
    """Text on one line, without what XML 1.0 cannot hold."""
    return "".join(c if _is_xml(ord(c)) else "\ufffd" for c in safe_line(text))


def _is_xml(code: int) -> bool:
    return code >= 0x20 and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)
