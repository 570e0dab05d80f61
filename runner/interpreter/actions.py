"""Actions: proposed in the order in which their preconditions are met, done by people only."""

from runner.interpreter import action_questions, questions
from runner.interpreter.destination import holding_branches
from runner.interpreter.program import Program
from runner.interpreter.readiness import readiness, walked
from runner.interpreter.state import RunState
from runner.model.events import ActionProposed
from runner.model.frozen import frozen
from runner.model.runbook import Action, SeeAction, Step
from runner.model.runs import AnswerSource, MoveKind, OpenQuestion


@frozen
class CalledFor:
    """An action, and the branch that called for it."""

    action: Action
    because: str


def called_for(program: Program, state: RunState) -> tuple[CalledFor, ...]:
    """The actions that branches which hold have named, each once; those whose turn it is first."""
    found: dict[str, CalledFor] = {}
    for visit in walked(state):
        for branch in holding_branches(program, state, visit):
            for consequence in branch.consequences:
                if isinstance(consequence, SeeAction):
                    action = program.runbook.action(consequence.action)
                    if action and action.number not in found:
                        because = f"{visit[0]}: If {branch.text}"
                        found[action.number] = CalledFor(action, because)
    for number in _chosen_by_hand(state):
        if number not in found and (action := program.runbook.action(number)):
            found[number] = CalledFor(action, "chosen by the operator")
    ready = {n: readiness(program, state, called.action) for n, called in found.items()}
    return tuple(sorted(found.values(), key=lambda called: ready[called.action.number].ready))


def confirmed(state: RunState, action: Action) -> bool:
    """Whether a person did the action and saw that it helped."""
    answer = state.answers.get(action_questions.action_id(action))
    return answer is not None and questions.YES in answer.chosen


def next_proposal(program: Program, state: RunState) -> ActionProposed | None:
    """The next action to present; None while one before it is open, and at the end."""
    proposed = {proposal.action for proposal in state.proposed}
    for called in called_for(program, state):
        if called.action.number not in proposed:
            action = called.action
            return ActionProposed(action.number, action.title, called.because)
        if action_questions.action_id(called.action) not in state.answers:
            return None
    return None


def next_question(program: Program, state: RunState) -> OpenQuestion | None:
    """What a person is asked about actions and their verification, if anything is left."""
    if went_to_actions(state) and program.runbook.actions and not called_for(program, state):
        question = action_questions.about_unnumbered_actions(program, state)
        if question.id not in state.answers:
            return question
    for called in called_for(program, state):
        question = action_questions.about_action(program, state, called.action)
        if question.id not in state.answers:
            return question
    return _next_check(program, state)


def went_to_actions(state: RunState) -> bool:
    """Whether the run left the diagnosis for the action steps."""
    return any(move.move.kind is MoveKind.TO_ACTIONS for move in state.moves)


def all_verified(program: Program, state: RunState) -> bool:
    """Whether every action that was called for is done and verified, and no check failed."""
    called = called_for(program, state)
    checks = (state.answers.get(str(check.id)) for check in due_checks(program))
    failed = any(answer and questions.NO in answer.chosen for answer in checks)
    return bool(called) and all(confirmed(state, c.action) for c in called) and not failed


def due_checks(program: Program) -> tuple[Step, ...]:
    """The checks of the first horizon: those that can be made while the operator is there."""
    checks = program.runbook.verification
    return tuple(check for check in checks if check.horizon == checks[0].horizon)


def _next_check(program: Program, state: RunState) -> OpenQuestion | None:
    if not any(confirmed(state, called.action) for called in called_for(program, state)):
        return None
    for check in due_checks(program):
        question = action_questions.about_verification(program, state, check)
        if question.id not in state.answers:
            return question
    return None


def _chosen_by_hand(state: RunState) -> tuple[str, ...]:
    answer = state.answers.get("actions")
    if answer is None or answer.source is AnswerSource.NOBODY:
        return ()
    return tuple(key for key in answer.chosen if key != questions.NONE)
