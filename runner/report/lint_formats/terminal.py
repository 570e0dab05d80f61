"""For people: in full with carets, or one line each."""

from runner.report.diagnostics import diagnostics_concise, diagnostics_text
from runner.report.lint_formats.linted import Linted


def full(linted: Linted) -> str:
    """Every diagnostic with its source line, carets and help."""
    shown = (
        diagnostics_text(document.source, document.diagnostics, linted.style)
        for document in linted.documents
        if document.diagnostics
    )
    return "\n".join(shown)


def concise(linted: Linted) -> str:
    """`path:line:column: CODE message`, one line for each diagnostic."""
    shown = (
        diagnostics_concise(document.source, document.diagnostics, linted.style)
        for document in linted.documents
    )
    return "".join(shown)
