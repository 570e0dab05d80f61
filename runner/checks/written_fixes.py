"""Lines that lint can write by itself, since a contract says what stands in them.

What a KEY gives and which questions it answers are notes for the reader, as is the list of
artifacts to save: no condition is bound to them. A line is only written where it is plain to which
list it belongs; `runner.checks.fixes` checks that nothing a run decides by has changed.
"""

import re
from collections.abc import Iterable, Iterator

from runner.checks.edit import Edit
from runner.checks.subject import Subject
from runner.model.contract import KeyContract
from runner.model.identity import KeyName
from runner.model.runbook import KeyInvocation, SectionKind
from runner.model.source import SourceText, Span

NO_OUTPUT, NO_QUESTIONS, NO_EVIDENCE = "RB304", "RB305", "RB308"
_ITEM = re.compile(r"[ \t]*[-*+][ \t]+")
_PLAIN = re.compile(r"[\w ,.;:?%()/'-]+")
_SPANS = ("data_from", "data_to")
"""Outputs that every KEY has and nobody reads a report for."""


def written_lines(subject: Subject, left: set[tuple[str, Span]]) -> Iterator[Edit]:
    """The lines for what is left of the findings, each a list item behind another one."""
    for step in subject.runbook.steps:
        for call in step.invocations:
            contract = subject.program.by_key.get(call.key)
            codes = {code for code in (NO_OUTPUT, NO_QUESTIONS) if (code, call.span) in left}
            if contract and codes:
                yield from _behind_call(subject.runbook.source, call, _notes(contract, codes))
    yield from _behind_evidence(subject, left)


def _notes(contract: KeyContract, codes: set[str]) -> tuple[str, ...]:
    lines: list[str] = []
    outputs = [spec.label or spec.name for spec in contract.outputs if spec.name not in _SPANS]
    if NO_OUTPUT in codes and outputs:
        lines.append(f"- **Output**: {'; '.join(outputs)}")
    if NO_QUESTIONS in codes and contract.questions:
        lines.append("- **Questions Answered**:")
        lines += [f"  - {question}" for question in contract.questions]
    return tuple(lines)


def _behind_call(source: SourceText, call: KeyInvocation, lines: tuple[str, ...]) -> Iterator[Edit]:
    number = source.position(call.span.start).line - 1
    item = _ITEM.match(source.lines[number])
    if item and lines and _ends_there(source, number):
        yield _inserted(source, number, item[0], lines)


def _behind_evidence(subject: Subject, left: set[tuple[str, Span]]) -> Iterator[Edit]:
    """The KEYs that the evidence section does not name, behind the last item of its last list."""
    section = subject.runbook.section(SectionKind.EVIDENCE)
    if section is None or (NO_EVIDENCE, section.span) not in left:
        return
    source = subject.runbook.source
    starts = [s.span.start for s in subject.runbook.sections if s.span.start > section.span.start]
    end = source.position(min(starts)).line - 1 if starts else len(source.lines)
    begin = source.position(section.span.end).line
    items = [n for n in range(begin, end) if re.match(r"[-*+] ", source.lines[n])]
    if items and _ends_there(source, items[-1]):
        lines = tuple(f"- Analysis results (`{key.text}`)" for key in _not_kept(subject))
        yield _inserted(source, items[-1], source.lines[items[-1]][:2], lines)


def _not_kept(subject: Subject) -> Iterable[KeyName]:
    kept = set(subject.runbook.evidence_keys)
    for step in subject.everywhere:
        if any(field.label.casefold() == "evidence" for field in step.fields):
            kept |= {call.key for call in step.invocations}
    called = dict.fromkeys(call.key for _, call in subject.calls())
    return [key for key in called if key not in kept]


def _ends_there(source: SourceText, number: int) -> bool:
    """Whether an item is one line: what follows is nothing, or another item beside it."""
    if number + 1 >= len(source.lines):
        return True
    here, below = source.lines[number], source.lines[number + 1]
    beside = _ITEM.match(below)
    indent = len(here) - len(here.lstrip())
    return not below.strip() or (beside is not None and len(below) - len(below.lstrip()) <= indent)


def _inserted(source: SourceText, number: int, bullet: str, lines: tuple[str, ...]) -> Edit:
    """`lines`, written as items with the bullet of the one that they follow."""
    at = source.line_starts[number] + len(source.lines[number])
    end = "\r\n" if source.text[at : at + 2] == "\r\n" else "\n"
    below = " " * len(bullet)
    shown = (
        bullet + line[2:] if line.startswith("- ") else below + line[2:]
        for line in lines
        if _PLAIN.sub("", line.replace("*", "").replace("`", "")) == ""
    )
    return Edit(Span(at, at), "".join(end + line for line in shown))
