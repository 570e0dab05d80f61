"""Commands that the operator asked for: who said yes, what was run, and how it ended."""

from collections.abc import Sequence

from runner.interpreter.state import RunState
from runner.interpreter.wishes import command_id
from runner.model.events import ApprovalGiven, ApprovalRefused, CommandRequested, JournalEntry
from runner.report.chapters import CommandStory


def command_stories(entries: Sequence[JournalEntry], state: RunState) -> tuple[CommandStory, ...]:
    """Every command that was asked for, in order, also those that were refused."""
    asked = (e for e in entries if isinstance(e.event, CommandRequested))
    return tuple(_story(number, entry, state) for number, entry in enumerate(asked, 1))


def _story(number: int, entry: JournalEntry, state: RunState) -> CommandStory:
    wish = state.wishes[number - 1]
    approval = state.approvals.get(command_id(number))
    question = state.questions.get(wish.question_id)
    shown = question.command(wish.command) if question else None
    started = state.commands.get(number)
    return CommandStory(
        number=number,
        about=wish.question_id,
        text=started.text if started else shown.text if shown else "",
        digest=wish.digest,
        by=approval.by if isinstance(approval, ApprovalGiven) else wish.by,
        asked=entry.at,
        refused=approval.why if isinstance(approval, ApprovalRefused) else "",
        result=state.command_ends.get(number),
    )
