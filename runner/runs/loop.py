"""The one loop: decide, do what is on the agenda, journal what comes back, apply, again.

All answers (kernels, the operator, the deadline, signals) enter one inbox; this thread alone
writes them down, in order of arrival, and only then shows and applies them.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from runner.evidence.journal import Journal
from runner.evidence.letterbox import Letter, NoLetters
from runner.interpreter.calls import Unavailable, input_sources
from runner.interpreter.decide import Agenda, decide
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, apply, fold
from runner.keys.executor import KeyExecutor, Order, Progress
from runner.model.commands import CommandEnd, CommandResult
from runner.model.events import (
    CommandFinished,
    CommandStarted,
    DeadlineReached,
    Event,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyStarted,
    QuestionAnswered,
    QuestionOpened,
    RunFinished,
    SignalReceived,
)
from runner.model.frozen import frozen
from runner.model.identity import InvocationId
from runner.model.interruptions import RunSuspended, WhySuspended
from runner.model.results import FailureKind, KeyFailure, KeyResult
from runner.model.runs import (
    AskOperator,
    AwaitCommand,
    AwaitResult,
    Finish,
    InvokeKey,
    OpenQuestion,
    RunCommand,
)
from runner.runs.command_runner import CommandOrder, CommandRunner, ScriptedCommands
from runner.runs.deliveries import delivered
from runner.runs.hearing import Heard, heard
from runner.runs.intake import Intake, ScriptedIntake
from runner.runs.operators import Operator
from runner.runs.orders import OrderWriter
from runner.runs.progress_board import ProgressBoard

AT_ONCE = 2
"""How many KEYs run side by side where nobody says otherwise."""
_STOPPING_SECONDS = 2.0
COMMAND_SECONDS = 120.0
"""How long a command may take."""
LETTER_SECONDS = 0.5
"""How often the inbox is looked at while a question is open."""


@frozen
class Interrupt:
    """The process is asked to end, by a signal: the run is left so that it can be resumed."""

    signal: int


Message = Event | Progress | Interrupt | BaseException
"""What enters the inbox of the loop."""


class Letters(Protocol):
    """Answers from other terminals."""

    def arrived(self) -> tuple[Letter, ...]:
        """The letters that are there, if any came since the last look."""
        ...

    def put_away(self, letter: Letter) -> None:
        """What became of a letter is on record."""
        ...


class Spectator:
    """Sees what is on disk already. Does nothing by itself; views override what they show."""

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        """Events are on disk and applied."""

    def progressed(self, progress: Progress) -> None:
        """A running KEY says how far it is, and what it printed last. Not an event.

        The newest words of each KEY are kept until this is called, and those that were given up are
        counted; a slow view holds up no KEY.
        """


@dataclass
class Ports:
    """The world as the loop sees it."""

    journal: Journal
    executor: KeyExecutor
    operator: Operator
    orders: OrderWriter
    spectator: Spectator = field(default_factory=Spectator)
    inbox: "SimpleQueue[Message]" = field(default_factory=SimpleQueue)
    monotonic: Callable[[], float] = time.monotonic
    deadline_seconds: float | None = None
    commands: CommandRunner = field(default_factory=lambda: ScriptedCommands({}))
    intake: Intake = field(default_factory=lambda: ScriptedIntake({}))
    command_seconds: float = COMMAND_SECONDS
    letters: Letters = field(default_factory=NoLetters)
    at_once: int = AT_ONCE


def drive(program: Program, state: RunState, ports: Ports) -> RunState:
    """Run to the end. Returns the state whose last event is RunFinished, or RunSuspended.

    A signal handler may put Interrupt into the inbox. Raises EvidenceLost where the journal
    cannot be written; nothing is decided or done after that.
    """
    return _Loop(program, state, ports).run()


class _Loop:
    def __init__(self, program: Program, state: RunState, ports: Ports):
        self._program = program
        self._state = state
        self._ports = ports
        self._began = ports.monotonic()
        self._asking = ""
        self._outstanding: set[InvocationId | int] = set()
        self._board = ProgressBoard(ports.inbox)
        self._leaving: RunSuspended | None = None

    def run(self) -> RunState:
        try:
            while not self._turn():
                pass
        finally:
            self._ports.operator.dismiss()
            self._ports.executor.stop()
            self._ports.commands.stop()
        return self._state

    def _turn(self) -> bool:
        """One round; True when the run is over, or left."""
        if self._leaving is not None:
            return self._leave(self._leaving)
        agenda = self._decided()
        if agenda.record:
            self._stop_all()
            return False
        match agenda.request:
            case Finish():
                return True
            case InvokeKey() as key:
                self._start(key, ahead=False)
            case AskOperator(question=question):
                self._ask(question)
            case RunCommand() as command:
                self._run_command(command)
            case AwaitCommand(number=number) if number not in self._outstanding:
                self._write((CommandFinished(number, CommandResult(CommandEnd.LOST)),))
                return False
            case AwaitCommand() | AwaitResult() | None:
                pass
        for key in agenda.ahead:
            if len(self._outstanding) < self._ports.at_once:
                self._start(key, ahead=True)
        self._receive()
        return False

    def _decided(self) -> Agenda:
        """What is to be done, once all decisions before it are on disk: together, in one write.

        What is left to be written down is the end of the run, where KEYs must be stopped before.
        """
        state, events = self._state, list[Event]()
        agenda = decide(self._program, state)
        while agenda.record and not (self._outstanding and _ends(agenda.record)):
            events += agenda.record
            state = fold(agenda.record, state)
            agenda = decide(self._program, state)
        if events:
            self._write(events)
        return agenda

    def _write(self, events: Sequence[Event]) -> None:
        entries = self._ports.journal.append(events)
        for entry in entries:
            self._state = apply(self._state, entry.event)
        self._ports.spectator.wrote(entries, self._state)

    def _start(self, key: InvokeKey, ahead: bool) -> None:
        step = self._program.step[key.invocation.step]
        call = step.invocations[key.invocation.ordinal - 1]
        sources = input_sources(self._program, self._state, step.id, call)
        if isinstance(sources, Unavailable):
            raise AssertionError(f"{key} is not available: {sources.why}")
        order = self._ports.orders.order(key, sources)
        started = KeyStarted(
            key.invocation, key.key, key.attempt, ahead, order.inputs, order.parameters,
            order.limits, order.secrets.names
        )  # fmt: skip
        self._write((started,))
        self._outstanding.add(key.invocation)
        self._work(lambda: self._execute(order))

    def _execute(self, order: Order) -> None:
        result = self._ports.executor.execute(order, self._board.put)
        self._ports.inbox.put(_ended(order, result))

    def _run_command(self, request: RunCommand) -> None:
        command, limit = request.command, self._ports.command_seconds
        about = (request.number, request.question_id, command.text, command.digest)
        self._write((CommandStarted(*about, limit),))
        self._outstanding.add(request.number)
        order = CommandOrder(request.number, command.text, limit)
        self._work(lambda: self._carry_out(order))

    def _carry_out(self, order: CommandOrder) -> None:
        result = self._ports.commands.run(order)
        self._ports.inbox.put(CommandFinished(order.number, result))

    def _ask(self, question: OpenQuestion) -> None:
        """Put a question, unless it is put already; one that was left open is put again."""
        if question.id == self._asking:
            return
        self._asking = question.id
        if self._state.questions.get(question.id) != question:
            self._write((QuestionOpened(question),))
        asked, answer = self._state.earlier.get(question.id, (None, None))
        if answer is not None and asked == question:
            self._ports.inbox.put(QuestionAnswered(question.id, answer))
            return
        self._work(lambda: self._answer(question))

    def _answer(self, question: OpenQuestion) -> None:
        reply = self._ports.operator.ask(question)
        for event in heard(question, reply, self._ports.intake):
            self._ports.inbox.put(event)

    def _work(self, deed: Callable[[], None]) -> None:
        """Do it in a thread; what it raises reaches the loop, so that nothing ends in silence."""

        def run() -> None:
            try:
                deed()
            except BaseException as error:
                self._ports.inbox.put(error)

        threading.Thread(target=run, daemon=True).start()

    def _leave(self, suspended: RunSuspended) -> bool:
        """Leave the run once nothing of it is under way; True when that is on record."""
        if self._outstanding:
            self._receive()
            return False
        self._write((suspended,))
        return True

    def _receive(self) -> None:
        """Wait for a message or a letter; write down what has come with it, all together."""
        events: list[Event] = []
        for message in self._messages():
            match message:
                case BaseException():
                    raise message
                case Progress():
                    for progress in self._board.take(message):
                        self._ports.spectator.progressed(progress)
                case Interrupt(signal=number):
                    self._leaving = RunSuspended(WhySuspended.SIGNAL, signal=number)
                case RunSuspended():
                    self._leaving = message
                case _:
                    events.append(message)
        self._take(events)
        self._take_letters()

    def _messages(self) -> list[Message]:
        """What has come; after a while nothing, while a letter may come as well."""
        remaining, wait = self._remaining(), None
        if self._asking:
            wait = LETTER_SECONDS if remaining is None else min(remaining, LETTER_SECONDS)
        found = [self._next(wait if self._asking else remaining)]
        while not self._ports.inbox.empty():
            found.append(self._next(0))
        return [message for message in found if message is not None]

    def _take(self, events: list[Event]) -> None:
        events = [event for event in events if not self._is_stale(event)]
        for event in events:
            if isinstance(event, (KeyFinished, KeyFailed)):
                self._outstanding.discard(event.invocation)
            elif isinstance(event, CommandFinished):
                self._outstanding.discard(event.number)
            elif isinstance(event, Heard):
                self._asking = ""
        if events:
            self._write(events)
        stopped = self._leaving is not None and self._leaving.why is WhySuspended.SIGNAL
        if stopped or any(isinstance(e, (SignalReceived, DeadlineReached)) for e in events):
            self._stop_all()

    def _is_stale(self, event: Event) -> bool:
        """Whether it answers a question that is not open any more: another answer came first."""
        return isinstance(event, Heard) and event.question_id != self._asking

    def _take_letters(self) -> None:
        """Write down what came of answers from elsewhere, then put them away."""
        if not self._asking or self._leaving is not None:
            return
        for letter in self._ports.letters.arrived():
            events = delivered(letter, self._state, self._asking)
            if events:
                self._write(events)
            self._ports.letters.put_away(letter)
            if any(isinstance(event, QuestionAnswered) for event in events):
                self._ports.operator.withdraw(self._asking)
                self._asking = ""

    def _stop_all(self) -> None:
        """Stop what runs, and write down how each ended."""
        self._ports.operator.dismiss()
        self._ports.executor.stop()
        self._ports.commands.stop()
        until = self._ports.monotonic() + _STOPPING_SECONDS
        while self._outstanding and (left := until - self._ports.monotonic()) > 0:
            message = self._next(left)
            if isinstance(message, (KeyFinished, KeyFailed)):
                self._outstanding.discard(message.invocation)
                self._write((message,))
            elif isinstance(message, CommandFinished):
                self._outstanding.discard(message.number)
                self._write((message,))
            elif isinstance(message, BaseException):
                raise message
        for invocation in self._outstanding:
            if isinstance(invocation, int):
                self._write((CommandFinished(invocation, CommandResult(CommandEnd.LOST)),))
                continue
            attempt = self._state.attempt(invocation)
            failure = KeyFailure(FailureKind.STOPPED, "it did not report its end in time")
            self._write((KeyFailed(invocation, attempt, failure),))
        self._outstanding.clear()

    def _next(self, seconds: float | None) -> Message | None:
        try:
            return self._ports.inbox.get(timeout=seconds)
        except Empty:
            if self._remaining() == 0.0 and self._state.deadline is None:
                return DeadlineReached(self._ports.deadline_seconds or 0.0)
            return None

    def _remaining(self) -> float | None:
        if self._ports.deadline_seconds is None or self._state.deadline or self._leaving:
            return None
        passed = self._ports.monotonic() - self._began
        return max(self._ports.deadline_seconds - passed, 0.0)


def _ends(events: Sequence[Event]) -> bool:
    return any(isinstance(event, RunFinished) for event in events)


def _ended(order: Order, result: KeyResult | KeyFailure) -> Event:
    if isinstance(result, KeyFailure):
        return KeyFailed(order.invocation, order.attempt, result)
    return KeyFinished(order.invocation, order.attempt, result)
