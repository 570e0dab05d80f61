"""`pack.json` beside `runbooks/<slug>/README.md`: the same fields as front matter, as JSON."""

import json

from runner.document.front_matter import metadata_of
from runner.model.diagnostics import Diagnostic, Severity
from runner.model.frozen import frozen
from runner.model.runbook import Metadata
from runner.model.source import Span

FILE_NAME = "pack.json"


@frozen
class Pack:
    """The metadata of a pack, and what is wrong with its text."""

    metadata: Metadata
    diagnostics: tuple[Diagnostic, ...] = ()


def read_pack(text: str) -> Pack:
    """The fields of a `pack.json`. What does not read as a JSON object is a diagnostic."""
    try:
        fields = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Pack(Metadata(), (_unreadable(str(error).splitlines()[0]),))
    if not isinstance(fields, dict):
        return Pack(Metadata(), (_unreadable("no object with fields"),))
    return Pack(metadata_of(fields))


def merged(front: Metadata, pack: Metadata) -> Metadata:
    """Both; where both have a field, what stands in the runbook itself counts."""
    named = {**dict(pack.other), **dict(front.other)}
    return Metadata(
        slug=front.slug or pack.slug,
        title=front.title or pack.title,
        description=front.description or pack.description,
        owner=front.owner or pack.owner,
        last_review=front.last_review or pack.last_review,
        severity_level=front.severity_level or pack.severity_level,
        key_type=front.key_type or pack.key_type,
        tags=front.tags or pack.tags,
        other=tuple(named.items()),
    )


def _unreadable(why: str) -> Diagnostic:
    return Diagnostic(
        "RB001",
        Severity.WARNING,
        f"{FILE_NAME} does not read as JSON: {why}",
        Span(0, 0),
        "it is passed over; the heading gives the title, the folder name the slug",
    )
