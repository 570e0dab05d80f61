"""What every format is made from: documents with their diagnostics, and the rules behind them."""

from collections.abc import Iterator
from hashlib import sha256

from runner.model.diagnostics import DiagnosedDocument, Diagnostic, Severity
from runner.model.frozen import frozen
from runner.model.source import SourceText
from runner.report.style import PLAIN, Style


@frozen
class LintRule:
    """A rule as a format describes it."""

    code: str
    name: str
    severity: Severity
    summary: str
    why: str


@frozen
class Linted:
    """Everything that one call of lint looked at, clean documents too."""

    documents: tuple[DiagnosedDocument, ...]
    rules: tuple[LintRule, ...] = ()
    version: str = ""
    style: Style = PLAIN

    def found(self) -> Iterator[tuple[SourceText, Diagnostic]]:
        """Every diagnostic with its source."""
        for document in self.documents:
            for diagnostic in document.diagnostics:
                yield document.source, diagnostic

    def rule_name(self, code: str) -> str:
        """The name of a rule; the code where it is not described."""
        return next((rule.name for rule in self.rules if rule.code == code), code)


def fingerprints(linted: Linted) -> tuple[str, ...]:
    """A stable mark for every diagnostic, in order.

    Made of the path, the code, the words under the caret and, where that is not unique, a count: a
    finding keeps its mark when lines are added above it.
    """
    seen: dict[tuple[str, str, str], int] = {}
    marks = []
    for source, found in linted.found():
        key = (source.path, found.code, _words(source, found))
        seen[key] = seen.get(key, 0) + 1
        marked = "\0".join((*key, str(seen[key])))
        marks.append(sha256(marked.encode("utf-8", "surrogatepass")).hexdigest())
    return tuple(marks)


def _words(source: SourceText, found: Diagnostic) -> str:
    meant = source.text[found.span.start : found.span.end]
    line = source.lines[source.position(found.span.start).line - 1]
    return " ".join((meant.strip() or line).split())
