"""Parameters from the command line: text to the types that a contract declares."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from runner.errors import InvalidInput
from runner.model.contract import DeclaredParameter, KeyContract, ParameterValue
from runner.model.events import Parameter

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_NO_CELL = "no cell ran"


def check_parameters(
    contract: KeyContract, given: Mapping[str, ParameterValue]
) -> tuple[Parameter, ...]:
    """The given parameters, typed, in the contract's order.

    Text is read by the declared type, so `0012` stays `0012` where a text is declared. `none` is
    no value only where the default is none. Raises InvalidInput for a name that the contract does
    not declare and for a value of another type.
    """
    declared = {parameter.name: parameter for parameter in contract.parameters}
    for name in given:
        if name not in declared:
            raise _unknown(contract, name)
    return tuple(
        Parameter(name, _typed(parameter, given[name]))
        for name, parameter in declared.items()
        if name in given
    )


def _unknown(contract: KeyContract, name: str) -> InvalidInput:
    if contract.input(name) is not None:
        return InvalidInput(
            f"{name!r} is an input of {contract.key.text}, not a parameter",
            _NO_CELL,
            f"use --input {name}=FILE",
        )
    from difflib import get_close_matches

    names = [parameter.name for parameter in contract.parameters]
    close = get_close_matches(name, names, n=1)
    known = "its parameters: " + ", ".join(names) if names else "it has no parameters"
    return InvalidInput(
        f"{contract.key.text} has no parameter {name!r}",
        _NO_CELL,
        f"did you mean {close[0]}?" if close else known,
    )


def _typed(parameter: DeclaredParameter, given: ParameterValue) -> ParameterValue:
    if given is None or (given == "none" and parameter.default is None):
        if parameter.default is None:
            return None
        raise _mistyped(parameter, given)
    value = _from_text(parameter.type, given) if isinstance(given, str) else given
    if value is None or not _is_of_type(parameter.type, value):
        raise _mistyped(parameter, given)
    return value


def _from_text(type_name: str, text: str) -> ParameterValue:
    """The value that the text stands for; None where it stands for none of that type."""
    match type_name:
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) and len(text) < 20 else None
        case "number":
            return Decimal(text) if _NUMBER.fullmatch(text) else None
        case "flag":
            return _FLAGS.get(text.casefold())
        case "timestamp":
            return text if _is_timestamp(text) else None
        case "timezone":
            return text if _is_timezone(text) else None
    return text


def _is_of_type(type_name: str, value: ParameterValue) -> bool:
    match type_name:
        case "integer":
            return type(value) is int
        case "number":
            return type(value) is int or (isinstance(value, Decimal) and value.is_finite())
        case "flag":
            return type(value) is bool
    return type(value) is str


def _is_timestamp(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_timezone(text: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        return False
    return True


_EXAMPLES = {
    "integer": "digits, such as 24",
    "number": "a decimal point and no unit, such as 0.95",
    "flag": "true or false",
    "timestamp": "ISO 8601 with an offset, such as 2026-11-22T10:00:00Z",
    "timezone": "a name of the IANA time zones, such as Europe/Berlin",
}


def _mistyped(parameter: DeclaredParameter, given: ParameterValue) -> InvalidInput:
    return InvalidInput(
        f"parameter {parameter.name!r} takes a {parameter.type}, given {given!r:.80}",
        _NO_CELL,
        _EXAMPLES.get(parameter.type, ""),
    )
