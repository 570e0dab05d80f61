"""Executions of KEYs: each attempt with its inputs, outputs, cells and end."""

from collections.abc import Sequence

from runner.conditions.showing import show_value
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.contract import KeyContract, OutputSpec
from runner.model.events import (
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyResultDiscarded,
    KeyStarted,
)
from runner.model.results import KeyFailure, KeyResult, OutputValue
from runner.model.values import OutputType
from runner.report.chapters import KeyState, KeyStory, OutputStory


def key_stories(
    program: Program, entries: Sequence[JournalEntry], state: RunState
) -> tuple[KeyStory, ...]:
    """Every attempt at a KEY, in the order in which they were started."""
    events = [entry.event for entry in entries]
    ends: dict[tuple[object, int], KeyResult | KeyFailure] = {}
    for event in events:
        if isinstance(event, KeyFinished):
            ends[event.invocation, event.attempt] = event.result
        elif isinstance(event, KeyFailed):
            ends[event.invocation, event.attempt] = event.failure
    discarded = {e.invocation: e.why for e in events if isinstance(e, KeyResultDiscarded)}
    found = []
    for entry in entries:
        if isinstance(started := entry.event, KeyStarted):
            end = ends.get((started.invocation, started.attempt))
            latest = state.attempt(started.invocation) == started.attempt
            admitted = latest and started.invocation in state.admitted
            why = discarded.get(started.invocation, "") if latest else "another attempt followed"
            found.append(_story(program, entry, started, end, (admitted, why)))
    return tuple(found)


def _story(
    program: Program,
    entry: JournalEntry,
    started: KeyStarted,
    end: KeyResult | KeyFailure | None,
    standing: tuple[bool, str],
) -> KeyStory:
    contract = program.by_key.get(started.key)
    result = end if isinstance(end, KeyResult) else None
    failure = end if isinstance(end, KeyFailure) else None
    state = KeyState.FINISHED if result else KeyState.FAILED if failure else KeyState.NO_END
    admitted, discarded = standing
    return KeyStory(
        invocation=started.invocation,
        key=started.key.text,
        title=contract.title if contract else "",
        version=contract.version if contract else "",
        attempt=started.attempt,
        ahead=started.ahead,
        state=state,
        started=entry.at,
        seconds=end.seconds if end else None,
        inputs=started.inputs,
        parameters=started.parameters,
        outputs=tuple(_output(contract, o) for o in result.outputs) if result else (),
        result=result,
        failure=failure,
        admitted=admitted,
        discarded=discarded,
    )


def _output(contract: KeyContract | None, output: OutputValue) -> OutputStory:
    spec = contract.output(output.name) if contract else None
    spec = spec or OutputSpec(output.name, output.name, OutputType.TEXT)
    shown = show_value(spec, output.value)
    return OutputStory(spec.name, spec.label, spec.type, shown, output.value, spec.question)
