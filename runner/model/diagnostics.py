"""What is wrong with a document or with data: values with a stable code, never exceptions."""

from enum import Enum

from runner.model.frozen import frozen
from runner.model.source import SourceText, Span


class Severity(Enum):
    """How bad a diagnostic is. An error stops a run before it starts; the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Diagnostic:
    """One fault of a document: a stable code, what is wrong, where, and what to do about it."""

    code: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""


@frozen
class DiagnosedDocument:
    """A document together with what was found in it, in order of place."""

    source: SourceText
    diagnostics: tuple[Diagnostic, ...]
