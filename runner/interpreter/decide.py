"""What to ask of the world next: `decide` is a pure function of the program and the state."""

from runner.interpreter import actions, questions
from runner.interpreter.calls import (
    Unavailable,
    calls_in,
    input_sources,
    looked_at_its_inputs,
    may_run_ahead,
    missing_inputs,
)
from runner.interpreter.destination import (
    ClosedGate,
    Conflict,
    Onward,
    destination,
    holding_branches,
    unknown_that_matter,
)
from runner.interpreter.judge import judgement, with_answers
from runner.interpreter.outcome import conclusion, looks_healthy
from runner.interpreter.program import Program
from runner.interpreter.questions import question_id, said
from runner.interpreter.state import RunState, Visit
from runner.interpreter.verification import is_verification, verified
from runner.interpreter.wishes import pending_command
from runner.model.events import (
    ApprovalGiven,
    ApprovalRefused,
    DestinationChosen,
    Event,
    KeyResultAdmitted,
    KeyResultDiscarded,
    RunFinished,
    StepEntered,
    StepSkipped,
)
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, StepId
from runner.model.results import KeyFailure
from runner.model.runbook import KeyInvocation
from runner.model.runs import (
    AnswerSource,
    AskOperator,
    AwaitResult,
    Finish,
    InvokeKey,
    Mode,
    Move,
    MoveKind,
    Request,
)

MAX_VISITS = 3


@frozen
class Agenda:
    """Decisions to write down now, or one request; and the KEYs that may run ahead of it."""

    record: tuple[Event, ...] = ()
    request: Request | None = None
    ahead: tuple[InvokeKey, ...] = ()


def decide(program: Program, state: RunState) -> Agenda:
    """The next thing. With `record` not empty, those events are applied before asking again."""
    if state.finished:
        return Agenda(request=Finish(state.finished.outcome))
    if agenda := _wanted_command(program, state):
        return agenda
    if state.signal or state.deadline or _diagnosis_ended(state):
        return _after_diagnosis(program, state)
    agenda = _walk(program, state)
    if agenda.record:
        return agenda
    return Agenda(request=agenda.request, ahead=may_run_ahead(program, state))


def _wanted_command(program: Program, state: RunState) -> Agenda | None:
    """What a person wanted to be run comes before the question that it was wanted for."""
    pending = None if state.signal or state.deadline else pending_command(state)
    if pending is None:
        return None
    if isinstance(pending, ApprovalGiven | ApprovalRefused):
        return Agenda(record=(pending,))
    return Agenda(request=pending, ahead=() if _left(state) else may_run_ahead(program, state))


def _diagnosis_ended(state: RunState) -> bool:
    return bool(state.moves) and state.moves[-1].move.step is None and _left(state)


def _left(state: RunState) -> bool:
    return state.position is not None and state.move_of((state.position, state.visit)) is not None


def _after_diagnosis(program: Program, state: RunState) -> Agenda:
    unused = tuple(
        KeyResultDiscarded(invocation, "its step was not reached")
        for invocation in state.ended
        if invocation not in state.admitted and invocation not in state.discarded
    )
    if unused:
        return Agenda(record=unused)
    if not (state.signal or state.deadline):
        if proposal := actions.next_proposal(program, state):
            return Agenda(record=(proposal,))
        if question := actions.next_question(program, state):
            return Agenda(request=AskOperator(question))
    return Agenda(record=(_conclusion(program, state),))


def _conclusion(program: Program, state: RunState) -> RunFinished:
    return (verified if is_verification(state) else conclusion)(program, state)


def _walk(program: Program, state: RunState) -> Agenda:
    target = state.moves[-1].move.step if state.moves else program.start
    if target is None:
        return Agenda(record=(_conclusion(program, state),))
    if state.position is None or _left(state):
        return _enter(state, target)
    visit = (state.position, state.visit)
    return (
        _ask_for_inputs(program, state, visit)
        or _run_keys(program, state, visit)
        or _judge(program, state, visit)
    )


def _enter(state: RunState, target: StepId) -> Agenda:
    number = state.visits.get(target, 0) + 1
    if number > MAX_VISITS and state.position is not None:
        why = f"{target} would be entered more than {MAX_VISITS} times"
        gave_up = DestinationChosen(state.position, state.visit, Move(MoveKind.GAVE_UP), why)
        return Agenda(record=(gave_up,))
    return Agenda(record=(StepEntered(target, number),))


def _ask_for_inputs(program: Program, state: RunState, visit: Visit) -> Agenda | None:
    if state.started is None or state.started.mode is not Mode.ATTENDED:
        return None
    for call in program.calls(visit[0]):
        for declared in missing_inputs(program, state, call):
            step = program.step[visit[0]]
            question = questions.about_input(state, visit, step, call, declared)
            if question.id not in state.answers:
                return Agenda(request=AskOperator(question))
    return None


def _run_keys(program: Program, state: RunState, visit: Visit) -> Agenda | None:
    for call, invocation in calls_in(program, state, *visit):
        if invocation in state.admitted:
            if agenda := _after_failure(program, state, invocation):
                return agenda
        elif invocation in state.ended and invocation not in state.discarded:
            return Agenda(record=(_admission(program, state, call, invocation),))
        elif state.running(invocation):
            return Agenda(request=AwaitResult(invocation))
        else:
            attempt = state.attempt(invocation) + 1
            return Agenda(request=InvokeKey(invocation, call.key, attempt))
    return None


