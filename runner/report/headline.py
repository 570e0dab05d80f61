"""The outcome in one sentence, and what to do next in another."""

import re

from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.interpreter.verification import is_verification
from runner.model.conditions import Verdict
from runner.model.events import RunFinished
from runner.model.frozen import frozen
from runner.model.interruptions import WhySuspended
from runner.model.results import KeyFailure
from runner.model.runbook import Reversibility
from runner.model.runs import MoveKind, Outcome
from runner.report.chapters import ActionStory
from runner.report.names import place_name
from runner.report.verification import verification_sentences

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@frozen
class Headline:
    """`word` names the outcome ("actions recommended"), `sentence` says it, `next` what to do."""

    word: str
    sentence: str
    next: str


def headline(
    program: Program,
    state: RunState,
    actions: tuple[ActionStory, ...],
    under_way: str,
    alive: bool,
) -> Headline:
    """The top of every view. A run without an end claims no outcome."""
    finished = state.finished
    if finished is None:
        return _unfinished(state, under_way, alive)
    word = finished.outcome.value.replace("_", " ")
    sentence, following = _said(program, state, finished, actions)
    return Headline(word, sentence, following)


def command(verb: str, name: str) -> str:
    """A command line to type; without the name where that is no plain word."""
    return f"runbook {verb} {name}" if _PLAIN_NAME.fullmatch(name) else f"runbook {verb}"


def _unfinished(state: RunState, under_way: str, alive: bool) -> Headline:
    run_id = state.started.run_id if state.started else ""
    if alive:
        return Headline("running", f"This run is not finished: {under_way}.", "Wait for its end.")
    go_on = f"Go on: {command('resume', run_id)}"
    if state.suspended and state.suspended.why is WhySuspended.PERSON:
        sentence = f"This run waits for a person: {under_way}. It has no outcome yet."
        return Headline("waiting", sentence, go_on)
    sentence = f"This run was interrupted: {under_way}. It has no outcome."
    return Headline("interrupted", sentence, go_on)


def _said(
    program: Program, state: RunState, finished: RunFinished, actions: tuple[ActionStory, ...]
) -> tuple[str, str]:
    slug = state.started.runbook_slug if state.started else ""
    if is_verification(state) and finished.outcome is not Outcome.ABORTED:
        return verification_sentences(program, state)
    match finished.outcome:
        case Outcome.ACTIONS_RECOMMENDED:
            return _actions(finished, actions, slug)
        case Outcome.ESCALATE:
            why = _escalations(state, finished)
            return f"Somebody else must be called in: {why}.", "Escalate now, with this report."
        case Outcome.HANDED_OVER:
            names = "; ".join(finished.handed_over_to)
            return f"Another runbook takes over: {names}.", "Go on with that runbook."
        case Outcome.FAILED | Outcome.BROKEN:
            return _failed(state), f"Mend the cause, then: {command('run', slug)}"
        case Outcome.INCONCLUSIVE:
            return _inconclusive(state, finished), _look(finished)
        case Outcome.RESOLVED:
            return "A person confirmed that the issue is resolved.", _afterwards(finished)
        case Outcome.HEALTHY:
            said = "Every expectation holds, and no branch that calls for anything does."
            return said, _afterwards(finished)
        case Outcome.ABORTED:
            number = f" by signal {state.signal}" if state.signal else ""
            return f"The run was stopped{number} before its end.", f"{command('run', slug)}"


def _actions(finished: RunFinished, actions: tuple[ActionStory, ...], slug: str) -> tuple[str, str]:
    named = [a for a in actions if a.number in finished.recommended_actions]
    if not named:
        return "The runbook leads to its action steps.", "Choose among its actions."
    if len(named) == 1:
        sentence = f"Action {named[0].number} is called for: {named[0].title}."
    else:
        listed = "; ".join(f"Action {a.number} ({a.title})" for a in named)
        sentence = f"{len(named)} actions are called for: {listed}."
    first = named[0]
    undo = {
        Reversibility.REVERSIBLE: " (reversible)",
        Reversibility.IRREVERSIBLE: " (it cannot be undone)",
        Reversibility.UNSTATED: "",
    }[first.reversibility]
    caution = ", with caution" if first.with_caution else ""
    again = f"on new data: {command('run', slug)}"
    return sentence, f"Do Action {first.number}{undo}{caution}, then check {again}"


def _escalations(state: RunState, finished: RunFinished) -> str:
    reasons = {held.text: held.reason.sentence for held in state.standing}
    return "; ".join(
        f"{text} ({reasons[text]})" if text in reasons else text for text in finished.escalations
    )


def _failed(state: RunState) -> str:
    for invocation, result in state.admitted.items():
        if isinstance(result, KeyFailure):
            key = state.attempts[invocation].key.text
            at = place_name(invocation.step)
            how = f"{result.kind.value}: {result.message}" if result.message else result.kind.value
            return f"{key} gave no result in {at} ({how.rstrip('.')})."
    return "The run could not do what mattered."


def _inconclusive(state: RunState, finished: RunFinished) -> str:
    given_up = next((move for move in state.moves if move.move.kind is MoveKind.GAVE_UP), None)
    if given_up:
        return f"A loop ended the diagnosis: {given_up.why}. No cause was established."
    broken = [e for e in state.expectations.values() if e.reason.verdict is not Verdict.HOLDS]
    if broken:
        reason = broken[0].reason
        word = "is broken" if reason.verdict is Verdict.FAILS else "is unknown"
        return f'"{broken[0].text}" {word}: {reason.sentence}. No cause was established.'
    if finished.open_questions:
        return f"Left open: {finished.open_questions[0]}."
    if finished.findings:
        return f"No cause was established. Found: {finished.findings[0]}."
    return "No cause was established, and health was not either."


def _look(finished: RunFinished) -> str:
    if finished.open_questions:
        return f"A person must look: {finished.open_questions[0]}."
    if finished.not_done:
        return f"A person must look, beginning with {finished.not_done[0]}."
    return "A person must look."


def _afterwards(finished: RunFinished) -> str:
    if finished.open_items:
        return f"Still open: {finished.open_items[0]}."
    if finished.not_done:
        return f"Nothing is called for. Not done: {finished.not_done[0]}."
    return "Nothing is called for."
