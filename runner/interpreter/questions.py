"""The questions that a run puts to a person: the words, the options, and where each leads."""

from runner.conditions.evaluation import Missing
from runner.conditions.showing import show_value
from runner.interpreter.destination import Conflict
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.interpreter.windows import outputs_of_run
from runner.model.identity import InvocationId
from runner.model.results import KeyFailure
from runner.model.runbook import Action, Branch, Step
from runner.model.runs import (
    Answer,
    AnswerSource,
    Move,
    MoveKind,
    OpenQuestion,
    Option,
    QuestionKind,
)
from runner.model.values import Chart, Table

YES, NO, NONE, SKIP, RETRY, GO_ON = "y", "n", "none", "skip", "retry", "go on"
FAILED = "failed"


def about_step(program: Program, state: RunState, visit: Visit, why: str) -> OpenQuestion:
    """A person's step: do it, and say which branches apply."""
    step = program.step[visit[0]]
    options = [_branch_option(branch) for branch in step.branches]
    if options:
        options.append(Option(NONE, "none of these", "goes on"))
    else:
        options.append(Option(YES, "done", "goes on"))
    options.append(Option(SKIP, "not done", "goes on, and says so"))
    text = f"{_heading(step)}{f' ({why})' if why else ''}: which of these is so?"
    if not step.branches:
        text = f"{_heading(step)}{f' ({why})' if why else ''}: is it done?"
    return OpenQuestion(
        question_id(visit, "step"),
        QuestionKind.STEP,
        text,
        tuple(options),
        several=len(step.branches) > 1,
        bears_on_it=findings_so_far(program, state),
    )


def about_branches(
    program: Program, state: RunState, visit: Visit, unknown: tuple[Branch, ...]
) -> OpenQuestion:
    """Conditions that the outputs leave open, where the answer could change the way."""
    options = [_branch_option(branch) for branch in unknown]
    options.append(Option(NONE, "none of these"))
    return OpenQuestion(
        question_id(visit, "branches"),
        QuestionKind.BRANCHES,
        f"{_heading(program.step[visit[0]])}: the outputs leave this open. Which of these is so?",
        tuple(options),
        several=len(unknown) > 1,
        bears_on_it=findings_so_far(program, state),
    )


def about_destination(program: Program, visit: Visit, conflict: Conflict) -> OpenQuestion:
    """Branches that hold and pull to different places."""
    options = tuple(
        Option(str(n), f"If {branch.text}", move_in_words(move))
        for n, (branch, move) in enumerate(conflict.moves, 1)
    )
    text = f"{_heading(program.step[visit[0]])}: branches lead to different places. Which way?"
    return OpenQuestion(question_id(visit, "destination"), QuestionKind.DESTINATION, text, options)


def about_gate(program: Program, visit: Visit, healthy: bool) -> OpenQuestion:
    """A closed gate: going on was meant to be conditional, and no condition for it holds."""
    following = program.next_after(visit[0])
    step = program.step[following] if following else program.step[visit[0]]
    options = (
        Option(YES, "go on", _heading(step)),
        Option(NO, "end the diagnosis here"),
    )
    text = f"{_heading(program.step[visit[0]])}: nothing that holds leads on. Go on all the same?"
    default = NO if healthy else YES
    return OpenQuestion(
        question_id(visit, "gate"), QuestionKind.GATE, text, options, default=default
    )


def about_stop(program: Program, visit: Visit) -> OpenQuestion:
    """A Stop: the author says that it may end here; a person confirms that it is resolved."""
    options = (
        Option(YES, "yes, it is resolved", "the run ends"),
        Option(NO, "no", "the run ends unconfirmed"),
    )
    text = f"{_heading(program.step[visit[0]])} says STOP. Is the issue resolved?"
    return OpenQuestion("stop", QuestionKind.STOP, text, options)


