"""Data in and out of KEYs: embedded analysis, tables handed from step to step, evidence."""

import re
from collections.abc import Iterator

from runner.checks.subject import Finding, Subject, in_a_row, place_name
from runner.conditions.vocabulary import Vocabulary
from runner.model.identity import PlaceKind
from runner.model.runbook import Fence, InputSpec, SectionKind
from runner.model.source import Span
from runner.model.values import OutputType

_LONG_FENCE = 10
_PYTHON = ("python", "python3", "py", "ipython")
_ANALYSIS = re.compile(
    r"^\s*(?:import|from)\s+(?:pandas|numpy|polars|scipy|sklearn|matplotlib|seaborn|duckdb|"
    r"pyarrow|statsmodels|altair|plotly)\b",
    re.M,
)
_ALL_OUTPUTS = re.compile(r"\b(?:all|every|each)\b[^\n]*\bKEYs?\b[^\n]*\boutputs?\b", re.I)


def embedded_analysis(subject: Subject) -> Iterator[Finding]:
    """RB306: analysis written into the runbook."""
    for step in subject.everywhere:
        for fence in step.fences:
            if _is_analysis(fence):
                lines = sum(1 for line in fence.text.splitlines() if line.strip())
                yield Finding(
                    f"{place_name(step)} holds {lines} lines of analysis code",
                    _first_line(subject, fence),
                    "move it to a notebook under jupyter-keys/ and call that KEY",
                )


def unpublished_inputs(subject: Subject) -> Iterator[Finding]:
    """RB310: an input from a step whose KEYs publish no table of that name."""
    for step in subject.everywhere:
        for call in step.invocations:
            for given in call.inputs:
                why = _why_not_made(subject, given)
                if why:
                    yield Finding(f'"{given.text}": {why[0]}', given.span, why[1])


def missing_evidence(subject: Subject) -> Iterator[Finding]:
    """RB308: a KEY whose outputs neither the evidence section nor its step keeps."""
    section = subject.runbook.section(SectionKind.EVIDENCE)
    if section is None or _ALL_OUTPUTS.search(_text_below(subject, section.span)):
        return
    kept = set(subject.runbook.evidence_keys)
    for step in subject.everywhere:
        if any(field.label.casefold() == "evidence" for field in step.fields):
            kept |= {call.key for call in step.invocations}
    for key in dict.fromkeys(call.key for _, call in subject.calls()):
        if key not in kept:
            yield Finding(
                f"the outputs of {key.text} are not among the artifacts to save",
                section.span,
                f"list them: `- Analysis results (`{key.text}`)`",
            )


def _is_analysis(fence: Fence) -> bool:
    language = (fence.language.casefold().split() or [""])[0].strip("{}")
    filled = [line for line in fence.text.splitlines() if line.strip()]
    long = len(filled) > _LONG_FENCE
    return language in _PYTHON and long and _ANALYSIS.search(fence.text) is not None


def _first_line(subject: Subject, fence: Fence) -> Span:
    """The line that opens a fence, without its indentation."""
    text = subject.runbook.source.text[fence.span.start : fence.span.end]
    line = (text.splitlines() or [""])[0]
    start = fence.span.start + len(line) - len(line.lstrip())
    return Span(start, fence.span.start + len(line.rstrip()))


def _why_not_made(subject: Subject, given: InputSpec) -> tuple[str, str] | None:
    """What is wrong with an input from an earlier step, and the hint; a person's step may be."""
    if given.produced_by is None:
        return None
    number = given.produced_by.number
    step = subject.program.step.get(given.produced_by)
    if step is None or given.produced_by.kind is not PlaceKind.STEP:
        return f"there is no Step {number}", "name the step that makes it"
    if not subject.knows_all_keys_of(step):
        return None
    vocabulary = subject.program.vocabulary(step)
    named = vocabulary.named(given.product)
    if len(named) == 1 and named[0].spec.type is OutputType.TABLE:
        return None
    if len(named) > 1:
        return f"several outputs of Step {number} have that name", "use a name only one has"
    if named:
        what = f"Step {number} publishes {named[0].spec.name} as a {named[0].spec.type.value}"
        return f"{what}, and only a table can be an input", _tables(vocabulary)
    return f"Step {number} publishes no table of that name", _tables(vocabulary)


def _tables(vocabulary: Vocabulary) -> str:
    specs = (ref.spec for ref in vocabulary.outputs if ref.spec.type is OutputType.TABLE)
    tables = tuple(f'{spec.name} ("{spec.label}")' for spec in specs)
    return f"it publishes the tables {in_a_row(tables)}" if tables else "it publishes no table"


def _text_below(subject: Subject, heading: Span) -> str:
    starts = (section.span.start for section in subject.runbook.sections)
    end = min((start for start in starts if start > heading.start), default=None)
    return subject.runbook.source.text[heading.end : end]
