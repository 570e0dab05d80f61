"""Values to try for the outputs of a step: what stands around the bounds of its conditions."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from runner.conditions.binding import (
    Bound,
    BoundAll,
    BoundAny,
    BoundComparison,
    BoundNot,
    BoundPresence,
    BoundState,
)
from runner.conditions.evaluation import Missing, evaluate
from runner.conditions.showing import output_quantity
from runner.interpreter.program import Program
from runner.model.conditions import Verdict
from runner.model.contract import OutputSpec
from runner.model.identity import KeyName, StepId
from runner.model.values import OutputType, Value
from runner.runs.scripted_values import scripted_value

WHOLE = 100_000
_NOT_NEGATIVE = (
    OutputType.COUNT,
    OutputType.RATIO,
    OutputType.PERCENT,
    OutputType.DURATION,
    OutputType.BYTES,
)


def values_to_try(program: Program, step: StepId) -> dict[str, tuple[Any, ...]]:
    """For each output that a condition looks at, values as a case writes them.

    The first is the quiet one: with it the fewest conditions hold and the fewest expectations
    break.
    """
    keys = {call.key for call in program.calls(step)}
    own = (*program.branches[step], *program.expectations[step], *program.standing)
    specs: dict[str, OutputSpec] = {}
    found: dict[str, dict[Any, None]] = {}
    for part in (part for bound in own for part in _parts(bound)):
        if part.output.key not in keys:
            continue
        for spec, values in _around(program, part):
            specs[spec.name] = spec
            known = found.setdefault(spec.name, {})
            known.update({repr(value): value for value in values if repr(value) not in known})
    return {
        name: _quiet_first(program, step, specs[name], tuple(values.values()))
        for name, values in found.items()
    }


def _parts(bound: Bound) -> Iterator[BoundComparison | BoundPresence | BoundState]:
    match bound:
        case BoundComparison() | BoundPresence() | BoundState():
            yield bound
        case BoundAll(parts=parts) | BoundAny(parts=parts):
            for part in parts:
                yield from _parts(part)
        case BoundNot(part=part):
            yield from _parts(part)


def _around(
    program: Program, part: BoundComparison | BoundPresence | BoundState
) -> Iterator[tuple[OutputSpec, tuple[Any, ...]]]:
    spec = part.output.spec
    if isinstance(part, BoundComparison):
        yield spec, _beside(spec, part.bound.magnitude)
    elif spec.type is OutputType.FLAG:
        yield spec, (False, True)
    elif spec.type is OutputType.ENUM:
        yield spec, spec.values
    elif spec.type is OutputType.TABLE:
        yield spec, ([], [{"row": "1"}])
    elif (material := spec.material_at) is None:
        yield spec, (0, 1)
    elif material.share_of:
        enough = int((material.threshold * WHOLE).to_integral_value(ROUND_CEILING))
        whole = program.by_key[part.output.key].output(material.share_of)
        if whole:
            yield whole, (WHOLE,)
        yield spec, (0, max(enough - 1, 0), enough)
    else:
        yield spec, (0, int(material.threshold) - 1, int(material.threshold))


def _beside(spec: OutputSpec, magnitude: Decimal) -> tuple[int | Decimal, ...]:
    """Below, at and above a bound, in the unit of the output."""
    bound = (magnitude / output_quantity(spec, Decimal(1)).magnitude).normalize()
    if spec.type is OutputType.COUNT or bound == 0:
        step = Decimal(1)
    else:
        step = Decimal(1).scaleb(int(bound.as_tuple().exponent) - 1)
    values = [bound - step, bound, bound + step]
    if spec.type in _NOT_NEGATIVE:
        values = [value for value in values if value >= 0]
    if spec.type is OutputType.COUNT:
        values = [value.to_integral_value(ROUND_CEILING) for value in values]
    return tuple(int(v) if v == v.to_integral_value() else v for v in values)


def _quiet_first(
    program: Program, step: StepId, spec: OutputSpec, values: tuple[Any, ...]
) -> tuple[Any, ...]:
    return tuple(sorted(values, key=lambda value: _noise(program, step, spec, value)))


def _noise(program: Program, step: StepId, spec: OutputSpec, plain: Any) -> int:
    """How many conditions speak up when the KEY publishes this value and nothing else."""
    value = scripted_value(spec, plain)

    def read(key: KeyName, name: str) -> Value | Missing:
        if spec.material_at and name == spec.material_at.share_of:
            return Decimal(WHOLE)
        return value if name == spec.name else Missing("not given")

    bad = [evaluate(b, read).verdict for b in (*program.branches[step], *program.standing)]
    good = [evaluate(bound, read).verdict for bound in program.expectations[step]]
    return bad.count(Verdict.HOLDS) + good.count(Verdict.FAILS)


Tries = Mapping[StepId, Mapping[str, tuple[Any, ...]]]
"""Values to try, by step and output."""


def tries_of(program: Program) -> Tries:
    """The values to try for every step that calls a KEY."""
    return {step: values_to_try(program, step) for step in program.order if program.calls(step)}
