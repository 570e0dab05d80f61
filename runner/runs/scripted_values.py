"""Outputs as a rehearsal writes them: which are of the contract's type, and what they stand for."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from runner.interpreter.program import Program
from runner.model.contract import OutputSpec
from runner.model.identity import StepId
from runner.model.rehearsals import Case, RehearsalProblem
from runner.model.results import KeyFailure
from runner.model.values import Chart, OutputType, Table, Undefined, Value
from runner.runs.answers import plain_subject
from runner.runs.rehearsal_file import did_you_mean, place_of

_WORDS = {
    OutputType.COUNT: "a whole number",
    OutputType.FLAG: "true or false",
    OutputType.TEXT: "a text",
    OutputType.ENUM: "a text",
    OutputType.CHART: "a caption",
    OutputType.TIMESTAMP: "a time with its offset from UTC",
    OutputType.TABLE: "a list of rows, each a table of cells",
}


def scripted_value(spec: OutputSpec, plain: Any) -> Value:
    """An output as a case writes it: numbers, text, lists of rows, nan for undefined."""
    if _is_undefined(plain):
        return Undefined("scripted as undefined")
    if spec.type is OutputType.TABLE:
        rows = tuple(tuple(str(cell) for cell in row.values()) for row in plain)
        columns = tuple(plain[0]) if plain else ()
        return Table(columns, rows, len(rows))
    if spec.type is OutputType.CHART:
        return Chart("", plain)
    return plain if isinstance(plain, bool | str | datetime) else Decimal(str(plain))


def problems_of(program: Program, case: Case) -> tuple[RehearsalProblem, ...]:
    """What a case says that the runbook or the contracts of its KEYs do not know."""
    said = [*_of_outputs(program, case), *_of_answers(program, case), *_of_decisions(program, case)]
    return tuple(RehearsalProblem(f'case "{case.name}": {text}', case.line) for text in said)


def _of_outputs(program: Program, case: Case) -> Iterator[str]:
    for step, scripted in case.outputs:
        if step not in program.order:
            places = tuple(str(place) for place in program.order)
            yield f"the runbook has no {step}{did_you_mean(str(step), places)}"
            continue
        calls = program.calls(step)
        if not calls:
            yield f"{step} calls no KEY whose contract is known, so it has no outputs"
            continue
        specs = {spec.name: spec for call in calls for spec in program.by_key[call.key].outputs}
        for outputs in scripted if isinstance(scripted, tuple) else (scripted,):
            if not isinstance(outputs, KeyFailure):
                for name, plain in outputs.items():
                    yield from _of_output(step, name, plain, specs)


def _of_output(step: StepId, name: str, plain: Any, specs: dict[str, OutputSpec]) -> Iterator[str]:
    if name not in specs:
        yield f"the KEYs of {step} publish no `{name}`{did_you_mean(name, tuple(specs))}"
        return
    spec = specs[name]
    if not (_is_undefined(plain) or _fits(spec, plain)):
        words = _WORDS.get(spec.type, "a number")
        yield f"{step}: {name} is {spec.type.value}, so {words}; found {plain!r}"
    elif spec.type is OutputType.ENUM and isinstance(plain, str) and plain not in spec.values:
        yield f"{step}: {name} is never {plain!r}{did_you_mean(plain, spec.values)}"


def _of_answers(program: Program, case: Case) -> Iterator[str]:
    runbook = program.runbook
    numbered = [str(place) for place in program.order]
    numbered += [f"action {action.number}" for action in runbook.actions]
    numbered += [str(check.id) for check in runbook.verification]
    known = ("stop", "actions", *numbered)
    subjects = {plain_subject(name) for name in known}
    for subject, _ in case.answers:
        words = plain_subject(subject).split("/")[0]
        if not {words, words.rsplit(" ", 1)[0]} & subjects:
            yield f"no question is about `{subject}`{did_you_mean(subject, known)}"


def _of_decisions(program: Program, case: Case) -> Iterator[str]:
    for field in case.expected:
        place = place_of(field.name.removeprefix("decisions of "))
        if not field.name.startswith("decisions of ") or place is None:
            continue
        if place not in program.order:
            yield f"decisions: the runbook has no {place}"
            continue
        known = tuple(branch.text for branch in program.step[place].branches)
        for text in field.wanted:
            if text not in known:
                yield f"decisions: {place} has no branch `{text}`{did_you_mean(text, known)}"


def _fits(spec: OutputSpec, plain: Any) -> bool:
    match spec.type:
        case OutputType.FLAG:
            return isinstance(plain, bool)
        case OutputType.TEXT | OutputType.ENUM | OutputType.CHART:
            return isinstance(plain, str)
        case OutputType.TIMESTAMP:
            return isinstance(plain, datetime) and plain.tzinfo is not None
        case OutputType.TABLE:
            return isinstance(plain, list) and all(isinstance(row, dict) for row in plain)
        case OutputType.COUNT:
            return _is_number(plain) and plain == int(plain)
        case _:
            return _is_number(plain)


def _is_number(plain: Any) -> bool:
    known = isinstance(plain, int | float | Decimal) and not isinstance(plain, bool)
    return known and Decimal(plain).is_finite()


def _is_undefined(plain: Any) -> bool:
    return plain is None or (isinstance(plain, float | Decimal) and plain != plain)
