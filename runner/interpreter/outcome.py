"""How a run ended: rule 7 of the language, in one place."""

from collections.abc import Iterator

from runner.errors import ExitCode
from runner.interpreter import actions, questions
from runner.interpreter.action_questions import action_id
from runner.interpreter.destination import holding_branches
from runner.interpreter.program import Program
from runner.interpreter.readiness import walked
from runner.interpreter.state import RunState
from runner.model.conditions import Ground, Reason, Verdict
from runner.model.events import BranchDecided, RunFinished
from runner.model.results import KeyFailure, KeyResult
from runner.model.runbook import Advice, Branch, Escalate, HandOver, StandingKind, Stop
from runner.model.runs import AnswerSource, MoveKind, OpenQuestion, Outcome, QuestionKind

EXIT_CODES = {
    Outcome.HEALTHY: ExitCode.HEALTHY,
    Outcome.RESOLVED: ExitCode.HEALTHY,
    Outcome.ACTIONS_RECOMMENDED: ExitCode.ACTIONS_RECOMMENDED,
    Outcome.ESCALATE: ExitCode.ESCALATE,
    Outcome.HANDED_OVER: ExitCode.HANDED_OVER,
    Outcome.BROKEN: ExitCode.FINDINGS,
    Outcome.FAILED: ExitCode.FAILED,
    Outcome.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    Outcome.ABORTED: ExitCode.ABORTED,
}


def conclusion(program: Program, state: RunState) -> RunFinished:
    """The outcome by precedence, and everything that stands beside it."""
    reached = outcome(program, state)
    code = int(EXIT_CODES[reached])
    return RunFinished(
        outcome=reached,
        exit_code=code + state.signal if reached is Outcome.ABORTED else code,
        recommended_actions=tuple(c.action.number for c in _unconfirmed(program, state)),
        findings=findings(program, state),
        open_items=open_items(program, state),
        open_questions=open_questions(state),
        not_done=not_done(program, state),
        handed_over_to=hand_overs(program, state),
        escalations=escalations(program, state),
    )


def outcome(program: Program, state: RunState) -> Outcome:
    """Aborted > escalate > actions > handed over > failed > resolved or healthy > inconclusive."""
    if state.signal:
        return Outcome.ABORTED
    if escalations(program, state):
        return Outcome.ESCALATE
    nothing_done = actions.went_to_actions(state) and not actions.called_for(program, state)
    none_needed = "actions" in state.answers and _answered_by_person(state, "actions")
    if _unconfirmed(program, state) or (nothing_done and not none_needed):
        return Outcome.ACTIONS_RECOMMENDED
    if hand_overs(program, state):
        return Outcome.HANDED_OVER
    if _failure_mattered(program, state):
        return Outcome.FAILED
    if _confirmed_resolved(program, state):
        return Outcome.RESOLVED
    return Outcome.HEALTHY if is_healthy(program, state) else Outcome.INCONCLUSIVE


def is_healthy(program: Program, state: RunState) -> bool:
    """The hardest to reach: see rule 7."""
    held = [b for b in state.branches.values() if b.reason.verdict is Verdict.HOLDS]
    by_key = [b for b in held if _decided_by_key(program, b)]
    stopped = any(move.move.kind is MoveKind.STOP for move in state.moves)
    return looks_healthy(program, state) and (stopped or not by_key)


def looks_healthy(program: Program, state: RunState) -> bool:
    """Whether nothing seen so far speaks against health."""
    ran = any(isinstance(result, KeyResult) for result in state.admitted.values())
    expected = all(e.reason.verdict is Verdict.HOLDS for e in state.expectations.values())
    unknown = any(_unknown_by_key(b.reason) for b in state.branches.values())
    gave_up = any(move.move.kind is MoveKind.GAVE_UP for move in state.moves)
    return (
        ran
        and expected
        and not unknown
        and not gave_up
        and not state.deadline
        and not _undecided(state)
        and not findings(program, state)
        and not _rejected_stop(state)
    )


def findings(program: Program, state: RunState) -> tuple[str, ...]:
    """Advice of branches that hold, and rollback conditions that hold."""
    advice = [c.text for b in _holding(program, state) if not _stops(b) for c in _advice(b)]
    rollback = [f"Rollback if {s.text}" for s in state.standing if s.kind is StandingKind.ROLLBACK]
    return tuple(dict.fromkeys(advice + rollback))


def open_items(program: Program, state: RunState) -> tuple[str, ...]:
    """Advice beside a Stop, checks that failed, rollbacks that are due."""
    beside_stop = [c.text for b in _holding(program, state) if _stops(b) for c in _advice(b)]
    due: list[str] = []
    for called in actions.called_for(program, state):
        answer = state.answers.get(action_id(called.action))
        if answer and questions.FAILED in answer.chosen:
            undo = called.action.way_back or "the action names no rollback"
            due.append(f"Action {called.action.number} did not verify. Rollback: {undo}")
    for check in actions.due_checks(program):
        answer = state.answers.get(str(check.id))
        if answer and questions.NO in answer.chosen:
            due.append(f"Verification {check.id.number} failed: {check.title}")
    if state.deadline:
        due.append(f"the time limit of {state.deadline.seconds:g} s passed")
    return tuple(dict.fromkeys(beside_stop + due))