def about_failure(
    program: Program, invocation: InvocationId, attempt: int, failure: KeyFailure
) -> OpenQuestion:
    """A KEY that failed: once more, or on without its outputs."""
    options = (
        Option(GO_ON, "go on without its outputs", "conditions on them are asked"),
        Option(RETRY, "execute it again"),
    )
    step = program.step[invocation.step]
    cell = f" in cell {failure.cell_index}" if failure.cell_index is not None else ""
    text = f"{_heading(step)}: the KEY failed ({failure.kind.value}{cell}): {failure.message}"
    return OpenQuestion(
        f"{invocation.step}/{invocation.visit} key {invocation.ordinal} attempt {attempt}",
        QuestionKind.KEY_FAILED,
        text,
        options,
        default=GO_ON,
    )


def about_action(action: Action) -> OpenQuestion:
    """A proposed action: the person carries it out, or not, and says whether it helped."""
    check = action.field_text("verification") or "it had the effect that it should have"
    options = (
        Option(YES, f"done, and verified: {check}"),
        Option(FAILED, "done, but the verification failed", action.way_back),
        Option(NO, "not done"),
    )
    name = action.title if action.needs_typed_name else ""
    text = f"Action {action.number}: {action.title}. Did you do it?"
    return OpenQuestion(
        f"action {action.number}", QuestionKind.ACTION, text, options, default=NO, typed_name=name
    )


def about_unnumbered_actions(program: Program) -> OpenQuestion:
    """The run went to the action steps without a number: a person says which ones."""
    options = [Option(a.number, f"Action {a.number}: {a.title}") for a in program.runbook.actions]
    options.append(Option(NONE, "none of them"))
    text = "The runbook leads to its action steps. Which of them are called for?"
    return OpenQuestion("actions", QuestionKind.ACTION, text, tuple(options), several=True)


def about_verification(check: Step) -> OpenQuestion:
    """A check of the Verification section, after an action was confirmed."""
    success = check.field_text("success") or check.title
    options = (Option(YES, "yes"), Option(NO, "no"), Option(SKIP, "not checked"))
    text = f"Verification {check.id.number}, {check.title}: {success}. Is it so?"
    return OpenQuestion(str(check.id), QuestionKind.VERIFICATION, text, options)


def question_id(visit: Visit, about: str) -> str:
    """The identity of a question of a step: `step 3/1 branches`."""
    step, number = visit
    return f"{step}/{number} {about}"


def said(answer: Answer) -> str:
    """Who answered, in which way, and with which reason, for the record."""
    words = f"{answer.by or 'the operator'} says so"
    if answer.source is AnswerSource.GIVEN_AHEAD:
        words += " (given ahead, not observed)"
    return words + (f": {answer.reason}" if answer.reason else "")


def move_in_words(move: Move) -> str:
    """A move as it is shown: `→ Step 4`, `→ Action Steps`, `end of the diagnosis`."""
    if move.step is not None:
        return f"{move.step.kind.value.capitalize()} {move.step.number}"
    return {
        MoveKind.TO_ACTIONS: "Action Steps",
        MoveKind.STOP: "stop",
        MoveKind.GAVE_UP: "given up: a loop without an exit",
    }.get(move.kind, "end of the diagnosis")


def findings_so_far(program: Program, state: RunState) -> tuple[str, ...]:
    """What the KEYs found until now: a line for each value; tables and charts are in the report."""
    read = outputs_of_run(program, state)
    lines = []
    for contract in program.contracts:
        for spec in contract.outputs:
            value = read(contract.key, spec.name)
            if not isinstance(value, Missing | Table | Chart):
                lines.append(f"{spec.label}: {show_value(spec, value)}")
    return tuple(lines)


def _heading(step: Step) -> str:
    kind = {"safety": "Safety check"}.get(step.id.kind.value, step.id.kind.value.capitalize())
    return f"{kind} {step.id.number}, {step.title}"


def _branch_option(branch: Branch) -> Option:
    leads_to = "; ".join(consequence.text for consequence in branch.consequences)
    return Option(str(branch.ordinal), branch.text, leads_to)
