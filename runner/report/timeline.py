"""The events of a run as lines of a timeline, and the clock by which they are told."""

from collections.abc import Sequence
from itertools import pairwise

from runner.model.events import (
    ActionProposed,
    ApprovalRefused,
    CommandFinished,
    CommandStarted,
    DeadlineReached,
    DestinationChosen,
    Event,
    InputRefused,
    InputStaged,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyResultDiscarded,
    KeyStarted,
    QuestionAnswered,
    QuestionOpened,
    RunFinished,
    RunStarted,
    SignalReceived,
    StandingConditionHeld,
    StepEntered,
    StepSkipped,
)
from runner.model.results import StagedInput
from runner.model.runs import AnswerSource
from runner.report.chapters import Moment
from runner.report.interruptions import interruption_in_words
from runner.report.measures import show_seconds, show_size
from runner.report.names import move_name, place_name


def timeline(entries: Sequence[JournalEntry]) -> tuple[Moment, ...]:
    """What happened, a line for each event that is more than a verdict."""
    seconds = seconds_passed(entries)
    lines = ((entry, at, _words(entry.event)) for entry, at in zip(entries, seconds, strict=True))
    return tuple(Moment(entry.at, at, words) for entry, at, words in lines if words)


def seconds_passed(entries: Sequence[JournalEntry]) -> tuple[float, ...]:
    """Seconds since the first event, for each event.

    Monotonic within a process; where another process took the run over, the stamps bridge it.
    """
    passed = [0.0]
    for before, entry in pairwise(entries):
        step = entry.elapsed - before.elapsed
        if step < 0:
            step = max((entry.at - before.at).total_seconds(), 0.0)
        passed.append(passed[-1] + step)
    return tuple(passed[: len(entries)])


def _words(event: Event) -> str:
    match event:
        case RunStarted():
            return f"run started, {event.mode.value}"
        case InputStaged(staged=staged):
            return f"input {staged.name} taken in: {staged.origin}, {_how_kept(staged)}"
        case StepEntered():
            again = f" (visit {event.visit})" if event.visit > 1 else ""
            return f"{place_name(event.step)} reached{again}"
        case StepSkipped():
            return f"{place_name(event.step)} not done: {event.why}"
        case DestinationChosen():
            return f"{place_name(event.step)} left: {move_name(event.move)} ({event.why})"
        case StandingConditionHeld():
            return f"{event.kind.value} if {event.text}: {event.reason.sentence}"
        case ActionProposed():
            return f"Action {event.action} called for: {event.title} ({event.because})"
        case DeadlineReached():
            return f"the time limit of {show_seconds(event.seconds)} passed"
        case SignalReceived():
            return f"asked to stop (signal {event.signal})"
        case RunFinished():
            return f"run finished: {event.outcome.value.replace('_', ' ')}"
        case _:
            said = _of_key(event) or _of_command(event) or _of_question(event)
            return said or interruption_in_words(event)


def _of_key(event: Event) -> str:
    match event:
        case KeyStarted():
            ahead = f" ahead of {place_name(event.invocation.step)}" if event.ahead else ""
            attempt = f", attempt {event.attempt}" if event.attempt > 1 else ""
            return f"{event.key.text} started{ahead}{attempt}"
        case KeyFinished():
            took = show_seconds(event.result.seconds)
            return f"KEY of {place_name(event.invocation.step)} finished, took {took}"
        case KeyFailed(failure=failure):
            place = place_name(event.invocation.step)
            return f"KEY of {place} failed, {failure.kind.value}: {failure.message}"
        case KeyResultDiscarded():
            return f"result of the KEY of {place_name(event.invocation.step)} not used: {event.why}"
        case _:
            return ""


def _of_command(event: Event) -> str:
    match event:
        case CommandStarted():
            return f"command {event.number} started: {event.text}"
        case CommandFinished():
            took = show_seconds(event.result.seconds)
            return f"command {event.number}: {event.result.in_words}, took {took}"
        case ApprovalRefused():
            return f"{event.subject} not run: {event.why}"
        case InputRefused():
            return f"input {event.name} not taken in: {event.why}"
        case _:
            return ""


def _of_question(event: Event) -> str:
    match event:
        case QuestionOpened(question=question):
            return f"asked: {question.text}"
        case QuestionAnswered(answer=answer):
            if answer.source is AnswerSource.NOBODY:
                return f"nobody answered ({event.question_id})"
            chosen = ", ".join(answer.chosen) or "none"
            by = f" by {answer.by}" if answer.by else ""
            return f"answered{by}, {answer.source.value}: {chosen} ({event.question_id})"
        case _:
            return ""


def _how_kept(staged: StagedInput) -> str:
    size = show_size(staged.size)
    if not staged.is_copied:
        return f"{size}, not kept"
    kept_out = sum(one.count for one in staged.redactions)
    return f"{size}, {kept_out:,} values kept out" if kept_out else size
