"""Headings, and lines in their place, that look like a step and are not read as one."""

import re
from collections.abc import Iterable, Iterator

from runner.document.blocks import Block, Heading, ListBlock, Paragraph, Quote, TableBlock
from runner.document.check_lists import is_table_of_checks
from runner.document.headed import BARE, REVERSIBILITY, STEP, is_prohibition
from runner.document.nodes import build_nodes, is_conditional
from runner.document.outline import Part
from runner.document.rich_text import RichText
from runner.model.diagnostics import Diagnostic, Severity
from runner.model.numbering import GAP, NUMBER, ORDINAL
from runner.model.runbook import Runbook, SectionKind

_ORDINAL = rf"(?:{ORDINAL}|next|final|last)"
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
_NO_ACTION = re.compile(r"[^\w]*(?:none|no|nothing|see|do\s+not|don['’]t|never|n/a|not)\b", re.I)
"""Items of Action Steps that name no action: `None: this runbook only looks`."""
_HINTS = {
    SectionKind.DIAGNOSIS: "number it: `### Step 1: title`",
    SectionKind.OTHER: "number it: `### Step 1: title`",
    SectionKind.ACTIONS: "number it: `### Action 1: title (REVERSIBLE)`",
    SectionKind.SAFETY: "make it an item of a numbered list, or `### Check 1: title`",
}


def unread_headings(part: Part, runbook: Runbook) -> Iterator[Diagnostic]:
    """Headings that look like a step, an action or a check, at the level of those that are one."""
    if part.kind is SectionKind.VERIFICATION:
        yield from _unread_tables(part)
    hint = _HINTS.get(part.kind)
    if hint is None:
        return
    read = {step.span.start for step in runbook.places}
    read |= {action.span.start for action in runbook.actions}
    for block in part.blocks:
        if isinstance(block, Paragraph) and _is_bold_heading(block):
            yield _unread(block.text, "make it a heading: `### Step 1: title`")
        for text in _in_html(block):
            if NAMES_A_PLACE.match(text.text):
                yield _unread(text, "write it in Markdown: `### Step 1: title`")
    if part.kind is SectionKind.ACTIONS and not runbook.actions:
        yield from _unread_items(part.blocks, hint)
    headings = [b for b in (part.heading, *part.blocks) if isinstance(b, Heading)]
    level = max((h.level for h in headings if h.text.span().start in read), default=6)
    for heading in headings:
        is_read = heading.text.span().start in read
        if not is_read and heading.level <= level and _promises(heading, part, level < 6):
            yield _unread(heading.text, hint)


def _unread_items(blocks: Iterable[Block], hint: str) -> Iterator[Diagnostic]:
    """The items of a list that stands where actions are looked for, where none was read."""
    before: Block | None = None
    for block in blocks:
        items = block.items if isinstance(block, ListBlock) else ()
        if before is None or not is_prohibition(before):
            for item in items:
                first = item.blocks[0] if item.blocks else None
                if isinstance(first, Paragraph) and not _is_no_action(first.text):
                    message = (
                        f'"{cut(first.text.line)}" looks like an action and is not read as one'
                    )
                    yield Diagnostic("RB013", Severity.WARNING, message, first.text.span(), hint)
        before = block


def _is_no_action(text: RichText) -> bool:
    return is_conditional(text) or _NO_ACTION.match(text.text) is not None


def _unread_tables(part: Part) -> Iterator[Diagnostic]:
    """Tables of a verification whose header does not say that their rows are checks."""
    for block in part.blocks:
        rows = block.rows if isinstance(block, TableBlock) and not is_table_of_checks(block) else ()
        first = next((cell for row in rows for cell in row if cell.text), None)
        if first and not any(is_conditional(row[0]) for row in rows):
            hint = "name the columns `Check` and `Success`, or write a list"
            yield _unread(first, hint, "a check")


def _unread(text: RichText, hint: str, what: str = "a step") -> Diagnostic:
    message = f'"{cut(text.line)}" looks like {what} and is not read as one'
    return Diagnostic("RB013", Severity.WARNING, message, text.span(), hint)


def _in_html(block: Block) -> Iterator[RichText]:
    """The lines of a block of HTML; of any other block none."""
    if isinstance(block, Quote) and block.is_html:
        yield from (node.text for node in build_nodes(block.blocks))


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
