"""The questions that a run puts to a person: the words, the options, and where each leads."""

from runner.conditions.names import plain_phrase
from runner.document.commands import read_commands
from runner.interpreter.bearing import bearing_on, words_of_step
from runner.interpreter.destination import Conflict
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.model.contract import DeclaredInput
from runner.model.identity import InvocationId
from runner.model.results import KeyFailure
from runner.model.runbook import Branch, KeyInvocation, Step
from runner.model.runs import (
    Answer,
    AnswerSource,
    Move,
    MoveKind,
    OpenQuestion,
    Option,
    QuestionKind,
)

YES, NO, NONE, SKIP, RETRY, GO_ON = "y", "n", "none", "skip", "retry", "go on"
FAILED, FILE = "failed", "file"


def about_step(program: Program, state: RunState, visit: Visit, why: str) -> OpenQuestion:
    """A person's step: do it, and say which branches apply."""
    step = program.step[visit[0]]
    options = [_branch_option(branch) for branch in step.branches]
    if options:
        options.append(_none_of(step.branches, "goes on"))
    else:
        options.append(Option(YES, "done", "goes on"))
    options.append(Option(SKIP, "not done", "goes on, and says so"))
    text = f"{_heading(step)}{f' ({why})' if why else ''}: which of these is so?"
    if not step.branches:
        text = f"{_heading(step)}{f' ({why})' if why else ''}: is it done?"
    found = bearing_on(program, state, words_of_step(step))
    return OpenQuestion(
        question_id(visit, "step"),
        QuestionKind.STEP,
        text,
        tuple(options),
        several=len(step.branches) > 1,
        bears_on_it=found.first,
        also_found=found.rest,
        notes=execution_notes(step),
        commands=read_commands(step.fences),
        place=step.id,
    )


def about_branches(
    program: Program, state: RunState, visit: Visit, unknown: tuple[Branch, ...]
) -> OpenQuestion:
    """Conditions that the outputs leave open, where the answer could change the way."""
    options = [_branch_option(branch) for branch in unknown]
    options.append(_none_of(unknown))
    step = program.step[visit[0]]
    found = bearing_on(program, state, " . ".join(branch.text for branch in unknown))
    return OpenQuestion(
        question_id(visit, "branches"),
        QuestionKind.BRANCHES,
        f"{_heading(step)}: the outputs leave this open. Which of these is so?",
        tuple(options),
        several=len(unknown) > 1,
        bears_on_it=found.first,
        also_found=found.rest,
        notes=tuple(_why_open(state, visit, branch) for branch in unknown),
        commands=read_commands(step.fences),
        place=step.id,
    )


def about_destination(program: Program, visit: Visit, conflict: Conflict) -> OpenQuestion:
    """Branches that hold and pull to different places."""
    options = tuple(
        Option(str(n), f"If {branch.text}", move_in_words(move))
        for n, (branch, move) in enumerate(conflict.moves, 1)
    )
    text = f"{_heading(program.step[visit[0]])}: branches lead to different places. Which way?"
    kind, place = QuestionKind.DESTINATION, visit[0]
    return OpenQuestion(question_id(visit, "destination"), kind, text, options, place=place)


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
        question_id(visit, "gate"),
        QuestionKind.GATE,
        text,
        options,
        default=default,
        place=visit[0],
    )


def about_stop(program: Program, visit: Visit) -> OpenQuestion:
    """A Stop: the author says that it may end here; a person confirms that it is resolved."""
    options = (
        Option(YES, "yes, it is resolved", "the run ends"),
        Option(NO, "no", "the run ends unconfirmed"),
    )
    text = f"{_heading(program.step[visit[0]])} says STOP. Is the issue resolved?"
    return OpenQuestion("stop", QuestionKind.STOP, text, options, place=visit[0])


