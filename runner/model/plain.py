"""Model values to JSON-ready values and back, losslessly.

A frozen value is an object with its fields; a member of a union carries its class name as `is`.
Decimals are strings; timestamps ISO 8601; enums their value; tuples lists.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from runner.model.frozen import field_names, is_frozen

T = TypeVar("T")
Plain = Any
"""What `json.dumps` takes: None, bool, int, float, str, list, dict."""
Decoder = Callable[[Plain], Any]


class NotOfThisType(ValueError):
    """Plain data that does not describe a value of the wanted type."""


def to_plain(value: object) -> Plain:
    """The JSON-ready form of a model value."""
    if is_frozen(value) and not isinstance(value, type):
        plain = {name: to_plain(getattr(value, name)) for name in field_names(value)}
        return {"is": type(value).__name__, **plain}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return {"is": "Decimal", "value": str(value)}
    if isinstance(value, datetime):
        return {"is": "datetime", "value": value.isoformat()}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value


def from_plain(wanted: type[T] | UnionType, plain: Plain) -> T:
    """The model value of type `wanted` that `plain` describes.

    Raises NotOfThisType where it describes none.
    """
    decode: Decoder = _decoder(wanted)  # type: ignore[arg-type]
    value: T = decode(plain)
    return value


@cache
def _decoder(wanted: Any) -> Decoder:
    """How a type is read: found out once, since a journal has thousands of values of few types."""
    origin = get_origin(wanted)
    if origin in (Union, UnionType):
        return _member_decoder(get_args(wanted))
    if origin is tuple:
        return _tuple_decoder(get_args(wanted))
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return _enum_decoder(wanted)
    if wanted is Decimal:
        return _text_decoder("Decimal", Decimal)
    if wanted is datetime:
        return _text_decoder("datetime", datetime.fromisoformat)
    if is_frozen(wanted):
        return _object_decoder(wanted)
    return _float_decoder if wanted is float else _exact_decoder(wanted)


def _member_decoder(members: tuple[Any, ...]) -> Decoder:
    named = {getattr(member, "__name__", ""): member for member in members}
    scalars = tuple(member for member in members if member in (str, int, bool, float))
    lists = [member for member in members if get_origin(member) is tuple]

    def decode(plain: Plain) -> Any:
        if plain is None and NoneType in members:
            return None
        if isinstance(plain, dict):
            name = plain.get("is")
            if not isinstance(name, str) or name not in named:
                raise NotOfThisType(f"no member is called {name!r:.80}")
            return _decoder(named[name])(plain)
        if isinstance(plain, list) and lists:
            return _decoder(lists[0])(plain)
        if type(plain) in scalars:
            return plain
        raise NotOfThisType(f"found {plain!r:.80}")

    return decode


def _tuple_decoder(args: tuple[Any, ...]) -> Decoder:
    def decode(plain: Plain) -> tuple[Any, ...]:
        if not isinstance(plain, list):
            raise NotOfThisType(f"a list wanted, found {plain!r:.80}")
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(map(_decoder(args[0]), plain))
        if len(args) != len(plain):
            raise NotOfThisType(f"{len(args)} items wanted, found {len(plain)}")
        return tuple(_decoder(arg)(item) for arg, item in zip(args, plain, strict=True))

    return decode


def _enum_decoder(wanted: type[Enum]) -> Decoder:
    def decode(plain: Plain) -> Enum:
        try:
            return wanted(plain)
        except ValueError as error:
            raise NotOfThisType(str(error)) from None

    return decode


def _text_decoder(name: str, read: Callable[[str], Any]) -> Decoder:
    def decode(plain: Plain) -> Any:
        _check_name(name, plain)
        try:
            return read(plain["value"])
        except (TypeError, ValueError, ArithmeticError, KeyError) as error:
            raise NotOfThisType(f"{name}: {error}") from None

    return decode


def _object_decoder(wanted: Any) -> Decoder:
    fields: dict[str, Decoder] = {}

    def decode(plain: Plain) -> Any:
        _check_name(wanted.__name__, plain)
        if not fields:  # not before, since a type may hold values of its own kind
            hints = get_type_hints(wanted)
            fields.update((name, _decoder(hints[name])) for name in field_names(wanted))
        try:
            return wanted(**{name: fields[name](plain[name]) for name in fields if name in plain})
        except TypeError as error:
            raise NotOfThisType(f"{wanted.__name__}: {error}") from None

    return decode


def _check_name(name: str, plain: Plain) -> None:
    if not isinstance(plain, dict) or plain.get("is") != name:
        raise NotOfThisType(f"{name} wanted, found {plain!r:.80}")


def _float_decoder(plain: Plain) -> float:
    if type(plain) not in (int, float):
        raise NotOfThisType(f"float wanted, found {plain!r:.80}")
    return float(plain)


def _exact_decoder(wanted: Any) -> Decoder:
    def decode(plain: Plain) -> Any:
        if type(plain) is not wanted:
            raise NotOfThisType(f"{wanted.__name__} wanted, found {plain!r:.80}")
        return plain

    return decode
