"""Whether the data that a KEY looked at are those that its step speaks of: "last 24 hours"."""

import re
from datetime import datetime, timedelta

from runner.interpreter.program import Program
from runner.interpreter.state import ReadOutputs, RunState, Visit
from runner.model.identity import InvocationId
from runner.model.results import KeyResult

_WINDOW = re.compile(r"\b(?:last|past|previous)\s+(\d+)?\s*(minute|hour|day|week)s?\b", re.I)
_TO_COME = timedelta(hours=1)


def outputs_of_visit(program: Program, state: RunState, visit: Visit) -> ReadOutputs:
    """The outputs that the KEYs of a visit published, as far as they count."""
    return ReadOutputs(state, state.admitted_in(visit), outside_window(program, state))


def outputs_of_run(program: Program, state: RunState) -> ReadOutputs:
    """The outputs of the whole run, as far as they count; of a KEY that ran twice the later."""
    return ReadOutputs(state, state.admitted, outside_window(program, state))


def outside_window(program: Program, state: RunState) -> dict[InvocationId, str]:
    """The KEY results that do not count, and why: their data are from another time.

    The window is what the inputs of the call say, counted back from the start of the run, or from
    the time of the sample that it looks at. Data that end before it, that reach back to twice its
    length, or that lie in the future are other data. Without a window, or without times in the
    data, nothing is said.
    """
    began = (state.started.as_of or state.started.began) if state.started else None
    if began is None:
        return {}
    found = {}
    for invocation, result in state.admitted.items():
        window = _window(program, invocation)
        if not window or not isinstance(result, KeyResult):
            continue
        if why := _why_other(result, began, window):
            found[invocation] = why
    return found


def _window(program: Program, invocation: InvocationId) -> timedelta | None:
    call = program.step[invocation.step].invocations[invocation.ordinal - 1]
    spans = [match for spec in call.inputs for match in _WINDOW.finditer(spec.text)]
    if not spans:
        return None
    return max(timedelta(**{f"{match[2].casefold()}s": int(match[1] or 1)}) for match in spans)


def _why_other(result: KeyResult, began: datetime, window: timedelta) -> str:
    first, last, start = result.data_from, result.data_to, began - window
    if first is None or last is None:
        return ""
    if last < start:
        return f"its data end at {last:%Y-%m-%d %H:%M} UTC, before the window of the step begins"
    if first < start - window:
        return f"its data begin at {first:%Y-%m-%d %H:%M} UTC, long before the window of the step"
    if last > began + _TO_COME:
        return f"its data end at {last:%Y-%m-%d %H:%M} UTC, in the future"
    return ""
