"""Cases as TOML, in the vocabulary that `rehearsal_file` reads."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from runner.model.identity import StepId
from runner.model.rehearsals import Case, ScriptedOutputs
from runner.model.results import KeyFailure
from runner.runs.rehearsal_file import MODES

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DECISIONS = "decisions of "


def case_toml(case: Case) -> str:
    """A [[case]] table."""
    return "\n".join(_lines(case)) + "\n"


def _lines(case: Case) -> Iterator[str]:
    yield "[[case]]"
    yield f"name = {_value(case.name)}"
    yield f"mode = {_value(next(name for name, mode in MODES.items() if mode is case.mode))}"
    if case.answers:
        yield f"answers = {_value(dict(case.answers))}"
    for step, scripted in case.outputs:
        if scripted:
            yield f"{_place(step)} = {_scripted(scripted)}"
    decisions = {
        field.name.removeprefix(_DECISIONS): list(field.wanted)
        for field in case.expected
        if field.name.startswith(_DECISIONS)
    }
    if decisions:
        yield f"decisions = {_value(decisions)}"
    for field in case.expected:
        if field.name == "outcome":
            yield f"outcome = {_value(field.wanted[0])}"
        elif field.name == "actions":
            yield f"actions = {_value([int(n) if n.isdigit() else n for n in field.wanted])}"
        elif not field.name.startswith(_DECISIONS):
            yield f"{field.name} = {_value(list(field.wanted))}"


def _place(step: StepId) -> str:
    return f"{step.kind.value}{step.number}"


def _scripted(scripted: ScriptedOutputs | tuple[ScriptedOutputs, ...]) -> str:
    if isinstance(scripted, tuple):
        return f"[{', '.join(_scripted(one) for one in scripted)}]"
    if isinstance(scripted, KeyFailure):
        return _value(scripted.kind.value)
    return _value(scripted)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "nan"
        case Decimal():
            return f"{value:f}" if value.is_finite() else "nan"
        case datetime():
            return value.isoformat()
        case Mapping():
            inner = ", ".join(f"{_name(name)} = {_value(one)}" for name, one in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return str(value)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)