def _admission(
    program: Program, state: RunState, call: KeyInvocation, invocation: InvocationId
) -> KeyResultAdmitted | KeyResultDiscarded:
    """A result counts where it is of this KEY and of the inputs that the call has now."""
    started = state.attempts[invocation]
    if started.key != call.key:
        return KeyResultDiscarded(invocation, f"it is a result of {started.key.text}")
    if not looked_at_its_inputs(program, state, call, started):
        return KeyResultDiscarded(invocation, "its inputs are others now")
    return KeyResultAdmitted(invocation)


def _after_failure(program: Program, state: RunState, invocation: InvocationId) -> Agenda | None:
    failure = state.admitted[invocation]
    if not isinstance(failure, KeyFailure):
        return None
    question = questions.about_failure(program, state, invocation, failure)
    answer = state.answers.get(question.id)
    if answer is None:
        return Agenda(request=AskOperator(question))
    if questions.RETRY in answer.chosen or questions.FILE in answer.chosen:
        key, attempt = state.attempts[invocation].key, state.attempt(invocation)
        return Agenda(request=InvokeKey(invocation, key, attempt + 1))
    return None


def _judge(program: Program, state: RunState, visit: Visit) -> Agenda:
    if verdicts := judgement(program, state, visit):
        return Agenda(record=verdicts)
    if why := _needs_person(program, state, visit):
        return _by_person(program, state, visit, why.strip())
    if unknown := unknown_that_matter(program, state, visit):
        question = questions.about_branches(program, state, visit, unknown)
        answer = state.answers.get(question.id)
        if answer is None:
            return Agenda(request=AskOperator(question))
        if answer.source is AnswerSource.NOBODY:
            return _pass_over(program, visit, "undecided: needs a person")
    return _answered(program, state, visit, question_id(visit, "branches"))


def _by_person(program: Program, state: RunState, visit: Visit, why: str) -> Agenda:
    question = questions.about_step(program, state, visit, why)
    answer = state.answers.get(question.id)
    if answer is None:
        return Agenda(request=AskOperator(question))
    passed_over = next((s for s in state.skipped if (s.step, s.visit) == visit), None)
    if passed_over:
        return _pass_over(program, visit, f"not done: {passed_over.why}")
    if answer.source is AnswerSource.NOBODY:
        return Agenda(record=(StepSkipped(*visit, "needs a person"),))
    if questions.SKIP in answer.chosen:
        return Agenda(record=(StepSkipped(*visit, said(answer)),))
    return _answered(program, state, visit, question.id)


def _answered(program: Program, state: RunState, visit: Visit, question: str) -> Agenda:
    """Write down what an answer changes, then leave the step."""
    if answer := state.answers.get(question):
        chosen = frozenset(int(key) for key in answer.chosen if key.isdigit())
        if changed := with_answers(program, state, visit, chosen, said(answer)):
            return Agenda(record=changed)
    return _leave(program, state, visit)


def _needs_person(program: Program, state: RunState, visit: Visit) -> str:
    """Why the step is a person's; empty where KEYs did its work. A space stands for no reason."""
    step = program.step[visit[0]]
    for call in step.invocations:
        source = input_sources(program, state, step.id, call)
        if not call.key.is_notebook:
            return f"{call.key.text} belongs to another runtime"
        if isinstance(source, Unavailable):
            return source.why
    return "" if step.invocations else " "


def _pass_over(program: Program, visit: Visit, why: str) -> Agenda:
    return Agenda(record=(DestinationChosen(*visit, program.onward(visit[0]), why),))


def _leave(program: Program, state: RunState, visit: Visit) -> Agenda:
    holding = holding_branches(program, state, visit)
    match destination(program, visit, holding):
        case Onward(move=move, why=why):
            return _stop_or_go(program, state, visit, move, why)
        case Conflict() as conflict:
            return _choose(program, state, visit, conflict)
        case ClosedGate():
            return _at_gate(program, state, visit)


def _stop_or_go(program: Program, state: RunState, visit: Visit, move: Move, why: str) -> Agenda:
    if move.kind is MoveKind.STOP:
        question = questions.about_stop(program, visit)
        if question.id not in state.answers:
            return Agenda(request=AskOperator(question))
    return Agenda(record=(DestinationChosen(*visit, move, why),))


def _choose(program: Program, state: RunState, visit: Visit, conflict: Conflict) -> Agenda:
    question = questions.about_destination(program, visit, conflict)
    answer = state.answers.get(question.id)
    if answer is None:
        return Agenda(request=AskOperator(question))
    chosen = next((int(key) for key in answer.chosen if key.isdigit()), 0)
    if not chosen:
        return _pass_over(program, visit, "undecided: branches lead to different places")
    branch, move = conflict.moves[chosen - 1]
    why = f"{said(answer)}: If {branch.text}"
    return _stop_or_go(program, state, visit, move, why)


def _at_gate(program: Program, state: RunState, visit: Visit) -> Agenda:
    question = questions.about_gate(program, visit, looks_healthy(program, state))
    answer = state.answers.get(question.id)
    if answer is None:
        return Agenda(request=AskOperator(question))
    if questions.YES in answer.chosen:
        return _pass_over(program, visit, said(answer))
    why = "the gate stayed closed"
    return Agenda(record=(DestinationChosen(*visit, Move(MoveKind.END), why),))
