"""Which branches the runs of a rehearsal reached, and with which verdicts."""

from collections.abc import Iterable, Iterator, Sequence

from runner.conditions.binding import person_parts
from runner.conditions.evaluation import evaluate
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.interpreter.windows import outputs_of_run
from runner.model.conditions import Verdict
from runner.model.frozen import frozen
from runner.model.rehearsals import BranchCoverage, Coverage
from runner.model.source import Span

Condition = tuple[str, int]
"""Which condition: its place ("step 3", "escalate if") and its number there, from 1."""


@frozen
class NamedRun:
    """The end of a run, and the case that led to it."""

    case: str
    state: RunState


def coverage(program: Program, runs: Sequence[NamedRun]) -> Coverage:
    """The verdicts of every branch and standing condition over all these runs."""
    seen: dict[tuple[Condition, Verdict], dict[str, None]] = {}
    for one in runs:
        for condition, verdict in verdicts_of(program, one.state):
            seen.setdefault((condition, verdict), {})[one.case] = None
    return Coverage(tuple(_with_cases(branch, seen) for branch in _conditions(program)))


def verdicts_of(program: Program, state: RunState) -> Iterator[tuple[Condition, Verdict]]:
    """Every condition that a run judged, with its last verdict on each visit."""
    for decided in state.branches.values():
        yield (str(decided.step), decided.ordinal), decided.reason.verdict
    held = {condition.ordinal for condition in state.standing}
    read = outputs_of_run(program, state)
    for standing, bound in zip(program.runbook.standing, program.standing, strict=True):
        known = standing.ordinal in held
        verdict = Verdict.HOLDS if known else evaluate(bound, read).verdict
        yield (f"{standing.kind.value} if", standing.ordinal), verdict


def _conditions(program: Program) -> Iterable[BranchCoverage]:
    for step in program.order:
        for branch in program.step[step].branches:
            line = _line(program, branch.span)
            yield BranchCoverage(str(step), branch.ordinal, branch.text, line)
    for standing, bound in zip(program.runbook.standing, program.standing, strict=True):
        yield BranchCoverage(
            f"{standing.kind.value} if",
            standing.ordinal,
            standing.text,
            _line(program, standing.span),
            decidable=not person_parts(bound),
        )


def _with_cases(
    branch: BranchCoverage, seen: dict[tuple[Condition, Verdict], dict[str, None]]
) -> BranchCoverage:
    condition = (branch.place, branch.ordinal)
    held, failed, unknown = (
        tuple(seen.get((condition, verdict), ()))
        for verdict in (Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN)
    )
    return BranchCoverage(
        branch.place,
        branch.ordinal,
        branch.text,
        branch.line,
        held,
        failed,
        unknown,
        branch.decidable,
    )


def _line(program: Program, span: Span) -> int:
    return program.runbook.source.position(span.start).line
