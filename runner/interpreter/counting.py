"""The part of a record that counts: what a rebase made void is in the timeline alone."""

from collections.abc import Sequence

from runner.model.events import (
    ActionProposed,
    BranchDecided,
    DestinationChosen,
    Event,
    ExpectationJudged,
    InputRefused,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyResultAdmitted,
    KeyResultDiscarded,
    KeyStarted,
    QuestionAnswered,
    QuestionOpened,
    RunbookRebased,
    StandingConditionHeld,
    StepEntered,
    StepSkipped,
)
from runner.model.identity import InvocationId, KeyName
from runner.model.interruptions import RunResumed
from runner.model.results import FailureKind

_VOID_AFTER_REBASE = (
    ActionProposed,
    BranchDecided,
    DestinationChosen,
    ExpectationJudged,
    InputRefused,
    KeyResultAdmitted,
    KeyResultDiscarded,
    QuestionAnswered,
    QuestionOpened,
    StandingConditionHeld,
    StepEntered,
    StepSkipped,
)


def counting(entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
    """The entries without the decisions and questions of a text that was replaced later."""
    last = last_rebase(entries)
    before = (e for e in entries[:last] if not isinstance(e.event, _VOID_AFTER_REBASE))
    return (*before, *entries[last:])


def last_rebase(entries: Sequence[JournalEntry]) -> int:
    """The place of the last rebase among the entries; 0 where there was none."""
    return max((n for n, e in enumerate(entries) if isinstance(e.event, RunbookRebased)), default=0)


def without_lost_ends(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events without those ends of KEYs that a resumption or a rebase made void.

    That is: what was stopped and then started anew, and results of a KEY that was edited.
    """
    kept: list[Event] = []
    keys: dict[InvocationId, KeyName] = {}
    for event in events:
        if isinstance(event, KeyStarted):
            keys[event.invocation] = event.key
        if isinstance(event, RunResumed):
            kept = [one for one in kept if not _was_stopped(one)]
        if isinstance(event, RunbookRebased):
            void = {i for i, key in keys.items() if key in event.void}
            kept = [one for one in kept if not _ends_one_of(one, void)]
        kept.append(event)
    return tuple(kept)


def _was_stopped(event: Event) -> bool:
    return isinstance(event, KeyFailed) and event.failure.kind is FailureKind.STOPPED


def _ends_one_of(event: Event, invocations: set[InvocationId]) -> bool:
    return isinstance(event, KeyFinished | KeyFailed) and event.invocation in invocations
