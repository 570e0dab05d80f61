"""Cases run one after the other: what each wanted, what came, and which branches they reached."""

from collections.abc import Mapping, Sequence

from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.conditions import Verdict
from runner.model.events import BranchDecided, RunFinished
from runner.model.rehearsals import Case, CaseResult, Difference, ExpectedField
from runner.model.runbook import StandingKind
from runner.model.runs import AnswerSource, MoveKind
from runner.runs.answers import names_of, plain_subject
from runner.runs.coverage import NamedRun
from runner.runs.rehearse import rehearse

_SHOWN = {Verdict.HOLDS: "YES", Verdict.FAILS: "no", Verdict.UNKNOWN: "???"}
_ENDS = {MoveKind.STOP: "stop", MoveKind.TO_ACTIONS: "action steps", MoveKind.GAVE_UP: "gave up"}


def run_case(program: Program, case: Case) -> tuple[CaseResult, NamedRun]:
    """Run a case; its result, and the run for the coverage."""
    state = rehearse(program, case)
    finished = _finished(state)
    result = CaseResult(
        case.name, case.line, finished.outcome.value, way(state), first_difference(case, state)
    )
    return result, NamedRun(case.name, state)


def first_difference(case: Case, state: RunState) -> Difference | None:
    """The first thing that a case says and the run does not; None where it went as it says."""
    came = observed(state)
    for field in case.expected:
        got = came.get(field.name, ())
        if got != field.wanted:
            return Difference(field.name, field.wanted, got, _reasons(field, got, state))
    return next(
        (d for d in (_unused(name, words, state) for name, words in case.answers) if d), None
    )


def observed(state: RunState) -> Mapping[str, tuple[str, ...]]:
    """What came of a run, by the names of the fields of a case."""
    end = _finished(state)
    came = {
        "path": way(state),
        "actions": end.recommended_actions,
        "open_items": end.open_items,
        "findings": end.findings,
        "handed_over_to": end.handed_over_to,
        "escalation_triggers": tuple(
            s.text for s in state.standing if s.kind is StandingKind.ESCALATE
        ),
        "outcome": (end.outcome.value,),
    }
    for decided in state.branches.values():
        name = f"decisions of {decided.step}"
        holds = (decided.text,) if decided.reason.verdict is Verdict.HOLDS else ()
        came[name] = came.get(name, ()) + holds
    return came


def way(state: RunState) -> tuple[str, ...]:
    """The places of a run in order; those that nobody did are marked, and so is a special end."""
    passed_over = {(skipped.step, skipped.visit) for skipped in state.skipped}
    found: list[str] = []
    for move in state.moves:
        left = (move.step, move.visit) in passed_over
        if move.move.kind is not MoveKind.GAVE_UP:  # said of a place that was left already
            found.append(f"{move.step} (person)" if left else str(move.step))
        if move.move.kind in _ENDS:
            found.append(_ENDS[move.move.kind])
    return tuple(found)


def _unused(name: str, words: str, state: RunState) -> Difference | None:
    """An answer that nobody asked for, or that no question could take."""
    asked = [q for q in state.questions.values() if plain_subject(name) in names_of(q)]
    if not asked:
        return Difference(f"answer to {name}", (words,), ("it was never asked",))
    answers = (state.answers.get(question.id) for question in asked)
    if any(answer and answer.source is not AnswerSource.NOBODY for answer in answers):
        return None
    options = tuple(option.text for option in asked[0].options)
    return Difference(f"answer to {name}", (words,), ("no option of the question",), options)


def _reasons(field: ExpectedField, got: Sequence[str], state: RunState) -> tuple[str, ...]:
    """The decisions that made the difference; for a path those around the place of departure."""
    if field.name.startswith("decisions of "):
        return tuple(_decisions((field.name.removeprefix("decisions of "),), state))
    if field.name == "path" and got:
        same = [wanted == came for wanted, came in zip(field.wanted, got, strict=False)]
        at = same.index(False) if False in same else len(same)
        around = got[max(at - 1, 0) : at + 1]
        return tuple(_decisions([place.removesuffix(" (person)") for place in around], state))
    held = [b for b in state.branches.values() if b.reason.verdict is Verdict.HOLDS]
    return (*(_decision(branch) for branch in held), *_beside(state))


def _decisions(places: Sequence[str], state: RunState) -> list[str]:
    lines = [_decision(b) for b in state.branches.values() if str(b.step) in places]
    return lines + [f"{m.step} left: {m.why}" for m in state.moves if str(m.step) in places]


def _decision(branch: BranchDecided) -> str:
    reason = branch.reason
    said = f"{branch.step}, If {branch.text}: {reason.sentence} (:{branch.line})"
    return f"{_SHOWN[reason.verdict]} {said}"


def _beside(state: RunState) -> list[str]:
    end = _finished(state)
    lines = [
        f"{e.step}, {e.text}: {e.reason.verdict.value}, {e.reason.sentence}"
        for e in state.expectations.values()
        if e.reason.verdict is not Verdict.HOLDS
    ]
    lines += [f"{s.kind.value} if {s.text}: {s.reason.sentence}" for s in state.standing]
    lines += [f"finding: {text}" for text in end.findings]
    return lines + [f"open question: {text}" for text in end.open_questions]


def _finished(state: RunState) -> RunFinished:
    if state.finished is None:
        raise AssertionError("a rehearsal ended before its run")
    return state.finished
