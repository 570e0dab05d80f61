"""The loop: what arrives while something else is under way, and how a run is stopped."""

import itertools
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.document.parse import parse_runbook
from runner.evidence.journal import InMemoryJournal
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome, Order, Report, Script, ScriptedExecutor
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.events import (
    BranchDecided,
    DestinationChosen,
    Event,
    InputStaged,
    KeyFailed,
    KeyResultAdmitted,
    KeyResultDiscarded,
    KeyStarted,
    QuestionAnswered,
    RunFinished,
    RunStarted,
    SignalReceived,
)
from runner.model.identity import KeyName
from runner.model.results import KeyResult, OutputValue, StagedInput
from runner.model.runs import Answer, AnswerSource, Mode, OpenQuestion, Outcome, Trigger
from runner.model.source import SourceText
from runner.model.values import OutputType
from runner.runs.loop import Ports, drive
from runner.runs.operators import NOBODY, Operator, Unattended
from runner.runs.orders import OrderWriter

KEYS = tuple(KeyName(f"jupyter-key-{letter}") for letter in "abc")
TEXT = "# Example\n\n## Diagnosis Flow\n\n### Step 1: By hand\n\nDo it.\n\n" + "".join(
    f"### Step {number}: Look\n- **KEY**: `{key.text}`\n- **Input**: the log\n"
    f"- **If Errors**: tell the author of {key.text}\n\n"
    for number, key in enumerate(KEYS, 2)
)


def contract(key: KeyName) -> KeyContract:
    outputs = (OutputSpec("errors", "Errors", OutputType.COUNT),)
    return KeyContract(key, "", "", "", (DeclaredInput("log", "log", ("csv",)),), (), outputs)


def result(errors: int) -> KeyResult:
    return KeyResult((OutputValue("errors", Decimal(errors)),), (), 0.1, "", "")


RESULTS: Script = {key: result(number) for number, key in enumerate(KEYS)}


