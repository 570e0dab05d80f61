"""The part of a record that counts: what a rebase made void is in the timeline alone."""

from collections.abc import Sequence

from runner.model.events import (
    ActionProposed,
    BranchDecided,
    DestinationChosen,
    ExpectationJudged,
    InputRefused,
    JournalEntry,
    KeyResultAdmitted,
    KeyResultDiscarded,
    QuestionAnswered,
    QuestionOpened,
    RunbookRebased,
    StandingConditionHeld,
    StepEntered,
    StepSkipped,
)

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
    last = max((n for n, e in enumerate(entries) if isinstance(e.event, RunbookRebased)), default=0)
    before = (e for e in entries[:last] if not isinstance(e.event, _VOID_AFTER_REBASE))
    return (*before, *entries[last:])
