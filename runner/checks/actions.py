"""Actions: what a person must know before, during and after changing something."""

import re
from collections.abc import Iterator

from runner.checks.subject import Finding, Subject
from runner.model.numbering import NUMBER, plain_number
from runner.model.runbook import Action, Reversibility, SectionKind

_BEFORE = ("precondition", "prerequisite", "when", "only if")
_BACK = ("rollback", "roll back", "undo", "revert")
_AFTER = ("verif", "success", "check")


def no_precondition(subject: Subject) -> Iterator[Finding]:
    """RB401: an action that does not say when it may be done."""
    for action in subject.runbook.actions:
        if not _says(action, _BEFORE):
            yield _lacks(action, "when it may be done", "`**Precondition**: …`")


def no_rollback(subject: Subject) -> Iterator[Finding]:
    """RB402: a reversible action that does not say how to undo it, nor does Rollback."""
    undone = _undone_elsewhere(subject)
    for action in subject.runbook.actions:
        final = action.reversibility is Reversibility.IRREVERSIBLE
        if not final and action.number not in undone and not _says(action, _BACK):
            yield _lacks(action, "how to undo it", "`**Rollback**: …`")


def no_verification(subject: Subject) -> Iterator[Finding]:
    """RB403: an action that does not say how to see that it worked."""
    for action in subject.runbook.actions:
        if not _says(action, _AFTER):
            yield _lacks(action, "how to see that it worked", "`**Verification**: …`")


def no_warning(subject: Subject) -> Iterator[Finding]:
    """RB404: an irreversible action that does not say what is lost."""
    for action in subject.runbook.actions:
        final = action.reversibility is Reversibility.IRREVERSIBLE
        if final and not _says(action, ("warning", "⚠", "caution", "danger")):
            yield _lacks(action, "what cannot be undone", "`**Warning**: …`")


def reversibility_unstated(subject: Subject) -> Iterator[Finding]:
    """RB405: an action whose title does not say whether it can be undone."""
    for action in subject.runbook.actions:
        if action.reversibility is Reversibility.UNSTATED:
            yield Finding(
                f"Action {action.number} does not say whether it can be undone",
                action.span,
                "end the title with (REVERSIBLE) or (IRREVERSIBLE - why)",
            )


def _lacks(action: Action, what: str, field: str) -> Finding:
    return Finding(f"Action {action.number} does not say {what}", action.span, f"add {field}")


def _says(action: Action, words: tuple[str, ...]) -> bool:
    """Whether a field whose label begins with one of the words, or a list below it, says it."""
    return any(_plain(field.label).startswith(words) and field.text for field in action.fields)


def _plain(label: str) -> str:
    return label.casefold().strip(" *_:")


def _undone_elsewhere(subject: Subject) -> set[str]:
    """The actions that the Rollback section speaks of by number."""
    runbook = subject.runbook
    section = runbook.section(SectionKind.ROLLBACK)
    if section is None:
        return set()
    starts = (other.span.start for other in runbook.sections)
    end = min((start for start in starts if start > section.span.start), default=None)
    text = runbook.source.text[section.span.end : end]
    return {plain_number(n) for n in re.findall(rf"\baction\s+({NUMBER})", text, re.I)}
