"""What has happened so far, folded from the events of a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from runner.conditions.evaluation import Missing
from runner.interpreter import resumption
from runner.model.commands import CommandResult
from runner.model.events import (
    ActionProposed,
    ApprovalGiven,
    ApprovalRefused,
    BranchDecided,
    CommandFinished,
    CommandRequested,
    CommandStarted,
    DeadlineReached,
    DestinationChosen,
    Event,
    ExpectationJudged,
    InputRefused,
    InputStaged,
    KeyFailed,
    KeyFinished,
    KeyResultAdmitted,
    KeyResultDiscarded,
    KeyStarted,
    QuestionAnswered,
    QuestionOpened,
    RunbookRebased,
    RunFinished,
    RunStarted,
    SignalReceived,
    StandingConditionHeld,
    StepEntered,
    StepSkipped,
)
from runner.model.identity import InvocationId, KeyName, StepId
from runner.model.interruptions import AnswerDelivered, ClockStepped, RunResumed, RunSuspended
from runner.model.results import KeyFailure, KeyResult, StagedInput
from runner.model.runs import Answer, OpenQuestion
from runner.model.values import Undefined, Value

Visit = tuple[StepId, int]


K = TypeVar("K")
V = TypeVar("V")


def _nothing() -> Any:
    return MappingProxyType({})


@dataclass(frozen=True)
class RunState:
    """The fold of a run's events. `position` is the place that the run stands at.

    `lost` are KEYs that were started by a process that died or was stopped: they run again as a new
    attempt. `earlier` are answers from before a rebase, which count where the question is the same.
    `delivered` are the names of the inbox files that were taken.
    """

    started: RunStarted | None = None
    inputs: tuple[StagedInput, ...] = ()
    position: StepId | None = None
    visits: Mapping[StepId, int] = field(default_factory=_nothing)
    attempts: Mapping[InvocationId, KeyStarted] = field(default_factory=_nothing)
    ended: Mapping[InvocationId, KeyResult | KeyFailure] = field(default_factory=_nothing)
    admitted: Mapping[InvocationId, KeyResult | KeyFailure] = field(default_factory=_nothing)
    discarded: frozenset[InvocationId] = frozenset()
    expectations: Mapping[tuple[StepId, int, int], ExpectationJudged] = field(
        default_factory=_nothing
    )
    branches: Mapping[tuple[StepId, int, int], BranchDecided] = field(default_factory=_nothing)
    standing: tuple[StandingConditionHeld, ...] = ()
    moves: tuple[DestinationChosen, ...] = ()
    skipped: tuple[StepSkipped, ...] = ()
    questions: Mapping[str, OpenQuestion] = field(default_factory=_nothing)
    answers: Mapping[str, Answer] = field(default_factory=_nothing)
    refused_inputs: Mapping[str, InputRefused] = field(default_factory=_nothing)
    wishes: tuple[CommandRequested, ...] = ()
    approvals: Mapping[str, ApprovalGiven | ApprovalRefused] = field(default_factory=_nothing)
    commands: Mapping[int, CommandStarted] = field(default_factory=_nothing)
    command_ends: Mapping[int, CommandResult] = field(default_factory=_nothing)
    proposed: tuple[ActionProposed, ...] = ()
    deadline: DeadlineReached | None = None
    signal: int = 0
    finished: RunFinished | None = None
    lost: frozenset[InvocationId] = frozenset()
    suspended: RunSuspended | None = None
    earlier: Mapping[str, tuple[OpenQuestion, Answer]] = field(default_factory=_nothing)
    delivered: frozenset[str] = frozenset()

    @property
    def visit(self) -> int:
        """How often the present place was entered."""
        return self.visits.get(self.position, 0) if self.position else 0

    def running(self, invocation: InvocationId) -> bool:
        """Whether a KEY was started and has not ended, as far as this process knows."""
        started = invocation in self.attempts and invocation not in self.lost
        return started and invocation not in self.ended

    def attempt(self, invocation: InvocationId) -> int:
        """How often a KEY was started."""
        started = self.attempts.get(invocation)
        return started.attempt if started else 0

    def decided(self, visit: Visit) -> tuple[BranchDecided, ...]:
        """The branches of a visit as they stand now, in document order."""
        return self._branches_by_visit.get(visit, ())

    def move_of(self, visit: Visit) -> DestinationChosen | None:
        """Where the run went from a visit; None while it is there."""
        return self._moves_by_visit.get(visit)

    @cached_property
    def _branches_by_visit(self) -> Mapping[Visit, tuple[BranchDecided, ...]]:
        found: dict[Visit, list[BranchDecided]] = {}
        for branch in self.branches.values():
            found.setdefault((branch.step, branch.visit), []).append(branch)
        return {v: tuple(sorted(b, key=lambda one: one.ordinal)) for v, b in found.items()}

    @cached_property
    def _moves_by_visit(self) -> Mapping[Visit, DestinationChosen]:
        return {(move.step, move.visit): move for move in reversed(self.moves)}

    def admitted_in(self, visit: Visit) -> Mapping[InvocationId, KeyResult | KeyFailure]:
        """What came of the KEYs of a visit."""
        return {i: r for i, r in self.admitted.items() if (i.step, i.visit) == visit}


@dataclass(frozen=True)
class ReadOutputs:
    """Looks up outputs by KEY and name among admitted results, the latest first.

    Results of KEYs that looked at `other_data` than their step speaks of are undefined, with why.
    """

    state: RunState
    results: Mapping[InvocationId, KeyResult | KeyFailure]
    other_data: Mapping[InvocationId, str] = field(default_factory=_nothing)

    def __call__(self, key: KeyName, name: str) -> Value | Missing:
        """The value of an output, or why there is none."""
        why = "its KEY did not run"
        for invocation, result in reversed(list(self.results.items())):
            started = self.state.attempts.get(invocation)
            if started is None or started.key != key:
                continue
            if isinstance(result, KeyFailure):
                why = f"its KEY failed: {result.kind.value}"
                continue
            if invocation in self.other_data:
                return Undefined(self.other_data[invocation])
            value = result.value(name)
            if value is not None:
                return value
        return Missing(why)


def apply(state: RunState, event: Event) -> RunState:
    """The state after one more event. Pure: the time of the event is not looked at."""
    match event:
        case RunStarted():
            return replace(state, started=event)
        case InputStaged():
            return replace(state, inputs=(*state.inputs, event.staged))
        case StepEntered():
            visits = _with(state.visits, event.step, event.visit)
            return replace(state, position=event.step, visits=visits)
        case StepSkipped():
            return replace(state, skipped=(*state.skipped, event))
        case KeyStarted():
            return _key_started(state, event)
        case KeyFinished():
            return replace(state, ended=_with(state.ended, event.invocation, event.result))
        case KeyFailed():
            return replace(state, ended=_with(state.ended, event.invocation, event.failure))
        case KeyResultAdmitted():
            result = state.ended[event.invocation]
            return replace(state, admitted=_with(state.admitted, event.invocation, result))
        case KeyResultDiscarded():
            return replace(state, discarded=state.discarded | {event.invocation})
        case ExpectationJudged():
            key = (event.step, event.visit, event.ordinal)
            return replace(state, expectations=_with(state.expectations, key, event))
        case BranchDecided():
            key = (event.step, event.visit, event.ordinal)
            return replace(state, branches=_with(state.branches, key, event))
        case StandingConditionHeld():
            return replace(state, standing=(*state.standing, event))
        case DestinationChosen():
            return replace(state, moves=(*state.moves, event))
        case QuestionOpened():
            return replace(
                state, questions=_with(state.questions, event.question.id, event.question)
            )
        case QuestionAnswered():
            return replace(state, answers=_with(state.answers, event.question_id, event.answer))
        case InputRefused():
            refused = _with(state.refused_inputs, event.question_id, event)
            return replace(state, refused_inputs=refused)
        case CommandRequested() | ApprovalGiven() | ApprovalRefused():
            return _approved(state, event)
        case CommandStarted():
            return replace(state, commands=_with(state.commands, event.number, event))
        case CommandFinished():
            ends = _with(state.command_ends, event.number, event.result)
            return replace(state, command_ends=ends)
        case ActionProposed():
            return replace(state, proposed=(*state.proposed, event))
        case DeadlineReached():
            return replace(state, deadline=event)
        case SignalReceived():
            return replace(state, signal=event.signal)
        case RunSuspended():
            return replace(state, suspended=event)
        case RunResumed():
            return resumption.resumed(state)
        case RunbookRebased():
            return resumption.rebased(state, event)
        case AnswerDelivered():
            return replace(state, delivered=state.delivered | {event.file})
        case ClockStepped():
            return state
        case RunFinished():
            return replace(state, finished=event)


def fold(events: Iterable[Event], state: RunState | None = None) -> RunState:
    """The state after all events in order."""
    state = state or RunState()
    for event in events:
        state = apply(state, event)
    return state


def _approved(
    state: RunState, event: CommandRequested | ApprovalGiven | ApprovalRefused
) -> RunState:
    if isinstance(event, CommandRequested):
        return replace(state, wishes=(*state.wishes, event))
    return replace(state, approvals=_with(state.approvals, event.subject, event))


def _key_started(state: RunState, event: KeyStarted) -> RunState:
    return replace(
        state,
        attempts=_with(state.attempts, event.invocation, event),
        ended=_without(state.ended, event.invocation),
        admitted=_without(state.admitted, event.invocation),
        discarded=state.discarded - {event.invocation},
        lost=state.lost - {event.invocation},
    )


def _with(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return MappingProxyType({**mapping, key: value})


def _without(mapping: Mapping[K, V], key: K) -> Mapping[K, V]:
    return MappingProxyType({k: v for k, v in mapping.items() if k != key})
