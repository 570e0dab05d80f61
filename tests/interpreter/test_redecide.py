"""Deciding again from a journal: what was decided follows, and a forged decision does not."""

from decimal import Decimal
from typing import TypeVar

import pytest

from runner.interpreter.redecide import redecide
from runner.model.conditions import Ground, Reason, Verdict
from runner.model.events import (
    BranchDecided,
    DestinationChosen,
    Event,
    JournalEntry,
    KeyFinished,
    RunFinished,
)
from runner.model.results import FailureKind, KeyFailure, KeyResult, OutputValue
from runner.model.runs import Mode, Move, MoveKind, Outcome
from tests.report.driven import INCIDENT, Told, by_alice, drive

ENDINGS = {
    "incident": drive(INCIDENT),
    "attended": drive(INCIDENT, by_alice(), Mode.ATTENDED),
    "failure": drive(KeyFailure(FailureKind.CELL, "ValueError: no column")),
    "undefined": drive({**INCIDENT, "delivery_success_rate": None}),
}


@pytest.mark.parametrize("told", ENDINGS.values(), ids=ENDINGS)
def test_every_decision_of_a_run_follows_again(told: Told) -> None:
    again = redecide(told.program, told.entries)
    assert again.difference is None
    assert again.checked > 10


@pytest.mark.parametrize("told", ENDINGS.values(), ids=ENDINGS)
def test_so_does_every_beginning_of_a_journal(told: Told) -> None:
    for end in range(len(told.entries)):
        assert redecide(told.program, told.entries[:end]).difference is None


def test_a_verdict_that_does_not_follow_is_the_first_difference() -> None:
    told = ENDINGS["incident"]
    at, event = place_of(told, BranchDecided)
    held = Reason(Verdict.FAILS, "99 % >= 95 %", Ground.OUTPUT)
    forged = BranchDecided(**{**vars(event), "reason": held})
    difference = redecide(told.program, replaced(told, at, forged)).difference
    assert difference is not None
    assert (difference.entry.number, difference.decided) == (at + 1, event)


def test_so_is_a_move_that_does_not_follow() -> None:
    told = ENDINGS["incident"]
    at, event = place_of(told, DestinationChosen)
    forged = DestinationChosen(**{**vars(event), "move": Move(MoveKind.STOP)})
    difference = redecide(told.program, replaced(told, at, forged)).difference
    assert difference is not None
    assert difference.decided == event


def test_other_outputs_lead_to_a_difference_at_the_first_verdict_on_them() -> None:
    told = ENDINGS["incident"]
    at, event = place_of(told, KeyFinished)
    result = KeyResult(
        **{
            **vars(event.result),
            "outputs": tuple(
                OutputValue(one.name, Decimal(0)) if one.name == "signature_errors" else one
                for one in event.result.outputs
            ),
        }
    )
    forged = KeyFinished(event.invocation, event.attempt, result)
    difference = redecide(told.program, replaced(told, at, forged)).difference
    assert difference is not None
    recorded = difference.entry.event
    assert isinstance(recorded, BranchDecided)
    assert recorded.text == "Signature Errors"


def test_an_outcome_before_the_end_is_a_difference() -> None:
    told = ENDINGS["incident"]
    at, _ = place_of(told, DestinationChosen)
    early = replaced(told, at, RunFinished(Outcome.HEALTHY, 0))[: at + 1]
    difference = redecide(told.program, early).difference
    assert difference is not None
    assert isinstance(difference.decided, DestinationChosen)


E = TypeVar("E", bound=Event)


def place_of(told: Told, kind: type[E]) -> tuple[int, E]:
    return next((at, e.event) for at, e in enumerate(told.entries) if isinstance(e.event, kind))


def replaced(told: Told, at: int, event: Event) -> tuple[JournalEntry, ...]:
    forged = JournalEntry(**{**vars(told.entries[at]), "event": event})
    return (*told.entries[:at], forged, *told.entries[at + 1 :])
