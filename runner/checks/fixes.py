"""Edits that lint can make by itself, because they cannot change what a run does.

A Location is a note for the reader: the runner finds the notebook by the name of the KEY. So are
the lines that a contract can fill (`runner.checks.written_fixes`). A comment that ignores nothing
is text for lint alone. `meaning` is what must stay equal.
"""

from collections.abc import Iterable, Iterator

from runner.checks.edit import Edit
from runner.checks.ignores import Heeded, Ignore
from runner.checks.selection import Selection
from runner.checks.subject import Subject
from runner.checks.written_fixes import written_lines
from runner.model.frozen import field_names, is_frozen
from runner.model.runbook import Field, KeyInvocation, Runbook
from runner.model.source import SourceText, Span

_FOLDER = "jupyter-keys/"
_FOR_READERS = (
    "source",
    "body",
    "span",
    "location",
    "location_span",
    "expected_output",
    "questions",
    "evidence_keys",
    "evidence",
)
_NOTES = ("location", "output", "questions answered")


def safe_edits(subject: Subject, heeded: Heeded, wanted: Selection) -> tuple[Edit, ...]:
    """The edits for what is left of the diagnostics, by place; no two of them overlap."""
    left = {(found.code, found.span) for found in heeded.diagnostics if wanted.wants(found.code)}
    edits = [edit for edit in _locations(subject) if ("RB309", edit.span) in left]
    unused = {ignore for ignore in heeded.unused if ("RB007", ignore.span) in left}
    edits += written_lines(subject, left)
    edits += _comments(subject.runbook.source, heeded.ignores, unused)
    return tuple(sorted(edits, key=lambda edit: edit.span.start))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with every edit made; everything else stays as it is, to the character."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join((*parts, text[at:]))


def meaning(runbook: Runbook) -> object:
    """Everything that a run sees of a runbook: places in the text and notes for readers aside."""
    return _without_places(runbook)


def _without_places(part: object) -> object:
    if isinstance(part, tuple):
        return tuple(_without_places(one) for one in part if not _is_note(one))
    if not is_frozen(part):
        return part
    named = (name for name in field_names(part) if name not in _FOR_READERS)
    return type(part), tuple(_without_places(getattr(part, name)) for name in named)


def _is_note(part: object) -> bool:
    return isinstance(part, Field) and part.label.casefold() in _NOTES


def _locations(subject: Subject) -> Iterator[Edit]:
    """The notebook of the KEY for every Location below `jupyter-keys/`, where the KEY is known."""
    known = set(subject.known.keys) | {key.text for key in subject.program.by_key}
    for step in subject.everywhere:
        for call in step.invocations:
            at = call.location.find(_FOLDER)
            if (
                call.location_span
                and at >= 0
                and call.key.text in known
                and _is_bare(subject, call)
            ):
                slug = call.key.slug
                path = f"{call.location[:at]}{_FOLDER}{slug}/{slug}.ipynb"
                yield Edit(call.location_span, path)


def _is_bare(subject: Subject, call: KeyInvocation) -> bool:
    """Whether a Location is one word that stands in the text as it is shown."""
    span = call.location_span or Span(0, 0)
    as_written = subject.runbook.source.text[span.start : span.end]
    return as_written == call.location and len(call.location.split()) == 1


def _comments(
    source: SourceText, ignores: tuple[Ignore, ...], unused: set[Ignore]
) -> Iterator[Edit]:
    """The comment away, or only the codes that ignore nothing."""
    for comment in dict.fromkeys(i.comment for i in ignores if i in unused):
        codes = [ignore for ignore in ignores if ignore.comment == comment]
        kept = [ignore for ignore in codes if ignore not in unused]
        if not kept:
            yield Edit(_removable(source, comment), "")
        else:
            span = Span(codes[0].span.start, codes[-1].span.end)
            words = (source.text[ignore.span.start : ignore.span.end] for ignore in kept)
            yield Edit(span, ", ".join(words))


def _removable(source: SourceText, comment: Span) -> Span:
    """A comment with the blanks before it; its whole line only beside an empty one.

    Between two lines of text an empty line stays, which parts them as the comment did.
    """
    number = source.position(comment.start).line - 1
    start = source.line_starts[number]
    before = source.text[start : comment.start]
    behind = source.lines[number][comment.end - start :]
    is_alone = not before.strip() and not behind.strip()
    last = number + 1 >= len(source.lines)
    if not is_alone or last:
        return Span(start + len(before.rstrip()), comment.end) if not behind.strip() else comment
    above = source.lines[number - 1].strip() if number else ""
    below = source.lines[number + 1].strip()
    end = source.line_starts[number + 1]
    return Span(start, start + len(source.lines[number]) if above and below else end)
