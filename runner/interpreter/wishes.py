"""Commands that a person wants to be run: an explicit yes for each, then the command itself."""

from runner.interpreter import questions
from runner.interpreter.action_questions import about_command
from runner.interpreter.state import RunState
from runner.model.commands import Command
from runner.model.events import ApprovalGiven, ApprovalRefused
from runner.model.runs import (
    Answer,
    AnswerSource,
    AskOperator,
    AwaitCommand,
    Mode,
    RunCommand,
)

Approval = ApprovalGiven | ApprovalRefused


def pending_command(state: RunState) -> Approval | AskOperator | RunCommand | AwaitCommand | None:
    """What is next about the command that was asked for last; None once it is settled.

    A yes counts only where somebody gave it to this text in this run: not ahead, not scripted.
    """
    number = len(state.wishes)
    subject = command_id(number)
    approval = state.approvals.get(subject)
    if not number or number in state.command_ends or isinstance(approval, ApprovalRefused):
        return None
    if number in state.commands:
        return AwaitCommand(number)
    wish = state.wishes[-1]
    command = _wished(state)
    if isinstance(command, str):
        return ApprovalRefused(subject, wish.digest, command)
    if approval is not None:
        return RunCommand(number, command, wish.question_id)
    question = about_command(subject, command, state.questions[wish.question_id])
    answer = state.answers.get(subject)
    return AskOperator(question) if answer is None else _approval(subject, command, answer)


def command_id(number: int) -> str:
    """What the nth command of a run is called: in its question, its approval, its file."""
    return f"command {number}"


def _approval(subject: str, command: Command, answer: Answer) -> Approval:
    if questions.YES not in answer.chosen:
        return ApprovalRefused(subject, command.digest, "nobody said yes")
    if answer.source is not AnswerSource.OBSERVED:
        why = f"a yes that was {answer.source.value} does not count for a command"
        return ApprovalRefused(subject, command.digest, why)
    return ApprovalGiven(subject, command.digest, answer.by, answer.reason)


def _wished(state: RunState) -> Command | str:
    """The command, or why it may not be run."""
    wish = state.wishes[-1]
    asked = state.questions.get(wish.question_id)
    command = asked.command(wish.command) if asked else None
    if state.started is None or state.started.mode is not Mode.ATTENDED:
        return "commands are run only while a person is there"
    if command is None or command.digest != wish.digest:
        return "it is not the command that was shown"
    return command.refusal or command
