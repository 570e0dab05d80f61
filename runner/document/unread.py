"""Headings, and lines in their place, that look like a step and are not read as one."""

import re
from collections.abc import Iterator

from runner.document.blocks import Heading, Paragraph
from runner.document.headed import BARE, REVERSIBILITY, STEP
from runner.document.outline import Part
from runner.model.diagnostics import Diagnostic, Severity
from runner.model.numbering import GAP, NUMBER
from runner.model.runbook import Runbook, SectionKind

_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|next|final|last"
    r"|\d+(?:st|nd|rd|th))"
)
_LIKE_A_STEP = re.compile(
    r"[^\w]*(?:\d+[.)]\s*)?(?:(?:step|action|check)\s*(?:[:–—]|-\s)"
    r"|(?:step|action)\s*[^\w\s]?\s*(?:(?-i:[A-Z])|\d\S{0,8}|[ivxl]{1,6}|(?:twenty|thirty)\S*)[\])]?\s*(?:[:.–—)-]|$)"
    rf"|{_ORDINAL}\s+(?:step|action|check)\b|(?:step|action|check)\s+{_ORDINAL}\b)",
    re.I,
)
"""Headings such as `Step A: …`, `First step`, `Action: …`."""
NAMES_A_PLACE = re.compile(
    rf"[^\w]*(?:\d+[.)]\s*)?(?:step|action){GAP}{NUMBER}\s*(?:[-:.–—)]|$)", re.I
)
_HINTS = {
    SectionKind.DIAGNOSIS: "number it: `### Step 1: title`",
    SectionKind.OTHER: "number it: `### Step 1: title`",
    SectionKind.ACTIONS: "number it: `### Action 1: title (REVERSIBLE)`",
    SectionKind.SAFETY: "make it an item of a numbered list, or `### Check 1: title`",
}


def unread_headings(part: Part, runbook: Runbook) -> Iterator[Diagnostic]:
    """Headings that look like a step, an action or a check, at the level of those that are one."""
    hint = _HINTS.get(part.kind)
    if hint is None:
        return
    read = {step.span.start for step in runbook.places}
    read |= {action.span.start for action in runbook.actions}
    for block in part.blocks:
        if isinstance(block, Paragraph) and _is_bold_heading(block):
            yield _unread(block, "make it a heading: `### Step 1: title`")
    headings = [b for b in (part.heading, *part.blocks) if isinstance(b, Heading)]
    level = max((h.level for h in headings if h.text.span().start in read), default=6)
    for heading in headings:
        is_read = heading.text.span().start in read
        if not is_read and heading.level <= level and _promises(heading, part, level < 6):
            yield _unread(heading, hint)


def _unread(block: Heading | Paragraph, hint: str) -> Diagnostic:
    message = f'"{cut(block.text.line)}" looks like a step and is not read as one'
    return Diagnostic("RB013", Severity.WARNING, message, block.text.span(), hint)


def _is_bold_heading(block: Paragraph) -> bool:
    begins_bold = bool(block.text.bold) and block.text.bold[0][0] == 0
    return begins_bold and NAMES_A_PLACE.match(block.text.text) is not None


def _promises(heading: Heading, part: Part, beside: bool) -> bool:
    """Whether a reader would take a heading for one more step; `beside` some that are read."""
    line = heading.text.line
    if heading is part.heading and part.kind is not SectionKind.OTHER:
        return False
    numbered = beside and part.kind is not SectionKind.OTHER and BARE.fullmatch(line)
    marked = part.kind is SectionKind.ACTIONS and REVERSIBILITY.search(line)
    return bool(numbered or marked or STEP.fullmatch(line) or _LIKE_A_STEP.match(line))


def cut(line: str) -> str:
    """The line as messages quote it: at most 60 characters."""
    return line if len(line) <= 60 else f"{line[:57].rstrip()}..."
