"""Calls of KEYs: whether the KEY exists, and whether the call says what the seed asks for."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from runner.checks.subject import Finding, Subject, place_name
from runner.model.identity import KeyName
from runner.model.runbook import KeyInvocation, Step

_NO_KEY = re.compile(r"(?:none|n/?a|[-–—]*)(?:\s*\(.*\))?", re.I)
_NAME = re.compile(r"\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+\b")
_RUNNABLE = re.compile(r"[\w./\-]*", re.A)


def unknown_keys(subject: Subject) -> Iterator[Finding]:
    """RB301: a notebook KEY that is not installed, once for each name."""
    told: set[KeyName] = set()
    calls = [(call, "its step is a person's") for _, call in subject.calls()]
    calls += [(call, "nobody can follow up with it") for call in subject.follow_ups()]
    for call, so in calls:
        if call.key in told or _is_installed(subject, call.key) or _whole_word(subject, call):
            continue
        told.add(call.key)
        yield Finding(
            f"KEY {call.key.text} is not installed: {so}",
            call.span,
            _similar(subject, call.key)
            or f"install it as jupyter-keys/{call.key.slug}/, or mend the name",
        )


def malformed_keys(subject: Subject) -> Iterator[Finding]:
    """RB302: a KEY field without a name of the right form, or a name that is part of a word."""
    for step in subject.everywhere:
        for call in step.invocations:
            if whole := _whole_word(subject, call):
                yield Finding(
                    f"`{whole}` is no name of a KEY",
                    call.span,
                    "a name is lower-case words joined by dashes, such as `jupyter-log-analysis`",
                )
        for field in step.fields:
            is_key = field.label.casefold() == "key" and not _NO_KEY.fullmatch(field.text)
            if is_key and not _NAME.search(field.text):
                yield Finding(
                    f"`{field.text}` is no name of a KEY: nothing is called here",
                    subject.within(field.span, field.text),
                    "a name is lower-case words joined by dashes, such as `jupyter-log-analysis`",
                )


def call_without_input(subject: Subject) -> Iterator[Finding]:
    """RB303: a call in a step that does not say what data to provide."""
    for step, call in _calls_of_steps(subject):
        contract = subject.program.by_key.get(call.key)
        needs_none = contract is not None and not contract.inputs
        if not call.inputs and not needs_none and not _says_input(subject, call):
            yield Finding(
                f"{place_name(step)} does not say what {call.key.text} reads",
                call.span,
                "add `**Input**: …`: which data, of which time, in which format",
            )


def call_without_output(subject: Subject) -> Iterator[Finding]:
    """RB304: a call in a step that does not say what to expect."""
    for step, call in _calls_of_steps(subject):
        reviewed = any(_begins(field.label, "review", "expected") for field in step.fields)
        if not call.expected_output and not reviewed:
            yield Finding(
                f"{place_name(step)} does not say what {call.key.text} gives",
                call.span,
                "add `**Output**: …`: what the reader will see, and what is normal",
            )


def call_without_questions(subject: Subject) -> Iterator[Finding]:
    """RB305: a call in a step that does not say which questions it answers."""
    for step, call in _calls_of_steps(subject):
        asked = any(_begins(field.label, "question") and field.text for field in step.fields)
        if not call.questions and not (asked and len(step.invocations) == 1):
            yield Finding(
                f"{place_name(step)} does not say which questions {call.key.text} answers",
                call.span,
                "add `**Questions Answered**:` with a list below it",
            )


def call_without_when(subject: Subject) -> Iterator[Finding]:
    """RB307: a step that calls a KEY and does not say when."""
    for step in subject.runbook.steps:
        calls = [call for call in step.invocations if call.key.is_notebook]
        told = any(field.label.casefold() in ("when", "when to run") for field in step.fields)
        if calls and not told:
            yield Finding(
                f"{place_name(step)} does not say when to run {calls[0].key.text}",
                step.span,
                "add `**When**: …`, such as `After Step 1` or `As soon as the export is there`",
            )


def location_disagrees(subject: Subject) -> Iterator[Finding]:
    """RB309: a Location that is not the notebook of the KEY."""
    for step in subject.everywhere:
        for call in step.invocations:
            path = PurePosixPath(_first_word(call.location))
            slug = call.key.slug
            names = [path.stem if path.suffix == ".ipynb" else path.name]
            if path.suffix == ".ipynb" and path.parent.name:
                names.append(path.parent.name)
            wrong = any(name != slug for name in names)
            if call.location_span and "/" in call.location and wrong:
                yield Finding(
                    f"this is not the notebook of {call.key.text}",
                    subject.visible(call.location_span),
                    f"it is at /jupyter-keys/{slug}/{slug}.ipynb",
                )


def _calls_of_steps(subject: Subject) -> Iterator[tuple[Step, KeyInvocation]]:
    steps = set(subject.runbook.steps)
    return ((step, call) for step, call in subject.calls() if step in steps)


def _is_installed(subject: Subject, key: KeyName) -> bool:
    return key in subject.program.by_key or key.text in subject.known.keys


def _similar(subject: Subject, key: KeyName) -> str:
    """A hint with the installed KEY whose slug is nearest; the prefix that all have aside."""
    from difflib import get_close_matches

    slugs = {KeyName(name).slug: name for name in subject.known.keys}
    near = get_close_matches(key.slug, slugs, n=1, cutoff=0.75)
    return f"did you mean `{slugs[near[0]]}`?" if near else ""


def _whole_word(subject: Subject, call: KeyInvocation) -> str:
    """The word that a name was cut out of; empty where the name stands alone."""
    text, start = subject.runbook.source.text, call.span.start
    while start > 0 and _RUNNABLE.fullmatch(text[start - 1]):
        start -= 1
    end = _RUNNABLE.match(text, call.span.end)
    word = text[start : end.end() if end else call.span.end].rstrip(".")
    return "" if word.strip("_") == call.key.text else word


def _says_input(subject: Subject, call: KeyInvocation) -> bool:
    """Whether the line of the call speaks of its input: "with the change calendar as input"."""
    source = subject.runbook.source
    line = source.lines[source.position(call.span.start).line - 1]
    return re.search(r"\binputs?\b", line, re.I) is not None


def _begins(label: str, *words: str) -> bool:
    return label.casefold().startswith(words)


def _first_word(text: str) -> str:
    return next(iter(text.split()), "").strip("`'\"()[]<>,;").rstrip("/")