def about_failure(
    program: Program, state: RunState, invocation: InvocationId, failure: KeyFailure
) -> OpenQuestion:
    """A KEY that failed: once more, with another input, or on without its outputs."""
    step, attempt = program.step[invocation.step], state.attempt(invocation)
    contract = program.by_key[state.attempts[invocation].key]
    inputs = tuple(declared.name for declared in contract.inputs)
    options = [
        Option(GO_ON, "go on without its outputs", "conditions on them are asked"),
        Option(RETRY, "execute it again"),
    ]
    if inputs:
        options.append(Option(FILE, f"the path of another file {_of_several(inputs)}".strip()))
    cell = f" in cell {failure.cell_index}" if failure.cell_index is not None else ""
    text = f"{_heading(step)}: the KEY failed ({failure.kind.value}{cell}): {failure.message}"
    name = f"{invocation.step}/{invocation.visit} key {invocation.ordinal} attempt {attempt}"
    return OpenQuestion(
        name,
        QuestionKind.KEY_FAILED,
        text,
        tuple(options),
        default=GO_ON,
        notes=_refusal_of(state, name),
        inputs=inputs,
        place=step.id,
    )


def about_input(
    state: RunState, visit: Visit, step: Step, call: KeyInvocation, declared: DeclaredInput
) -> OpenQuestion:
    """A KEY that cannot be executed for want of an input: a file, or on without it."""
    name = question_id(visit, f"input {declared.name}")
    written = "; ".join(spec.text for spec in call.inputs)
    options = (
        Option(FILE, f"the path of {declared.label} ({', '.join(declared.formats)})"),
        Option(SKIP, "go on without it", "the step is left to you"),
    )
    notes = (f"The runbook says: {written}",) if written else ()
    return OpenQuestion(
        name,
        QuestionKind.INPUT,
        f"{_heading(step)}: {call.key.text} needs the input {declared.name}. Where is it?",
        options,
        notes=notes + _refusal_of(state, name),
        inputs=(declared.name,),
        place=step.id,
    )


def execution_notes(step: Step) -> tuple[str, ...]:
    """What to know before starting a KEY of another runtime, which is never done from here."""
    foreign = [call.key.text for call in step.invocations if not call.key.is_notebook]
    if not foreign:
        return ()
    notes = [f"{key} is an execution KEY of another runtime: start it there" for key in foreign]
    for label in ("Precondition", "Side Effects", "Warning", "Safety", "Rollback"):
        text = step.field_text(label) or step.field_text(f"{label}s")
        if text:
            notes.append(f"{label}: {text}")
        elif label in ("Precondition", "Side Effects"):
            notes.append(f"{label}: the runbook names none")
    return tuple(notes)


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


def _heading(step: Step) -> str:
    kind = {"safety": "Safety check"}.get(step.id.kind.value, step.id.kind.value.capitalize())
    return f"{kind} {step.id.number}, {step.title}"


def _why_open(state: RunState, visit: Visit, branch: Branch) -> str:
    known = {decided.ordinal: decided.reason.sentence for decided in state.decided(visit)}
    return f"If {branch.text}: {known.get(branch.ordinal, 'for a person')}"


def _refusal_of(state: RunState, question: str) -> tuple[str, ...]:
    refused = state.refused_inputs.get(question)
    return (f"Not taken: {refused.why}",) if refused else ()


def _of_several(inputs: tuple[str, ...]) -> str:
    return f"as NAME=PATH, for one of {', '.join(inputs)}" if len(inputs) > 1 else ""


def _none_of(branches: tuple[Branch, ...], leads_to: str = "") -> Option:
    """That no branch applies. Where a branch says "none" itself, the word is the branch's."""
    is_taken = NONE in {plain_phrase(branch.text) for branch in branches}
    return Option("none of these" if is_taken else NONE, "none of these", leads_to)


def _branch_option(branch: Branch) -> Option:
    leads_to = "; ".join(consequence.text for consequence in branch.consequences)
    return Option(str(branch.ordinal), branch.text, leads_to)
