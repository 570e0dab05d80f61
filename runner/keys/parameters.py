"""Parameters from the command line: text to the types that a contract declares.

Times, dates and paths stay text here; `injected.py` makes of them what a notebook gets.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NoReturn

from runner.errors import InvalidInput
from runner.model.column_mapping import (
    TYPE,
    ColumnPair,
    column_pairs,
    concerning,
    mapped,
    unknown_column,
)
from runner.model.contract import (
    DeclaredParameter,
    KeyContract,
    ParameterItem,
    ParameterValue,
)
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
    no value only where the default is none. A time without an offset is one of the time zone that
    the KEY has as a parameter, and comes out with its offset. Raises InvalidInput for a name that
    the contract does not declare and for a value of another type.
    """
    declared = {parameter.name: parameter for parameter in contract.parameters}
    for name in given:
        if name not in declared:
            raise _unknown(contract, name)
    typed = {name: _typed(declared[name], value) for name, value in given.items()}
    zone = _zone(contract, typed)
    return tuple(
        Parameter(name, _settled(parameter, typed[name], zone))
        for name, parameter in declared.items()
        if name in given
    )


def check_columns(contracts: Sequence[KeyContract], parameters: Iterable[Parameter]) -> None:
    """Raise InvalidInput where a column is mapped that no input of these KEYs has."""
    inputs = [declared for contract in contracts for declared in contract.inputs]
    for pairs in _pairs_of(contracts, parameters):
        if wrong := unknown_column(pairs, inputs):
            raise InvalidInput(f"parameter 'columns': {wrong}", _NO_CELL)


def mapped_contract(contract: KeyContract, parameters: Iterable[Parameter]) -> KeyContract:
    """The contract, whose inputs have the columns that the parameters map."""
    pairs = [pair for given in _pairs_of([contract], parameters) for pair in given]
    inputs = tuple(mapped(declared, pairs) for declared in contract.inputs)
    return KeyContract(**{**vars(contract), "inputs": inputs}) if pairs else contract


