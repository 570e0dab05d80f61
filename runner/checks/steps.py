"""The numbers of steps and actions, and what a step says about when it is due."""

import re
from collections.abc import Iterable, Iterator

from runner.checks.subject import Finding, Subject, place_name
from runner.model.identity import PlaceKind, StepId
from runner.model.numbering import NUMBER, plain_number
from runner.model.source import Span

_NUMBER = re.compile(r"\d+")
_STEP = re.compile(rf"\bsteps?\s+({NUMBER})", re.I)


def duplicate_steps(subject: Subject) -> Iterator[Finding]:
    """RB004: two steps with one number."""
    numbered = ((step.id.number, step.span) for step in subject.runbook.steps)
    return _duplicates(subject, "Step", numbered)


def duplicate_actions(subject: Subject) -> Iterator[Finding]:
    """RB005: two actions with one number."""
    numbered = ((action.number, action.span) for action in subject.runbook.actions)
    return _duplicates(subject, "Action", numbered)


def number_gaps(subject: Subject) -> Iterator[Finding]:
    """RB006: a step whose number does not follow the one before; 2a and 2b both follow 2."""
    before = 0
    seen: set[str] = set()
    for step in subject.runbook.steps:
        digits = _NUMBER.match(step.id.number)
        number = int(digits[0]) if digits else before
        in_order = number in (before, before + 1) or (number == 0 and not seen)
        if not in_order and step.id.number not in seen:
            what = f"follows Step {before}" if seen else "is the first one"
            yield Finding(
                f"{place_name(step)} {what}: a number is missing or out of order",
                step.span,
                "number the steps in the order in which they stand, and mend the targets",
            )
        seen.add(step.id.number)
        before = number


def when_names_no_step(subject: Subject) -> Iterator[Finding]:
    """RB208: a When that speaks of a step that is not there."""
    for step in subject.everywhere:
        for field in step.fields:
            if field.label.casefold() not in ("when", "when to run"):
                continue
            for match in _STEP.finditer(field.text):
                number = plain_number(match[1])
                if StepId(PlaceKind.STEP, number) not in subject.program.step:
                    yield Finding(
                        f"there is no Step {number} that {place_name(step)} could wait for",
                        subject.within(field.span, match[0]),
                        "name a step of this runbook, or say the condition in other words",
                    )


def _duplicates(
    subject: Subject, word: str, numbered: Iterable[tuple[str, Span]]
) -> Iterator[Finding]:
    first: dict[str, Span] = {}
    for number, span in numbered:
        if number in first:
            line = subject.runbook.source.position(first[number].start).line
            yield Finding(
                f"there is a {word} {number} already, on line {line}",
                span,
                f"give it a number of its own: a target `{word} {number}` means the first one",
            )
        first.setdefault(number, span)
