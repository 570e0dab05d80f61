"""Conditions of branches, expectations and triggers: what no run could decide as it is written."""

from collections.abc import Iterator

from runner.checks.subject import Finding, Judged, Subject, in_a_row
from runner.checks.wording import condition_leaves, looks_below, undeclared_state
from runner.conditions.binding import ForPerson, PersonBecause, person_parts
from runner.conditions.showing import show_bound
from runner.conditions.vocabulary import OutputRef
from runner.model.conditions import Comparison
from runner.model.values import OutputType

_NO_NUMBERS = frozenset(
    {
        OutputType.FLAG,
        OutputType.ENUM,
        OutputType.TEXT,
        OutputType.TIMESTAMP,
        OutputType.TABLE,
        OutputType.CHART,
    }
)


def no_consequence(subject: Subject) -> Iterator[Finding]:
    """RB101: a branch that says nothing of what follows; a fence below it says something."""
    for step, branch, _ in subject.branches():
        if not branch.consequences and not looks_below(subject.runbook.source, step, branch):
            yield Finding(
                f'nothing follows from "{branch.text}"',
                subject.visible(branch.span),
                "say where to go or what to do behind the colon",
            )


def unreadable(subject: Subject) -> Iterator[Finding]:
    """RB102: an empty condition, or one that compares nothing."""
    for _, part in _persons(subject, PersonBecause.NO_READING):
        what = f'"{part.text}" names nothing that is compared' if part.text else "it is empty"
        yield Finding(
            f"the condition cannot be read: {what}",
            subject.visible(part.span),
            "write what must be so, such as `If Success Rate < 95%`",
        )


def other_dimension(subject: Subject) -> Iterator[Finding]:
    """RB103: an output against a bound that measures something else."""
    for judged, part in _persons(subject, PersonBecause.DIMENSION):
        spec = part.candidates[0].spec
        if spec.type not in _NO_NUMBERS:
            unit = f" in {spec.unit}" if spec.unit else ""
            yield Finding(
                f"{spec.name} is a {spec.type.value}{unit} and cannot be compared "
                f"with {_bound_of(judged, part)}",
                part.span,
                "write the bound in a unit of the output",
            )


def for_a_person(subject: Subject) -> Iterator[Finding]:
    """RB104: a branch that no output decides, in a step whose KEYs are all known."""
    for judged, part in _undeclared(subject):
        if judged.is_branch:
            keys, hint = _keys_and_outputs(judged, part)
            yield Finding(
                f'"{part.text}" is no output of {keys}: a person will be asked', part.span, hint
            )


def ambiguous_output(subject: Subject) -> Iterator[Finding]:
    """RB105: words that several outputs go by."""
    for _, part in _persons(subject, PersonBecause.AMBIGUOUS):
        refs = tuple(f"{ref.spec.name} of {ref.key.text}" for ref in part.candidates)
        yield Finding(
            f'"{part.text}" may mean {in_a_row(refs)}',
            part.span,
            "use a name, label or alias that only one of them has",
        )


def no_presence(subject: Subject) -> Iterator[Finding]:
    """RB106: presence of an output that is neither a count, a table nor a flag."""
    for _, part in _persons(subject, PersonBecause.NO_PRESENCE):
        spec = part.candidates[0].spec
        values = f", such as `{spec.label} is {spec.values[0]}`" if spec.values else ""
        yield Finding(
            f'"{part.text}" asks whether {spec.name} is there, which is not defined for a '
            f"{spec.type.value}: a person will be asked",
            part.span,
            f"compare it{values}",
        )


def unknown_state(subject: Subject) -> Iterator[Finding]:
    """RB107: a value that an enumerated output does not declare."""
    for judged, part in _persons(subject, PersonBecause.NOT_DECLARED):
        found = undeclared_state(part.text, judged.vocabulary, judged.is_branch)
        if found:
            spec = found.output.spec
            yield Finding(
                f'{spec.name} is never "{found.state}": a person will be asked',
                part.span,
                f"its values are {in_a_row(spec.values)}",
            )


def no_number(subject: Subject) -> Iterator[Finding]:
    """RB108: a comparison of an output that is no number."""
    for judged, part in _persons(subject, PersonBecause.DIMENSION):
        spec = part.candidates[0].spec
        if spec.type in _NO_NUMBERS:
            yield Finding(
                f"{spec.name} is a {spec.type.value} and cannot be compared with "
                f"{_bound_of(judged, part)}: a person will be asked",
                part.span,
                "ask for its presence or its state, or compare an output that counts",
            )


def unmeasured_expectation(subject: Subject) -> Iterator[Finding]:
    """RB112: an expectation that no output decides, where KEYs run."""
    for judged, part in _undeclared(subject):
        if not judged.is_branch:
            keys, hint = _keys_and_outputs(judged, part)
            yield Finding(
                f'"{part.text}" is no output of {keys}: nothing checks this expectation, and no '
                "run can be healthy",
                part.span,
                hint,
            )


def _persons(subject: Subject, because: PersonBecause) -> Iterator[tuple[Judged, ForPerson]]:
    for judged in subject.judged:
        for part in person_parts(judged.bound):
            if part.because is because:
                yield judged, part


def _undeclared(subject: Subject) -> Iterator[tuple[Judged, ForPerson]]:
    for judged, part in _persons(subject, PersonBecause.NOT_DECLARED):
        known = judged.step is not None and subject.knows_all_keys_of(judged.step)
        if known and not undeclared_state(part.text, judged.vocabulary, judged.is_branch):
            yield judged, part


def _keys_and_outputs(judged: Judged, part: ForPerson) -> tuple[str, str]:
    calls = judged.step.invocations if judged.step else ()
    keys = tuple(dict.fromkeys(call.key.text for call in calls))
    near = part.candidates or judged.vocabulary.outputs[:3]
    shown = in_a_row(tuple(_shown(ref) for ref in near))
    mend = "rename, or add the alias in key.json"
    hint = f"it publishes {shown}; {mend}" if near else "the KEY publishes no output"
    return f"KEY{'s' if len(keys) > 1 else ''} {in_a_row(keys)}", hint


def _shown(ref: OutputRef) -> str:
    return f'{ref.spec.name} ("{ref.spec.label}")'


def _bound_of(judged: Judged, part: ForPerson) -> str:
    leaves = condition_leaves(judged.condition)
    bounds = (b.bound for b in leaves if isinstance(b, Comparison) and b.span == part.span)
    return next((show_bound(bound) for bound in bounds), "that bound")