def of_this_key(contract: KeyContract, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The parameters, of mapped columns those that the KEY has; a run gives all to each."""
    types = {declared.name: declared.type for declared in contract.parameters}
    return tuple(
        Parameter(given.name, concerning(contract, str(given.value)))
        if types.get(given.name) == TYPE
        else given
        for given in parameters
    )


def _pairs_of(
    contracts: Sequence[KeyContract], parameters: Iterable[Parameter]
) -> Iterator[tuple[ColumnPair, ...]]:
    names = {p.name for contract in contracts for p in contract.parameters if p.type == TYPE}
    yield from (column_pairs(str(one.value)) for one in parameters if one.name in names)


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
    if parameter.type == "list":
        return _list(parameter, given)
    value = _from_text(parameter.type, given) if isinstance(given, str) else given
    if value is None or isinstance(value, tuple) or not _is_of_type(parameter.type, value):
        raise _mistyped(parameter, given)
    return value


def _list(parameter: DeclaredParameter, given: ParameterValue) -> tuple[ParameterItem, ...]:
    """Items between commas, or a JSON array where an item holds a comma."""
    found = _items_of(given) if isinstance(given, str) else given
    if not isinstance(found, tuple):
        raise _mistyped(parameter, given)
    items: list[ParameterItem] = []
    for item in found:
        value = _from_text(parameter.items, item) if isinstance(item, str) else item
        naive = parameter.items == "timestamp" and _is_naive(value)
        if value is None or naive or not _is_of_type(parameter.items, value):
            raise _mistyped(parameter, given)
        items.append(value)
    return tuple(items)


def _items_of(text: str) -> tuple[ParameterItem, ...] | None:
    if not text.lstrip().startswith("["):
        return tuple(item.strip() for item in text.split(",")) if text.strip() else ()
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return tuple(found) if all(isinstance(i, str | int | Decimal) for i in found) else None


def _from_text(type_name: str, text: str) -> ParameterItem | None:
    """The value that the text stands for; None where it stands for none of that type."""
    match type_name:
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) and len(text) < 20 else None
        case "number":
            return Decimal(text) if _NUMBER.fullmatch(text) else None
        case "flag":
            return _FLAGS.get(text.casefold())
        case "timestamp":
            return text if _timestamp(text) else None
        case "date":
            return text if _is_date(text) else None
        case "path":
            return text if text and "\0" not in text else None
        case "timezone":
            return text if _is_timezone(text) else None
        case "columns":
            return text if _is_mapping(text) else None
    return text


def _is_of_type(type_name: str, value: ParameterItem) -> bool:
    match type_name:
        case "integer":
            return type(value) is int
        case "number":
            return type(value) is int or (isinstance(value, Decimal) and value.is_finite())
        case "flag":
            return type(value) is bool
    return type(value) is str


def _zone(contract: KeyContract, typed: Mapping[str, ParameterValue]) -> str:
    """The time zone that the KEY is told, or would use; empty where it has none, or several."""
    zones = [parameter for parameter in contract.parameters if parameter.type == "timezone"]
    if len(zones) != 1:
        return ""
    return str(typed.get(zones[0].name, zones[0].default) or "")


def _settled(parameter: DeclaredParameter, value: ParameterValue, zone: str) -> ParameterValue:
    """A timestamp with its offset; any other value as it is."""
    if parameter.type != "timestamp" or not isinstance(value, str):
        return value
    stamp = _timestamp(value)
    if stamp is None or stamp.tzinfo is not None:
        return value
    if not zone:
        raise _mistyped(parameter, value)
    return _in_zone(parameter, stamp, zone)


def _in_zone(parameter: DeclaredParameter, stamp: datetime, zone: str) -> str:
    """The time of those clocks; one that they show twice or never is nobody's to guess."""
    from zoneinfo import ZoneInfo

    first, second = (stamp.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != stamp:
        _refuse_time(parameter, stamp, f"a time that clocks in {zone} skip")
    if first.utcoffset() != second.utcoffset():
        _refuse_time(parameter, stamp, f"a time that clocks in {zone} show twice")
    return first.isoformat()


def _refuse_time(parameter: DeclaredParameter, stamp: datetime, why: str) -> NoReturn:
    happened = f"parameter {parameter.name!r} is {stamp.isoformat()}, {why}"
    raise InvalidInput(happened, _NO_CELL, "write its offset, such as " + _WITH_OFFSET)


def _timestamp(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _is_naive(value: ParameterItem | None) -> bool:
    stamp = _timestamp(value) if isinstance(value, str) else None
    return stamp is not None and stamp.tzinfo is None


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_timezone(text: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _is_mapping(text: str) -> bool:
    try:
        column_pairs(text)
    except ValueError:
        return False
    return True


_WITH_OFFSET = "2026-11-22T10:00:00Z"
_EXAMPLES = {
    "integer": "digits, such as 24",
    "number": "a decimal point and no unit, such as 0.95",
    "flag": "true or false",
    "timestamp": f"ISO 8601 with an offset, such as {_WITH_OFFSET}",
    "timezone": "a name of the IANA time zones, such as Europe/Berlin",
    "columns": "pairs of the KEY's column and the file's, such as endpoint=path, status=code",
    "date": "ISO 8601, such as 2026-11-22",
    "list": 'items between commas, such as 500,502, or a JSON array, such as ["a, b", "c"]',
}


def _mistyped(parameter: DeclaredParameter, given: ParameterValue) -> InvalidInput:
    what = f"list of {parameter.items}s" if parameter.type == "list" else parameter.type
    return InvalidInput(
        f"parameter {parameter.name!r} takes a {what}, given {given!r:.80}",
        _NO_CELL,
        _EXAMPLES.get(parameter.type, ""),
    )
