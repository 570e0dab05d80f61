"""Instructions of branches that send a reader somewhere, where a run only shows the sentence."""

import re
from collections.abc import Iterator

from runner.checks.subject import Finding, Subject
from runner.checks.targets import is_conditional
from runner.document.mentions import (
    condition_with_a_target,
    key_to_run,
    mentions_a_target,
    moves_a_reader,
)
from runner.model.runbook import Advice, Branch, Step
from runner.model.source import Span

_LINK = re.compile(
    r"(?:see|use|follow|open|go\s+to)\b[^\[]{0,30}\[[^\]]*\]\([^()\s]*\.md[)#]", re.I
)
_HALF_A_CONDITION = re.compile(r"(?P<more>and|but|or)\b[^:]{1,80}:\s", re.I)
"""A line below a branch that goes on with its condition: `or B: restart it`."""


_LISTED = re.compile(
    r"\b(?:all|any|both|either|one|each|none)\s+of\s+(?:the\s+following|these|those)\b"
    r"|\bthe\s+following\s+(?:is|are|hold|apply|conditions)\b",
    re.I,
)


def targets_in_advice(subject: Subject) -> Iterator[Finding]:
    """RB210: advice that names a place to go to: a run does not follow it."""
    for step, branch, _ in subject.branches():
        if _has_listed_conditions(branch):
            yield Finding(
                f'the list below "{branch.text}" is read as advice, not as conditions',
                branch.span,
                "write the conditions on the line: `If A and B: …`",
            )
            continue
        if condition_with_a_target(branch.text):
            yield Finding(
                f'"{branch.text}" was read as a condition, with the target that it names',
                branch.span,
                "part the condition from what follows by a colon: `If A: see Action 1`",
            )
            continue
        for number, consequence in enumerate(branch.consequences):
            words = consequence.text
            if not isinstance(consequence, Advice) or is_conditional(words):
                continue
            leads = mentions_a_target(words) or moves_a_reader(words) or _calls(words, step)
            links = _links_to_a_runbook(subject, consequence.span)
            if leads or links or _goes_on(words, is_first=number == 0):
                yield Finding(
                    f'"{words}" is advice: a run does not follow it',
                    consequence.span,
                    "give the target a clause of its own (`…; see Action 1`), or write `If …: …`",
                )


def _has_listed_conditions(branch: Branch) -> bool:
    """Whether a branch has its conditions in the list below it, where consequences stand."""
    advised = any(isinstance(c, Advice) for c in branch.consequences)
    return advised and _LISTED.search(branch.text) is not None


def _goes_on(words: str, is_first: bool) -> bool:
    """Whether the words go on with the condition above them; `and` may begin an instruction."""
    half = _HALF_A_CONDITION.match(words)
    return half is not None and (is_first or half["more"].casefold() == "or")


def _calls(words: str, step: Step) -> bool:
    """Whether the words call a KEY that the step does not call."""
    key = key_to_run(words)
    return bool(key) and key not in (call.key.text for call in step.invocations)


def _links_to_a_runbook(subject: Subject, span: Span) -> bool:
    """Whether an instruction is to follow a link to another Markdown file."""
    text = subject.runbook.source.text[span.start : span.end + 200].split("\n", 1)[0]
    return _LINK.match(text) is not None
