"""Diagnostics of a document in print: in full with carets, one line each, or JSON-ready."""

from collections.abc import Iterable

from runner.model.diagnostics import Diagnostic, Severity
from runner.model.safe_text import safe_line, safe_text
from runner.model.source import SourceText
from runner.report.layout import width_of
from runner.report.style import PLAIN, Style

_TAB = 4
_LONGEST = 160
_AROUND = 60


def diagnostics_text(
    source: SourceText, diagnostics: Iterable[Diagnostic], style: Style = PLAIN
) -> str:
    """Every diagnostic with its source line and carets under what is meant."""
    return "\n".join(_full(source, found, style) for found in diagnostics)


def diagnostics_concise(
    source: SourceText, diagnostics: Iterable[Diagnostic], style: Style = PLAIN
) -> str:
    """Every diagnostic in one line: `path:line:column: CODE message`."""
    return "".join(
        f"{_place(source, found)}: {_painted(found, style)} {safe_line(found.message)}\n"
        for found in diagnostics
    )


def diagnostics_json(
    source: SourceText, diagnostics: Iterable[Diagnostic]
) -> list[dict[str, object]]:
    """Every diagnostic as an object; lines and columns are counted from 1, the end is exclusive."""
    return [_json(source, found) for found in diagnostics]


def _full(source: SourceText, found: Diagnostic, style: Style) -> str:
    position = source.position(found.span.start)
    number = str(position.line)
    gutter = " " * len(number)
    before, meant, behind = _line(source, found)
    carets = "^" * max(width_of(meant), 1)
    lines = [
        f"{_painted(found, style)} {style.bold(safe_line(found.message))}",
        f"{gutter}{style.dim('-->')} {_place(source, found)}",
        style.dim(f"{gutter} |"),
        f"{style.dim(f'{number} |')} {before}{meant}{behind}".rstrip(),
        f"{style.dim(f'{gutter} |')} {' ' * width_of(before)}{_severe(found, carets, style)}",
    ]
    if found.hint:
        lines += [style.dim(f"{gutter} |"), f"{style.bold('help:')} {safe_line(found.hint)}"]
    return "\n".join(lines) + "\n"


def _line(source: SourceText, found: Diagnostic) -> tuple[str, str, str]:
    """The source line, made safe, in three: before what is meant, what is meant, behind it.

    Of a very long line only the part around it.
    """
    position = source.position(found.span.start)
    line = source.lines[position.line - 1]
    start = position.column - 1
    end = max(min(start + found.span.end - found.span.start, len(line)), start)
    before, meant, behind = line[:start], line[start:end], line[end:]
    if len(line) > _LONGEST:
        before = before if len(before) <= _AROUND else f"…{before[-_AROUND:]}"
        meant = meant if len(meant) <= _LONGEST else f"{meant[:_LONGEST]}…"
        behind = behind if len(behind) <= _AROUND else f"{behind[:_AROUND]}…"
    return _shown(before), _shown(meant), _shown(behind)


def _shown(text: str) -> str:
    """Source text on one line, with its spaces kept: carets depend on them."""
    return safe_text(text.replace("\t", " " * _TAB)).replace("\n", " ")


def _place(source: SourceText, found: Diagnostic) -> str:
    position = source.position(found.span.start)
    return f"{safe_line(source.path)}:{position.line}:{position.column}"


def _painted(found: Diagnostic, style: Style) -> str:
    return _severe(found, found.code, style)


def _severe(found: Diagnostic, text: str, style: Style) -> str:
    return style.red(text) if found.severity is Severity.ERROR else style.yellow(text)


def _json(source: SourceText, found: Diagnostic) -> dict[str, object]:
    start, end = source.position(found.span.start), source.position(found.span.end)
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": safe_line(found.message),
        "path": safe_line(source.path),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "help": safe_line(found.hint),
    }
