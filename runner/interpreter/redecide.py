"""Deciding again what a journal says was decided, from the same facts. Pure."""

from collections import deque
from collections.abc import Sequence

from runner.interpreter.counting import last_rebase
from runner.interpreter.decide import Agenda, decide
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, apply, fold
from runner.model.events import (
    ActionProposed,
    ApprovalGiven,
    ApprovalRefused,
    BranchDecided,
    CommandStarted,
    DestinationChosen,
    Event,
    ExpectationJudged,
    JournalEntry,
    KeyResultAdmitted,
    KeyResultDiscarded,
    KeyStarted,
    QuestionOpened,
    RunFinished,
    StandingConditionHeld,
    StepEntered,
    StepSkipped,
)
from runner.model.frozen import frozen
from runner.model.runs import AskOperator, InvokeKey, OpenQuestion, RunCommand

Decision = (
    StepEntered
    | StepSkipped
    | KeyResultAdmitted
    | KeyResultDiscarded
    | ExpectationJudged
    | BranchDecided
    | StandingConditionHeld
    | DestinationChosen
    | ActionProposed
    | RunFinished
)
"""What follows from the facts before it. An approval does so where nobody had to be asked."""

_ASKED_FOR = KeyStarted | QuestionOpened | CommandStarted


@frozen
class Difference:
    """The first entry of a journal that does not follow from those before it.

    `decided` is what the same facts lead to; None where they lead to nothing more.
    """

    entry: JournalEntry
    decided: Event | InvokeKey | OpenQuestion | RunCommand | None


@frozen
class Redecided:
    """What came of deciding again: how many entries were checked, and the first difference."""

    checked: int
    difference: Difference | None


def redecide(program: Program, entries: Sequence[JournalEntry]) -> Redecided:
    """Decide again at every entry that follows from others; stop at the first that does not.

    Facts from outside (results, answers, signals) are taken as they were recorded, in their
    order. `program` must be that of the recorded run; of one that was rebased, only what came after
    its last rebase can be decided again by it.
    """
    first = last_rebase(entries)
    state, checked = fold(entry.event for entry in entries[:first]), 0
    due: deque[Event] = deque()
    for entry in entries[first:]:
        event = entry.event
        if isinstance(event, Decision | ApprovalGiven | ApprovalRefused):
            due = due or deque(decide(program, state).record)
            if due or isinstance(event, Decision):
                decided = due.popleft() if due else None
                if decided != event and not _refused_at_the_start(state, event):
                    return Redecided(checked, Difference(entry, decided))
                checked += 1
        else:
            due.clear()
        if isinstance(event, _ASKED_FOR):
            agenda = decide(program, state)
            if not _asks_for(agenda, event):
                return Redecided(checked, Difference(entry, _wanted(agenda)))
            checked += 1
        state = apply(state, event)
    return Redecided(checked, None)


def _refused_at_the_start(state: RunState, event: Event) -> bool:
    """An input that changed while it was copied ends a run before anything is decided."""
    return isinstance(event, RunFinished) and state.position is None


def _asks_for(agenda: Agenda, event: KeyStarted | QuestionOpened | CommandStarted) -> bool:
    match event:
        case QuestionOpened(question=question):
            return agenda.request == AskOperator(question)
        case KeyStarted():
            invoked = InvokeKey(event.invocation, event.key, event.attempt)
            return invoked in agenda.ahead if event.ahead else agenda.request == invoked
        case CommandStarted():
            request = agenda.request
            return isinstance(request, RunCommand) and request.command.digest == event.digest


def _wanted(agenda: Agenda) -> Event | InvokeKey | OpenQuestion | RunCommand | None:
    if agenda.record:
        return agenda.record[0]
    match agenda.request:
        case AskOperator(question=question):
            return question
        case InvokeKey() | RunCommand() as request:
            return request
        case _:
            return None
