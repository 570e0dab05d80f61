"""Model values to JSON-ready values and back, losslessly.

A frozen value is an object with its fields; a member of a union carries its class name as `is`.
Decimals are strings; timestamps ISO 8601; enums their value; tuples lists.
"""

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
    value: T = _decode(wanted, plain)
    return value


def _decode(wanted: Any, plain: Plain) -> Any:
    origin = get_origin(wanted)
    if origin in (Union, UnionType):
        return _decode_member(get_args(wanted), plain)
    if origin is tuple:
        return _decode_tuple(get_args(wanted), plain)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return _enum_member(wanted, plain)
    if is_frozen(wanted) or wanted in (Decimal, datetime):
        return _decode_object(wanted, plain)
    if wanted is float and type(plain) in (int, float):
        return float(plain)
    if type(plain) is not wanted:
        raise NotOfThisType(f"{wanted.__name__} wanted, found {plain!r:.80}")
    return plain


def _decode_member(members: tuple[Any, ...], plain: Plain) -> Any:
    if plain is None and NoneType in members:
        return None
    if isinstance(plain, dict):
        name = plain.get("is")
        for member in members:
            if getattr(member, "__name__", "") == name:
                return _decode(member, plain)
        raise NotOfThisType(f"no member is called {name!r:.80}")
    if isinstance(plain, list):
        lists = (member for member in members if get_origin(member) is tuple)
        return _decode(next(lists, NoneType), plain)
    for member in members:
        if member in (str, int, bool, float) and type(plain) is member:
            return plain
    raise NotOfThisType(f"found {plain!r:.80}")


def _decode_tuple(args: tuple[Any, ...], plain: Plain) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise NotOfThisType(f"a list wanted, found {plain!r:.80}")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_decode(args[0], item) for item in plain)
    if len(args) != len(plain):
        raise NotOfThisType(f"{len(args)} items wanted, found {len(plain)}")
    return tuple(_decode(arg, item) for arg, item in zip(args, plain, strict=True))


def _enum_member(wanted: type[Enum], plain: Plain) -> Enum:
    try:
        return wanted(plain)
    except ValueError as error:
        raise NotOfThisType(str(error)) from None


def _decode_object(wanted: Any, plain: Plain) -> Any:
    if not isinstance(plain, dict) or plain.get("is") != wanted.__name__:
        raise NotOfThisType(f"{wanted.__name__} wanted, found {plain!r:.80}")
    try:
        if wanted is Decimal:
            return Decimal(plain["value"])
        if wanted is datetime:
            return datetime.fromisoformat(plain["value"])
        hints = _hints(wanted)
        known = {name: _decode(hints[name], plain[name]) for name in hints if name in plain}
        return wanted(**known)
    except (TypeError, ArithmeticError, KeyError) as error:
        raise NotOfThisType(f"{wanted.__name__}: {error}") from None


@cache
def _hints(wanted: type) -> dict[str, Any]:
    hints = get_type_hints(wanted)
    return {name: hints[name] for name in field_names(wanted)}
