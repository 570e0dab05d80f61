"""Frozen values at a tenth of the start-up cost of `dataclass(frozen=True)`.

The standard decorator compiles six methods for every class, each time the program starts. There
are more than a hundred classes here, and commands that an engineer waits for; so all of them
share the same six methods. Measured in docs/decisions/0004-frozen-values.md.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Make `cls` a value: its annotated names are its fields, in order, with their defaults.

    Values compare and hash by their fields and cannot be changed. There is no inheritance of
    fields, and a default is shared between values, so it must be a value itself. A class that is
    looked up very often may say its own, faster hash.
    """
    made: Any = cls
    made.__frozen_fields__ = tuple(made.__annotations__)
    made.__frozen_defaults__ = MappingProxyType(
        {name: cls.__dict__[name] for name in made.__frozen_fields__ if name in cls.__dict__}
    )
    made.__init__ = _init
    made.__eq__ = _equal
    if "__hash__" not in cls.__dict__:
        made.__hash__ = _hash
    made.__repr__ = _repr
    made.__setattr__ = _refuse
    made.__delattr__ = _refuse
    return cls


def is_frozen(value: object) -> bool:
    """Whether a value, or a class, is made by `frozen`."""
    return hasattr(value, "__frozen_defaults__")


def field_names(cls: Any) -> tuple[str, ...]:
    """The fields of a frozen class or value, in order."""
    names: tuple[str, ...] = cls.__frozen_fields__
    return names


def defaults(cls: Any) -> Mapping[str, object]:
    """The defaults of a frozen class by field; a field without one is left out."""
    known: Mapping[str, object] = cls.__frozen_defaults__
    return known


def _init(self: Any, *args: Any, **named: Any) -> None:
    names = self.__frozen_fields__
    values = self.__dict__
    if len(args) == len(names) and not named:
        values.update(zip(names, args, strict=True))
        return
    if len(args) > len(names):
        raise TypeError(f"{type(self).__name__} takes {len(names)} fields, {len(args)} given")
    values.update(zip(names, args, strict=False))
    for name in names[len(args) :]:
        if name in named:
            values[name] = named.pop(name)
        elif name in self.__frozen_defaults__:
            values[name] = self.__frozen_defaults__[name]
        else:
            raise TypeError(f"{type(self).__name__} needs the field {name!r}")
    if named:
        raise TypeError(f"{type(self).__name__} has no place for {', '.join(named)}")


def _values(value: Any) -> tuple[Any, ...]:
    values = value.__dict__
    return tuple([values[name] for name in value.__frozen_fields__])


def _equal(self: Any, other: Any) -> Any:
    if self is other:
        return True
    if type(other) is not type(self):
        return NotImplemented
    ours, theirs = self.__dict__, other.__dict__
    for name in self.__frozen_fields__:
        one, another = ours[name], theirs[name]
        if one is not another and one != another:
            return False
    return True


def _hash(self: Any) -> int:
    return hash((type(self), _values(self)))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__frozen_fields__)
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: Any, name: str, value: object = None) -> None:
    raise AttributeError(f"{type(self).__name__} is a frozen value: {name!r} cannot be changed")
