"""What a runbook is called: by its metadata, its heading or its file."""

import re
from itertools import islice
from pathlib import PurePath

from runner.document.front_matter import read_front_matter
from runner.document.markdown import read_blocks
from runner.document.outline import Outline, outline
from runner.document.pack import Pack, merged, read_pack
from runner.model.frozen import frozen
from runner.model.runbook import Metadata
from runner.model.source import SourceText

_HEAD = re.compile(r"^ {0,3}#{1,6}[ \t]", re.M)


@frozen
class RunbookName:
    """What a runbook is called."""

    slug: str
    title: str


def name_of(source: SourceText, metadata: Metadata, parts: Outline) -> RunbookName:
    """The name of a runbook whose metadata and headings are known."""
    path = PurePath(source.path)
    file_slug = path.parent.name if path.stem.casefold() == "readme" else path.stem
    title = parts.title.line if parts.title else ""
    slug = metadata.slug or file_slug
    return RunbookName(slug, metadata.title or title or file_slug)


def read_name(source: SourceText, pack: str = "") -> RunbookName:
    """What `parse_runbook` calls the runbook, from no more of its text than that takes."""
    front = read_front_matter(source)
    beside = read_pack(pack) if pack else Pack(Metadata())
    parts = _beginning(source, front.lines)
    if parts is None or not parts.title:
        parts = outline(read_blocks(source, front.lines))
    return name_of(source, merged(front.metadata, beside.metadata), parts)


def _beginning(source: SourceText, lines: int) -> Outline | None:
    """The text up to its second heading, behind the lines of its front matter."""
    start = source.line_starts[min(lines, len(source.line_starts) - 1)]
    heads = [match.start() for match in islice(_HEAD.finditer(source.text, start), 2)]
    if len(heads) < 2:
        return None
    return outline(read_blocks(SourceText(source.path, source.text[: heads[1]]), lines))
