"""What branches name: steps, actions, sections and runbooks that must exist."""

import re
from collections.abc import Iterator

from runner.checks.subject import Finding, Subject, place_name
from runner.conditions.names import plain_phrase
from runner.model.runbook import (
    Advice,
    Consequence,
    GoToSection,
    GoToStep,
    HandOver,
    Rerun,
    SectionKind,
    SeeAction,
    Step,
)

_LATER_IF = re.compile(r"\S\s+(?:if|unless|when|once|until|as soon as)\s", re.I)
_MOVES = re.compile(
    r"(?:continue|go|skip|proceed|return|jump|stop|escalate|re-?run|repeat)\b"
    r"|(?:see|apply|run|take|do)\s+action\b|.*\b(?:step|action)\s+\d",
    re.I,
)


def dangling_steps(subject: Subject) -> Iterator[Finding]:
    """RB201: a step that is named and not there."""
    for _, consequence in _consequences(subject):
        if not isinstance(consequence, GoToStep | Rerun) or consequence.step is None:
            continue
        if consequence.step not in subject.program.step:
            numbers = ", ".join(step.id.number for step in subject.runbook.steps)
            yield Finding(
                f"there is no Step {consequence.step.number}",
                consequence.span,
                f"the runbook has the steps {numbers}" if numbers else "the runbook has no step",
            )


def dangling_actions(subject: Subject) -> Iterator[Finding]:
    """RB202: an action that is named and not there."""
    for _, consequence in _consequences(subject):
        if isinstance(consequence, SeeAction) and not subject.runbook.action(consequence.action):
            numbers = ", ".join(action.number for action in subject.runbook.actions)
            yield Finding(
                f"there is no Action {consequence.action}",
                consequence.span,
                f"the runbook has the actions {numbers}"
                if numbers
                else "write it under Action Steps: `### Action 1: title (REVERSIBLE)`",
            )


def unknown_runbooks(subject: Subject) -> Iterator[Finding]:
    """RB203: a runbook that is named and not known here."""
    known = {_runbook_words(name) for name in subject.known.runbooks}
    for _, consequence in _consequences(subject):
        if isinstance(consequence, HandOver) and _runbook_words(consequence.runbook) not in known:
            yield Finding(
                f'no runbook here is called "{consequence.runbook}"',
                subject.within(consequence.span, consequence.runbook),
                _similar(subject, consequence.runbook)
                or "a hand-over names it for the next person; it cannot be opened from here",
            )


def conditional_consequences(subject: Subject) -> Iterator[Finding]:
    """RB206: a move with a condition of its own, which no run can follow by itself."""
    for _, consequence in _consequences(subject):
        words = consequence.text
        if isinstance(consequence, Advice) and is_conditional(words):
            yield Finding(
                f'"{words}" has a condition of its own: it is left to a person',
                consequence.span,
                "make it a branch: `If …: …`",
            )


def is_conditional(advice: str) -> bool:
    """Whether advice moves on and has a condition of its own, which RB206 speaks of."""
    return bool(_LATER_IF.search(advice) and _MOVES.match(advice))


def dangling_sections(subject: Subject) -> Iterator[Finding]:
    """RB207: a section that is named and not there."""
    for step, consequence in _consequences(subject):
        if isinstance(consequence, GoToSection) and _is_missing(subject, consequence.section):
            kind = consequence.section.value
            yield Finding(
                f"{place_name(step)} leads to {kind}, which the runbook does not have",
                consequence.span,
                f"add the section `## {kind}`, or name another target",
            )


def sections_missed(subject: Subject) -> frozenset[SectionKind]:
    """The sections that branches lead to and that are not there: RB207 speaks of them."""
    named = (c.section for _, c in _consequences(subject) if isinstance(c, GoToSection))
    return frozenset(kind for kind in named if _is_missing(subject, kind))


def _is_missing(subject: Subject, kind: SectionKind) -> bool:
    if kind is SectionKind.DIAGNOSIS:
        return False  # a diagnosis without steps is a matter of RB003
    if kind is SectionKind.ACTIONS and subject.runbook.actions:
        return False
    return subject.runbook.section(kind) is None


def _consequences(subject: Subject) -> Iterator[tuple[Step, Consequence]]:
    for step, branch, _ in subject.branches():
        for consequence in branch.consequences:
            yield step, consequence


def _similar(subject: Subject, name: str) -> str:
    from difflib import get_close_matches

    known = {_runbook_words(known): known for known in subject.known.runbooks}
    near = get_close_matches(_runbook_words(name), known, n=1, cutoff=0.7)
    return f'did you mean "{known[near[0]]}"?' if near else ""


def _runbook_words(name: str) -> str:
    return plain_phrase(name).removesuffix(" runbook")
