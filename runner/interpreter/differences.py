"""Where two runs decided differently, and which outputs they decided on. Pure."""

from collections.abc import Iterable

from runner.interpreter.state import fold
from runner.model.conditions import Verdict
from runner.model.events import (
    BranchDecided,
    DestinationChosen,
    Event,
    ExpectationJudged,
    RunFinished,
    StandingConditionHeld,
    StepSkipped,
)
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, StepId
from runner.model.results import KeyFailure, KeyResult
from runner.model.values import Value


@frozen
class Decided:
    """One thing that a run decided: where, about what, what was decided, and why in words."""

    place: str
    about: str
    verdict: str
    why: str


@frozen
class Changed:
    """A decision that two runs do not share; None stands for the run that never came to it."""

    was: Decided | None
    now: Decided | None


@frozen
class OutputChanged:
    """An output of a KEY that differs; a KeyFailure or None stands for one that is not there."""

    invocation: InvocationId
    name: str
    was: Value | KeyFailure | None
    now: Value | KeyFailure | None


_Key = tuple[str, str, str]


def changed_decisions(was: Iterable[Event], now: Iterable[Event]) -> tuple[Changed, ...]:
    """What was decided differently, in the order in which the first run came to it.

    Decisions are matched by their place and their ordinal there, so a condition in other words is
    compared with what stood there before. Verdicts and moves count, wordings do not.
    """
    before, after = _decisions(was), _decisions(now)
    places = [*before, *(key for key in after if key not in before)]
    return tuple(
        Changed(before.get(key), after.get(key))
        for key in places
        if _verdict(before.get(key)) != _verdict(after.get(key))
    )


def changed_outputs(was: Iterable[Event], now: Iterable[Event]) -> tuple[OutputChanged, ...]:
    """The outputs of admitted results that differ, call by call, in the order of the first run."""
    before, after = _admitted(was), _admitted(now)
    return tuple(
        OutputChanged(invocation, name, left.get(name), right.get(name))
        for invocation in dict.fromkeys([*before, *after])
        for left, right in [(before.get(invocation, {}), after.get(invocation, {}))]
        for name in dict.fromkeys([*left, *right])
        if left.get(name) != right.get(name)
    )


def _admitted(
    events: Iterable[Event],
) -> dict[InvocationId, dict[str, Value | KeyFailure]]:
    return {invocation: _outputs(result) for invocation, result in fold(events).admitted.items()}


def _outputs(result: KeyResult | KeyFailure) -> dict[str, Value | KeyFailure]:
    if isinstance(result, KeyFailure):
        return {"": result}
    return {output.name: output.value for output in result.outputs}


def _verdict(decided: Decided | None) -> str | None:
    return decided.verdict if decided else None


def _decisions(events: Iterable[Event]) -> dict[_Key, Decided]:
    """What was decided, by place; a later event about the same place has the last word."""
    found: dict[_Key, Decided] = {}
    for event in events:
        match event:
            case ExpectationJudged():
                place = _place(event.step, event.visit)
                said = Decided(
                    place, event.text, _EXPECTED[event.reason.verdict], event.reason.sentence
                )
                found[place, "expectation", str(event.ordinal)] = said
            case BranchDecided():
                place = _place(event.step, event.visit)
                about = f"If {event.text}"
                said = Decided(place, about, _HELD[event.reason.verdict], event.reason.sentence)
                found[place, "branch", str(event.ordinal)] = said
            case StandingConditionHeld():
                about = f"{event.kind.value} if {event.text}"
                said = Decided(str(event.after), about, "yes", event.reason.sentence)
                found[str(event.after), event.kind.value, str(event.ordinal)] = said
            case StepSkipped():
                place = _place(event.step, event.visit)
                found[place, "skipped", ""] = Decided(place, "done", "no", event.why)
            case DestinationChosen():
                place = _place(event.step, event.visit)
                to = str(event.move.step) if event.move.step else event.move.kind.value
                found[place, "move", ""] = Decided(place, "went to", to, event.why)
            case RunFinished():
                found.update(_ends(event))
            case _:
                pass
    return found


def _ends(end: RunFinished) -> dict[_Key, Decided]:
    outcome = end.outcome.value.replace("_", " ")
    actions = ", ".join(f"Action {number}" for number in end.recommended_actions) or "none"
    return {
        ("end", "actions", ""): Decided("end", "recommended", actions, ""),
        ("end", "outcome", ""): Decided("end", "outcome", outcome, f"exit code {end.exit_code}"),
    }


def _place(step: StepId, visit: int) -> str:
    return str(step) if visit == 1 else f"{step}, visit {visit}"


_HELD = {Verdict.HOLDS: "yes", Verdict.FAILS: "no", Verdict.UNKNOWN: "unknown"}
_EXPECTED = {Verdict.HOLDS: "ok", Verdict.FAILS: "broken", Verdict.UNKNOWN: "unknown"}
