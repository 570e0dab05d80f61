"""A document cut by its headings: title, sections, and the headed parts inside a section."""

import re
from functools import cached_property

from runner.document.blocks import Block, Heading
from runner.document.nodes import Node, build_nodes
from runner.document.rich_text import RichText
from runner.model.frozen import frozen
from runner.model.runbook import SectionKind

_ORNAMENT = re.compile(r"^[^\w(]+|[^\w)]+$")
"""Emoji and other signs at the ends of a heading."""
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[IVX]+[.)])\s+")
_STEP_OR_ACTION = re.compile(r"[^\w]*(?:\d+[.)]\s*)?(?:step|action)\s+\d", re.I)
_RECOGNISED: tuple[tuple[str, SectionKind], ...] = (
    (r"when (?:not|never) to use|not for", SectionKind.WHEN_NOT_TO_USE),
    (r"when to use|use this runbook when|symptoms", SectionKind.WHEN_TO_USE),
    (r"scope", SectionKind.SCOPE),
    (r"(?:immediate )?safety checks?", SectionKind.SAFETY),
    (
        r"(?:diagnos(?:is|tics?)|triage|investigation|troubleshooting)(?: flow| steps)?",
        SectionKind.DIAGNOSIS,
    ),
    (r"action steps?|actions|remediation(?: steps)?", SectionKind.ACTIONS),
    (r"verification|verify(?: .*)?", SectionKind.VERIFICATION),
    (r"rollback.*|escalation.*", SectionKind.ROLLBACK),
    (r"evidence.*|audit notes", SectionKind.EVIDENCE),
    (r"post-? ?incident.*|follow-? ?ups?.*", SectionKind.FOLLOW_UPS),
)


@frozen
class Part:
    """A heading with the blocks below it, up to the next heading of its level or above."""

    heading: Heading
    blocks: tuple[Block, ...]
    kind: SectionKind = SectionKind.OTHER

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The lines of the part, its heading first."""
        return build_nodes((self.heading, *self.blocks))


@frozen
class Outline:
    """The title, what stands before the first section, and the sections."""

    title: RichText | None
    preamble: tuple[Block, ...]
    sections: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The sections, and before them what stands above the first: an introduction, or steps."""
        if not self.preamble:
            return self.sections
        line = self.preamble[0].line
        has_steps = any(isinstance(block, Heading) for block in self.preamble)
        kind = SectionKind.OTHER if has_steps else SectionKind.SCOPE
        nothing = Heading(1, RichText("", (0,)), line, line)
        return (Part(nothing, self.preamble, kind), *self.sections)


def outline(blocks: tuple[Block, ...]) -> Outline:
    """Cut a document into its sections: the headings of the level that section names have."""
    headings = [b for b in blocks if isinstance(b, Heading)]
    title = headings[0] if headings and _is_title(headings[0], headings[1:]) else None
    rest = [h for h in headings if h is not title]
    named = [h.level for h in rest if section_kind(h.text)]
    level = min(named or [h.level for h in rest] or [2])
    parts = cut(blocks, level, skip=title)
    before = next((i for i, b in enumerate(blocks) if _begins_section(b, level, title)), None)
    preamble = tuple(b for b in blocks[:before] if b is not title)
    known = (Part(p.heading, p.blocks, section_kind(p.heading.text) or p.kind) for p in parts)
    return Outline(title.text if title else None, preamble, tuple(known))


def cut(blocks: tuple[Block, ...], level: int, skip: Heading | None = None) -> tuple[Part, ...]:
    """The parts that headings of `level` or above begin; what stands before them is left out."""
    parts: list[Part] = []
    for block in blocks:
        if _begins_section(block, level, skip) and isinstance(block, Heading):
            parts.append(Part(block, ()))
        elif parts and block is not skip:
            parts[-1] = Part(parts[-1].heading, (*parts[-1].blocks, block))
    return tuple(parts)


def section_kind(text: RichText) -> SectionKind | None:
    """Which canonical section a heading names, by its words; None where it names none."""
    words = _NUMBERING.sub("", _ORNAMENT.sub("", text.line))
    words = re.sub(r"\([^()]*\)", "", words).casefold()
    words = _ORNAMENT.sub("", words)
    words = re.sub(r"\b(?:this|the) runbook\b", "", words).strip()
    for pattern, kind in _RECOGNISED:
        if re.fullmatch(pattern, words):
            return kind
    return None


def _is_title(heading: Heading, below: list[Heading]) -> bool:
    """Whether the first heading is the title: `# Verify a deployment` is, above sections."""
    is_only = heading.level == 1 and all(other.level > 1 for other in below)
    if section_kind(heading.text) is not None:
        return is_only and any(section_kind(other.text) for other in below)
    return not _STEP_OR_ACTION.match(heading.text.line)


def _begins_section(block: Block, level: int, skip: Heading | None) -> bool:
    return isinstance(block, Heading) and block.level <= level and block is not skip