class Person:
    """Answers when told to."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def ask(self, question: OpenQuestion) -> Answer:
        self.asked.set()
        self.may_answer.wait(10)
        return Answer(("y",), AnswerSource.OBSERVED, "ada")

    def withdraw(self, question_id: str) -> None:
        pass

    def dismiss(self) -> None:
        self.may_answer.set()


class Delayed(ScriptedExecutor):
    """Gives its outcomes after the given seconds, by KEY."""

    def __init__(self, seconds: dict[KeyName, float]):
        super().__init__(RESULTS)
        self._seconds = seconds

    def execute(self, order: Order, report: Report) -> KeyOutcome:
        time.sleep(self._seconds.get(order.key.contract.key, 0))
        return super().execute(order, report)


def start(executor: ScriptedExecutor, operator: Operator, deadline: float | None = None) -> Ports:
    keys = {key: InstalledKey(contract(key), Path(), Path(), "", "") for key in KEYS}
    journal = InMemoryJournal(lambda: datetime(2026, 1, 1, tzinfo=UTC), time.monotonic)
    orders = OrderWriter(keys, {}, Path())
    return Ports(
        journal, executor, operator, orders, inbox=SimpleQueue(), deadline_seconds=deadline
    )


def beginning() -> tuple[Program, RunState]:
    runbook = parse_runbook(SourceText("example.md", TEXT)).runbook
    started = RunStarted("r", "example", "", "", "", "", Mode.ATTENDED, Trigger("ada", "host"))
    staged = InputStaged(StagedInput("log", "log.csv", "", 0, ""))
    return Program(runbook, tuple(contract(key) for key in KEYS)), fold([started, staged])


def events(ports: Ports) -> list[Event]:
    assert isinstance(ports.journal, InMemoryJournal)
    return [entry.event for entry in ports.journal.entries]


def decisions(ports: Ports) -> list[Event]:
    kinds = (BranchDecided, DestinationChosen, KeyResultAdmitted, RunFinished)
    return [event for event in events(ports) if isinstance(event, kinds)]


def in_thread(
    program: Program, state: RunState, ports: Ports
) -> tuple[threading.Thread, list[RunState]]:
    ended: list[RunState] = []
    thread = threading.Thread(target=lambda: ended.append(drive(program, state, ports)))
    thread.start()
    return thread, ended


def test_an_answer_arrives_while_a_key_runs_and_is_written_down_first() -> None:
    gate, person = threading.Event(), Person()
    ports = start(ScriptedExecutor(RESULTS, gate), person)
    thread, ended = in_thread(*beginning(), ports)
    assert person.asked.wait(5)
    person.may_answer.set()
    while not any(isinstance(event, QuestionAnswered) for event in events(ports)):
        time.sleep(0.005)
    assert [e.ahead for e in events(ports) if isinstance(e, KeyStarted)] == [True, True]
    assert not ended
    gate.set()
    thread.join(5)
    assert ended[0].finished is not None
    assert ended[0].finished.outcome is Outcome.INCONCLUSIVE


def test_a_key_is_on_record_before_it_is_executed() -> None:
    class Suspicious(ScriptedExecutor):
        def execute(self, order: Order, report: Report) -> KeyOutcome:
            started = [e for e in events(ports) if isinstance(e, KeyStarted)]
            assert order.invocation in [event.invocation for event in started]
            return super().execute(order, report)

    ports = start(Suspicious(RESULTS), Unattended())
    drive(*beginning(), ports)
    assert len([e for e in events(ports) if isinstance(e, KeyStarted)]) == 3


@pytest.mark.parametrize("order", list(itertools.permutations(KEYS)))
def test_the_order_in_which_results_arrive_changes_no_decision(order: tuple[KeyName, ...]) -> None:
    at_once = start(Delayed({}), Unattended())
    drive(*beginning(), at_once)
    seconds = {key: 0.02 * place for place, key in enumerate(order)}
    shuffled = start(Delayed(seconds), Unattended())
    drive(*beginning(), shuffled)
    assert decisions(shuffled) == decisions(at_once)


@given(st.lists(st.floats(0, 0.01), min_size=4, max_size=4))
@settings(max_examples=15, deadline=None)
def test_no_interleaving_of_answers_and_results_changes_a_decision(delays: list[float]) -> None:
    class Slow(Person):
        def ask(self, question: OpenQuestion) -> Answer:
            time.sleep(delays[3])
            return Answer(("y",), AnswerSource.OBSERVED, "ada")

    quick, slow = (
        start(Delayed({}), Slow()),
        start(Delayed(dict(zip(KEYS, delays, strict=False))), Slow()),
    )
    drive(*beginning(), quick)
    drive(*beginning(), slow)
    assert decisions(quick) == decisions(slow)


def test_a_signal_ends_the_run_within_two_seconds_and_says_what_was_stopped() -> None:
    ports = start(ScriptedExecutor(RESULTS, threading.Event()), Person())
    thread, ended = in_thread(*beginning(), ports)
    time.sleep(0.05)
    before = time.monotonic()
    ports.inbox.put(SignalReceived(2))
    thread.join(5)
    assert time.monotonic() - before < 2
    finished = ended[0].finished
    assert finished is not None
    assert (finished.outcome, finished.exit_code) == (Outcome.ABORTED, 130)
    assert any(isinstance(event, KeyFailed) for event in events(ports))
    assert any(isinstance(event, KeyResultDiscarded) for event in events(ports))


def test_a_deadline_ends_the_run_as_inconclusive() -> None:
    ports = start(ScriptedExecutor(RESULTS, threading.Event()), Person(), deadline=0.05)
    state = drive(*beginning(), ports)
    assert state.finished is not None
    assert state.finished.outcome is Outcome.INCONCLUSIVE
    assert "the time limit of 0.05 s passed" in state.finished.open_items


def test_what_a_worker_raises_reaches_the_loop() -> None:
    class Broken(Unattended):
        def ask(self, question: OpenQuestion) -> Answer:
            raise RuntimeError("the terminal is gone")

    with pytest.raises(RuntimeError, match="the terminal is gone"):
        drive(*beginning(), start(ScriptedExecutor(RESULTS), Broken()))


def test_nobody_there_is_recorded_as_nobody() -> None:
    ports = start(ScriptedExecutor(RESULTS), Unattended())
    drive(*beginning(), ports)
    answers = [e.answer for e in events(ports) if isinstance(e, QuestionAnswered)]
    assert answers == [NOBODY]
