"""A runbook together with what its words mean: conditions bound to the outputs of its KEYs."""

import re
from collections.abc import Iterable
from functools import cached_property

from runner.conditions.binding import Bound, bind
from runner.conditions.vocabulary import Vocabulary
from runner.model.contract import KeyContract
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName, PlaceKind, StepId
from runner.model.numbering import NUMBER, plain_number
from runner.model.runbook import (
    Consequence,
    GoOn,
    GoToSection,
    GoToStep,
    KeyInvocation,
    Rerun,
    Runbook,
    SectionKind,
    Step,
    Stop,
)
from runner.model.runs import Move, MoveKind

_STEP_NUMBER = re.compile(rf"\bsteps?\s+({NUMBER})", re.I)


@frozen
class Program:
    """What a run walks. `first` and `last` limit it to a part of the diagnosis."""

    runbook: Runbook
    contracts: tuple[KeyContract, ...]
    first: StepId | None = None
    last: StepId | None = None

    @cached_property
    def by_key(self) -> dict[KeyName, KeyContract]:
        """The contracts of the KEYs that are installed."""
        return {contract.key: contract for contract in self.contracts}

    @cached_property
    def step(self) -> dict[StepId, Step]:
        """Every place by its id; of two with the same number the first."""
        runbook = self.runbook
        return {s.id: s for s in reversed(runbook.places + runbook.verification)}

    @cached_property
    def order(self) -> tuple[StepId, ...]:
        """The places of a run in document order: safety checks, then steps."""
        return tuple(dict.fromkeys(place.id for place in self.runbook.places))

    @property
    def start(self) -> StepId | None:
        """Where a run begins; None where the runbook has neither checks nor steps."""
        return self.first or next(iter(self.order), None)

    @property
    def first_step(self) -> StepId | None:
        """The first step of the diagnosis."""
        return next((s for s in self.order if s.kind is PlaceKind.STEP), None)

    def next_after(self, step: StepId) -> StepId | None:
        """The next place in document order; None behind the last, and for a place outside it."""
        if step not in self.order:
            return None
        at = self.order.index(step) + 1
        return self.order[at] if at < len(self.order) and step != self.last else None

    def calls(self, step: StepId) -> tuple[KeyInvocation, ...]:
        """The calls of a step that this runner can execute: notebooks that are installed."""
        return tuple(c for c in self.step[step].invocations if c.key in self.by_key)

    @cached_property
    def branches(self) -> dict[StepId, tuple[Bound, ...]]:
        """The conditions of every step's branches, bound to the outputs of the step's KEYs."""
        return {
            step.id: tuple(bind(b.condition, self.vocabulary(step)) for b in step.branches)
            for step in self.step.values()
        }

    @cached_property
    def expectations(self) -> dict[StepId, tuple[Bound, ...]]:
        """The expectations of every step, bound likewise."""
        return {
            step.id: tuple(bind(e.condition, self.vocabulary(step)) for e in step.expectations)
            for step in self.step.values()
        }

    @cached_property
    def standing(self) -> tuple[Bound, ...]:
        """Escalation and rollback conditions, bound to the outputs of all KEYs of the runbook."""
        return tuple(bind(s.condition, self.everything) for s in self.runbook.standing)

    @cached_property
    def everything(self) -> Vocabulary:
        """The outputs of all KEYs of the runbook."""
        return Vocabulary.of(self.contracts)

    def vocabulary(self, step: Step) -> Vocabulary:
        """The outputs that a step's conditions may speak of."""
        return self._vocabularies[self._called(step)]

    @cached_property
    def _vocabularies(self) -> dict[tuple[KeyName, ...], Vocabulary]:
        """The vocabulary of every set of KEYs that a place calls."""
        runbook = self.runbook
        together = {self._called(s) for s in runbook.places + runbook.verification}
        return {names: Vocabulary.of(self.by_key[name] for name in names) for names in together}

    def _called(self, step: Step) -> tuple[KeyName, ...]:
        return tuple(c.key for c in step.invocations if c.key in self.by_key)

    def is_gate(self, step: StepId) -> bool:
        """Whether a branch of the step names the next one: going on is conditional."""
        following = self.next_after(step)
        named = {
            consequence.step
            for branch in self.step[step].branches
            for consequence in branch.consequences
            if isinstance(consequence, GoToStep)
        }
        return following is not None and following in named

    def move(self, consequence: Consequence, step: StepId) -> Move | None:
        """Where a consequence leads from a step; None where it moves nothing."""
        match consequence:
            case GoToStep():
                return self._to(consequence.step)
            case Rerun():
                return self._to(consequence.step or step)
            case GoOn():
                return self.onward(step)
            case GoToSection(section=SectionKind.DIAGNOSIS):
                return self._to(self.first_step) if self.first_step else None
            case GoToSection(section=SectionKind.ACTIONS):
                return Move(MoveKind.TO_ACTIONS)
            case GoToSection():
                return Move(MoveKind.END)
            case Stop():
                return Move(MoveKind.STOP)
            case _:
                return None

    def onward(self, step: StepId) -> Move:
        """The move to the next place, or the end of the diagnosis."""
        following = self.next_after(step)
        return Move(MoveKind.NEXT, following) if following else Move(MoveKind.END)

    def steps_named_in_when(self, step: StepId) -> frozenset[StepId]:
        """The steps that the When of a step speaks of: its KEYs do not run before those end."""
        when = " ".join(
            f.text for f in self.step[step].fields if f.label.casefold() in ("when", "when to run")
        )
        numbers: Iterable[str] = (plain_number(match[1]) for match in _STEP_NUMBER.finditer(when))
        named = (StepId(PlaceKind.STEP, number) for number in numbers)
        return frozenset(s for s in named if s in self.step)

    def invocation(self, step: StepId, ordinal: int, visit: int) -> InvocationId:
        """The identity of a call of a KEY."""
        return InvocationId(step, ordinal, visit)

    def _to(self, step: StepId | None) -> Move | None:
        if step is None or step not in self.order:
            return None
        if self.last and self.order.index(step) > self.order.index(self.last):
            return Move(MoveKind.END)
        return Move(MoveKind.TO_STEP, step)
