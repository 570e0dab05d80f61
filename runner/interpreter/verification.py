"""The Verification section as a run of its own: its checks are the places that the run walks.

No branch leads away from a check, no action is proposed, and a check is true only where KEY
outputs say so.
"""

from collections.abc import Iterator
from enum import Enum

from runner.conditions.grammar import parse_condition
from runner.interpreter.outcome import (
    EXIT_CODES,
    escalations,
    findings,
    hand_overs,
    not_done,
)
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.model.conditions import Verdict
from runner.model.events import RunFinished
from runner.model.frozen import field_names, frozen
from runner.model.identity import StepId
from runner.model.results import KeyFailure
from runner.model.runbook import (
    Advice,
    Branch,
    Consequence,
    Escalate,
    Expectation,
    GoOn,
    HandOver,
    Runbook,
    Step,
    Stop,
)
from runner.model.runs import Mode, Outcome
from runner.model.source import Span

EVERY_HORIZON = "all"
_CRITERIA = ("success", "success criteria", "success criterion")


class CheckVerdict(Enum):
    """How a check of the Verification section came out, by machine."""

    TRUE = "true"
    BROKEN = "broken"
    FAILED = "failed"
    OPEN = "open"


@frozen
class CheckResult:
    """A check with its verdict, and a line of reasons for each criterion."""

    check: StepId
    title: str
    horizon: str
    verdict: CheckVerdict
    reasons: tuple[str, ...]


def horizons(runbook: Runbook) -> tuple[str, ...]:
    """The groups of the Verification section, as they are headed; empty for checks before any."""
    return tuple(dict.fromkeys(check.horizon for check in runbook.verification))


def verification_program(program: Program, horizon: str) -> Program:
    """The program that walks the checks of a horizon ("ongoing"), or every check ("all").

    A heading belongs to a horizon whose word it contains. Standing conditions are still judged.
    """
    runbook = program.runbook
    checks = tuple(_as_place(c) for c in runbook.verification if _belongs(c.horizon, horizon))
    reduced = {name: getattr(runbook, name) for name in field_names(Runbook)}
    reduced.update(safety_checks=(), steps=checks, actions=(), verification=())
    return Program(Runbook(**reduced), program.contracts)


def is_verification(state: RunState) -> bool:
    """Whether a run walks the Verification section."""
    return state.started is not None and state.started.mode is Mode.VERIFICATION


def check_results(program: Program, state: RunState) -> tuple[CheckResult, ...]:
    """Every check of a verification, in order, with what came of it so far."""
    return tuple(_result(program, state, program.step[place]) for place in program.order)


def verified(program: Program, state: RunState) -> RunFinished:
    """How a verification ended: aborted, broken, failed, inconclusive or healthy, in this order."""
    reached = _outcome(program, state)
    code = int(EXIT_CODES[reached])
    results = check_results(program, state)
    return RunFinished(
        outcome=reached,
        exit_code=code + state.signal if reached is Outcome.ABORTED else code,
        findings=findings(program, state),
        open_items=_lines(results, CheckVerdict.BROKEN),
        open_questions=_lines(results, CheckVerdict.OPEN),
        not_done=not_done(program, state),
        handed_over_to=hand_overs(program, state),
        escalations=escalations(program, state),
    )


def _outcome(program: Program, state: RunState) -> Outcome:
    verdicts = {result.verdict for result in check_results(program, state)}
    if state.signal:
        return Outcome.ABORTED
    if CheckVerdict.BROKEN in verdicts:
        return Outcome.BROKEN
    if CheckVerdict.FAILED in verdicts:
        return Outcome.FAILED
    calls = escalations(program, state) or findings(program, state)
    if verdicts == {CheckVerdict.TRUE} and not calls and not state.deadline:
        return Outcome.HEALTHY
    return Outcome.INCONCLUSIVE


def _belongs(heading: str, horizon: str) -> bool:
    return horizon == EVERY_HORIZON or horizon.casefold() in heading.casefold()


def _as_place(check: Step) -> Step:
    """The check with all its criteria as expectations, and branches that lead nowhere."""
    place = {name: getattr(check, name) for name in field_names(Step)}
    place["expectations"] = tuple(_criteria(check))
    place["branches"] = tuple(
        Branch(b.ordinal, b.condition, b.text, tuple(map(_staying, b.consequences)), b.span)
        for b in check.branches
    )
    return Step(**place)


def _criteria(check: Step) -> Iterator[Expectation]:
    """What should be: the expectations, Success in whatever form, else the check's own words."""
    known = [expectation.text for expectation in check.expectations]
    stated = [f for f in check.fields if f.label.casefold() in _CRITERIA and f.text not in known]
    yield from check.expectations
    for field in stated:
        yield _criterion(field.text, field.span)
    if not (check.expectations or stated):
        yield _criterion(check.title, check.span)


def _criterion(text: str, span: Span) -> Expectation:
    """The text as a condition; it may be in another line than its words are, so the span is all."""
    return Expectation(parse_condition(text, lambda start, end: span), text, span)


def _staying(consequence: Consequence) -> Consequence:
    match consequence:
        case GoOn() | Escalate() | HandOver() | Advice():
            return consequence
        case Stop(text=text, span=span):
            return GoOn(text, span)
        case _:
            return Advice(consequence.text, consequence.span)


def _result(program: Program, state: RunState, check: Step) -> CheckResult:
    visit = (check.id, 1)
    verdict, reasons = _judged(program, state, visit)
    return CheckResult(check.id, check.title, check.horizon, verdict, reasons)


def _judged(
    program: Program, state: RunState, visit: Visit
) -> tuple[CheckVerdict, tuple[str, ...]]:
    criteria = [e for (step, n, _), e in state.expectations.items() if (step, n) == visit]
    said = tuple(f"{e.text}: {e.reason.sentence}" for e in criteria)
    verdicts = [e.reason.verdict for e in criteria]
    if Verdict.FAILS in verdicts:
        return CheckVerdict.BROKEN, said
    for result in state.admitted_in(visit).values():
        if isinstance(result, KeyFailure):
            return CheckVerdict.FAILED, (f"its KEY failed: {result.kind.value}", *said)
    if not criteria:
        return CheckVerdict.OPEN, ("it was not reached",)
    passed_over = tuple(s.why for s in state.skipped if (s.step, s.visit) == visit)
    objections = passed_over + tuple(_objections(program, state, visit))
    settled = not objections and set(verdicts) == {Verdict.HOLDS}
    return (CheckVerdict.TRUE if settled else CheckVerdict.OPEN), said + objections


def _objections(program: Program, state: RunState, visit: Visit) -> Iterator[str]:
    """Branches of a check that call for something, or that nobody decided."""
    for decided in state.decided(visit):
        branch = program.step[visit[0]].branches[decided.ordinal - 1]
        calls = [c.text for c in branch.consequences if not isinstance(c, GoOn)]
        if decided.reason.verdict is Verdict.UNKNOWN:
            yield f"If {decided.text}: {decided.reason.sentence}"
        elif decided.reason.verdict is Verdict.HOLDS and calls:
            yield f"If {decided.text}: {'; '.join(calls)}"


def _lines(results: tuple[CheckResult, ...], verdict: CheckVerdict) -> tuple[str, ...]:
    return tuple(
        f"{r.check}: {r.title} ({'; '.join(r.reasons)})" for r in results if r.verdict is verdict
    )
