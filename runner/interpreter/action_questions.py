"""The questions about actions, their verification, and single commands."""

import re

from runner.document.commands import read_commands
from runner.interpreter.bearing import Bearing, bearing_on, words_of_action
from runner.interpreter.program import Program
from runner.interpreter.questions import FAILED, NO, NONE, SKIP, YES
from runner.interpreter.readiness import Readiness, Ready, readiness
from runner.interpreter.state import RunState
from runner.model.commands import Command
from runner.model.runbook import Action, Reversibility, Step
from runner.model.runs import OpenQuestion, Option, QuestionKind

_OTHER_RUNTIME = re.compile(r"\b(?!jupyter-)node-[a-z0-9]+(?:-[a-z0-9]+)*\b")
_UNDOING = {
    Reversibility.REVERSIBLE: "Reversible",
    Reversibility.IRREVERSIBLE: "IRREVERSIBLE",
    Reversibility.UNSTATED: "The runbook does not say whether it can be undone",
}


def action_id(action: Action) -> str:
    """The identity of the question about an action."""
    return f"action {action.number}"


def about_action(program: Program, state: RunState, action: Action) -> OpenQuestion:
    """A proposed action: the person carries it out, or not, and says whether it helped."""
    check = action.field_text("verification") or "it had the effect that it should have"
    options = (
        Option(YES, f"done, and verified: {check}"),
        Option(FAILED, "done, but the verification failed", action.way_back),
        Option(NO, "not done"),
    )
    found = bearing_on(program, state, words_of_action(action))
    return OpenQuestion(
        action_id(action),
        QuestionKind.ACTION,
        f"Action {action.number}: {action.title}. Did you do it?",
        options,
        default=NO,
        typed_name=action.title if action.needs_typed_name else "",
        bears_on_it=found.first,
        also_found=found.rest,
        notes=action_notes(action, readiness(program, state, action)),
        commands=read_commands(action.fences),
        action=action.number,
    )


def action_notes(action: Action, ready: Readiness) -> tuple[str, ...]:
    """What to know before an action: what it needs, what it does besides, how it is undone."""
    undoing = _UNDOING[action.reversibility]
    notes = [f"{undoing}{'. USE WITH CAUTION' if action.with_caution else ''}"]
    met = {Ready.MET: f" (met as far as it is known: {ready.because})"}.get(ready.ready, "")
    if ready.ready is Ready.WAITS:
        met = f" (NOT met: {ready.because})"
    for label, missing in _FIELDS:
        text = action.field_text(label)
        if text:
            notes.append(f"{label}{met if label == 'Precondition' else ''}: {text}")
        elif missing:
            notes.append(missing)
    keys = dict.fromkeys(_OTHER_RUNTIME.findall(action.body))
    notes += [f"{key} is an execution KEY of another runtime: start it there" for key in keys]
    return tuple(notes)


_FIELDS = (
    ("Precondition", ""),
    ("Side Effects", ""),
    ("Warning", ""),
    ("Verification", "The runbook names no verification"),
    ("Rollback", "The runbook names no rollback"),
)


def about_unnumbered_actions(program: Program, state: RunState) -> OpenQuestion:
    """The run went to the action steps without a number: a person says which ones."""
    judged = [(a, readiness(program, state, a)) for a in program.runbook.actions]
    judged.sort(key=lambda one: one[1].ready)
    options = [_action_option(action, ready) for action, ready in judged]
    options.append(Option(NONE, "none of them"))
    words = " . ".join(words_of_action(action) for action in program.runbook.actions)
    found: Bearing = bearing_on(program, state, words)
    return OpenQuestion(
        "actions",
        QuestionKind.ACTION,
        "The runbook leads to its action steps. Which of them are called for?",
        tuple(options),
        several=True,
        bears_on_it=found.first,
        also_found=found.rest,
    )


def about_verification(program: Program, state: RunState, check: Step) -> OpenQuestion:
    """A check of the Verification section, after an action was confirmed."""
    success = check.field_text("success") or check.title
    options = (Option(YES, "yes"), Option(NO, "no"), Option(SKIP, "not checked"))
    found = bearing_on(program, state, f"{check.title} . {check.body}")
    return OpenQuestion(
        str(check.id),
        QuestionKind.VERIFICATION,
        f"Verification {check.id.number}, {check.title}: {success}. Is it so?",
        options,
        bears_on_it=found.first,
        also_found=found.rest,
        commands=read_commands(check.fences),
        place=check.id,
    )


def about_command(subject: str, command: Command, asked: OpenQuestion) -> OpenQuestion:
    """An explicit yes for one command, shown exactly as it will be run."""
    return OpenQuestion(
        subject,
        QuestionKind.COMMAND,
        "This is going to be run on this machine, as you. Run it now?",
        (Option(YES, "run it once"), Option(NO, "do not run it")),
        default=NO,
        typed_name=asked.typed_name,
        commands=(command,),
        place=asked.place,
        action=asked.action,
    )


def _action_option(action: Action, ready: Readiness) -> Option:
    known = action_notes(action, ready)
    kept = [note for note in known if note.startswith(("Precondition", "IRR", "Rev", "Warning"))]
    return Option(action.number, f"Action {action.number}: {action.title}", note=". ".join(kept))
