"""What another text of a runbook would have decided, from what a run recorded: the same loop.

KEYs give the results that they gave, people the answers that they gave. What was never recorded
is not made up: a KEY that did not run is named, and a question that nobody was asked stays open.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from runner.evidence.journal import InMemoryJournal
from runner.interpreter.counting import counting, without_lost_ends
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome, ScriptedExecutor
from runner.model.events import (
    Event,
    InputStaged,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    QuestionAnswered,
    QuestionOpened,
    RunStarted,
)
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName
from runner.model.runs import Answer, AnswerSource, OpenQuestion
from runner.runs.loop import Ports, drive
from runner.runs.operators import NOBODY
from runner.runs.orders import OrderWriter
from runner.runs.recorded import RecordedRun

_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


@frozen
class Supposed:
    """A run that did not happen: its program and journal, and what it would have needed besides.

    `not_recorded` are the KEYs that it calls for and the recorded run has no result of;
    `not_asked` are the questions that only it would have put to a person.
    """

    program: Program
    entries: tuple[JournalEntry, ...]
    state: RunState
    not_recorded: tuple[str, ...]
    not_asked: tuple[str, ...]


def suppose(recorded: RecordedRun, program: Program) -> Supposed:
    """Drive `program` through the results and answers of a recorded run, without a kernel."""
    events = without_lost_ends([entry.event for entry in counting(recorded.entries)])
    script = _script(recorded.state, events, program)
    executor = ScriptedExecutor(script)
    operator = RecordedAnswers(events)
    journal = InMemoryJournal(lambda: _MIDNIGHT, lambda: 0.0)
    state = fold(_beginning(events, program))
    journal.append(_beginning(events, program))
    ports = Ports(
        journal=journal,
        executor=executor,
        operator=operator,
        orders=OrderWriter(_keys(program), {}, recorded.folder),
    )
    ended = drive(program, state, ports)
    missing = {
        order.key.contract.key.text
        for order in executor.orders
        if order.invocation not in script and order.key.contract.key not in script
    }
    return Supposed(
        program, journal.entries, ended, tuple(sorted(missing)), tuple(operator.not_asked)
    )


class RecordedAnswers:
    """The operator of a replay: whoever answered a question answers it again, in the same words."""

    def __init__(self, events: Iterable[Event]):
        self._questions: dict[str, OpenQuestion] = {}
        self._answers: dict[str, Answer] = {}
        self.not_asked: list[str] = []
        for event in events:
            if isinstance(event, QuestionOpened):
                self._questions[event.question.id] = event.question
            elif isinstance(event, QuestionAnswered):
                self._answers[event.question_id] = event.answer

    def withdraw(self, question_id: str) -> None:
        """Nothing waits."""

    def ask(self, question: OpenQuestion) -> Answer:
        """The recorded answer where the question has options of the same words; else nobody's."""
        was, answer = self._questions.get(question.id), self._answers.get(question.id)
        if was is None or answer is None or was.kind is not question.kind:
            self.not_asked.append(question.id)
            return NOBODY
        if answer.source is AnswerSource.NOBODY:
            return answer
        said = [option.text for option in was.options if option.key in answer.chosen]
        chosen = tuple(option.key for option in question.options if option.text in said)
        if len(chosen) != len(answer.chosen):
            self.not_asked.append(question.id)
            return NOBODY
        return Answer(chosen, answer.source, answer.by, answer.reason)

    def dismiss(self) -> None:
        """Nothing waits."""


def _beginning(events: Iterable[Event], program: Program) -> list[Event]:
    """How the recorded run began, under the other text; every input that it ever had is there."""
    kept: list[Event] = [e for e in events if isinstance(e, RunStarted | InputStaged)]
    started = kept[0]
    if isinstance(started, RunStarted):
        digest = program.runbook.source.digest
        kept[0] = RunStarted(**{**vars(started), "runbook_digest": digest})
    return kept


def _script(
    state: RunState, events: Iterable[Event], program: Program
) -> Mapping[KeyName | InvocationId, KeyOutcome | tuple[KeyOutcome, ...]]:
    """What each call gave, attempt by attempt; by KEY where its calls stand elsewhere now."""
    by_call: dict[InvocationId, list[KeyOutcome]] = {}
    for event in events:
        if isinstance(event, KeyFinished | KeyFailed):
            outcome = event.result if isinstance(event, KeyFinished) else event.failure
            by_call.setdefault(event.invocation, []).append(outcome)
    script: dict[KeyName | InvocationId, KeyOutcome | tuple[KeyOutcome, ...]] = {}
    by_key: dict[KeyName, list[KeyOutcome]] = {}
    for invocation, outcomes in by_call.items():
        key = state.attempts[invocation].key
        by_key.setdefault(key, []).extend(outcomes)
        if key == _called(program, invocation):
            script[invocation] = tuple(outcomes)
    for key, outcomes in by_key.items():
        script[key] = tuple(outcomes)
    return script


def _called(program: Program, invocation: InvocationId) -> KeyName | None:
    step = program.step.get(invocation.step)
    calls = step.invocations if step else ()
    return calls[invocation.ordinal - 1].key if invocation.ordinal <= len(calls) else None


def _keys(program: Program) -> dict[KeyName, InstalledKey]:
    return {c.key: InstalledKey(c, Path(), Path(), "", "") for c in program.contracts}