def open_questions(state: RunState) -> tuple[str, ...]:
    """Conditions that nobody settled, each with its step, and questions that nobody answered."""
    unknown = [
        f"{b.step}: {b.text} ({b.reason.sentence})"
        for b in state.branches.values()
        if b.reason.verdict is Verdict.UNKNOWN and not _passed_over(state, b)
    ]
    conflicts = [question.text for question in _unanswered(state, QuestionKind.DESTINATION)]
    return tuple(unknown + conflicts)


def not_done(program: Program, state: RunState) -> tuple[str, ...]:
    """Steps that were passed over, and those before the place where the run began."""
    before: list[str] = []
    if program.first and program.first in program.order:
        for step in program.order[: program.order.index(program.first)]:
            before.append(f"{step}: {program.step[step].title} (before the start of this run)")
    passed = [f"{s.step}: {program.step[s.step].title} ({s.why})" for s in state.skipped]
    return tuple(before + passed)


def hand_overs(program: Program, state: RunState) -> tuple[str, ...]:
    """Other runbooks that branches which hold have named."""
    named = [
        c.runbook for b in _holding(program, state) for c in b.consequences if type(c) is HandOver
    ]
    return tuple(dict.fromkeys(named))


def escalations(program: Program, state: RunState) -> tuple[str, ...]:
    """Escalation conditions that hold, and branches that hold and escalate."""
    standing = [s.text for s in state.standing if s.kind is StandingKind.ESCALATE]
    branches = [
        c.text for b in _holding(program, state) for c in b.consequences if type(c) is Escalate
    ]
    return tuple(dict.fromkeys(standing + branches))


def _holding(program: Program, state: RunState) -> Iterator[Branch]:
    for visit in walked(state):
        yield from holding_branches(program, state, visit)


def _stops(branch: Branch) -> bool:
    return any(isinstance(c, Stop) for c in branch.consequences)


def _advice(branch: Branch) -> list[Advice]:
    return [c for c in branch.consequences if isinstance(c, Advice)]


def _unconfirmed(program: Program, state: RunState) -> list[actions.CalledFor]:
    called = actions.called_for(program, state)
    if called and actions.all_verified(program, state):
        return []
    return [c for c in called if not actions.confirmed(state, c.action)] or list(called)


def _confirmed_resolved(program: Program, state: RunState) -> bool:
    stop = state.answers.get("stop")
    stopped = any(move.move.kind is MoveKind.STOP for move in state.moves)
    confirmed_stop = stopped and stop is not None and questions.YES in stop.chosen
    return confirmed_stop or actions.all_verified(program, state)


def _rejected_stop(state: RunState) -> bool:
    answer = state.answers.get("stop")
    return answer is not None and questions.NO in answer.chosen


def _failure_mattered(program: Program, state: RunState) -> bool:
    """Whether a KEY failed whose step has an answer missing, or no branch to answer it at all."""
    for invocation, result in state.admitted.items():
        if not isinstance(result, KeyFailure):
            continue
        decided = state.decided((invocation.step, invocation.visit))
        expected = [
            e.reason
            for (step, visit, _), e in state.expectations.items()
            if (step, visit) == (invocation.step, invocation.visit)
        ]
        reasons = [b.reason for b in decided] + expected
        if not decided or any(_is_missing(reason) for reason in reasons):
            return True
    return False


def _is_missing(reason: Reason) -> bool:
    return reason.verdict is Verdict.UNKNOWN and reason.ground is Ground.MISSING


def _unknown_by_key(reason: Reason) -> bool:
    by_key = (Ground.OUTPUT, Ground.MISSING)
    return reason.verdict is Verdict.UNKNOWN and reason.ground in by_key


def _decided_by_key(program: Program, decided: BranchDecided) -> bool:
    if decided.reason.ground is Ground.BRANCHES:
        return bool(program.calls(decided.step))
    return decided.reason.ground is Ground.OUTPUT


def _undecided(state: RunState) -> bool:
    kinds = (QuestionKind.BRANCHES, QuestionKind.DESTINATION)
    return any(_unanswered(state, kind) for kind in kinds)


def _unanswered(state: RunState, kind: QuestionKind) -> list[OpenQuestion]:
    return [
        question
        for question in state.questions.values()
        if question.kind is kind and not _answered_by_person(state, question.id)
    ]


def _answered_by_person(state: RunState, question: str) -> bool:
    answer = state.answers.get(question)
    return answer is not None and answer.source is not AnswerSource.NOBODY


def _passed_over(state: RunState, branch: BranchDecided) -> bool:
    return any((s.step, s.visit) == (branch.step, branch.visit) for s in state.skipped)
