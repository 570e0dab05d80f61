"""Limits that the caller changes for one run, in place of those of the contracts."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from runner.errors import UsageError
from runner.model.contract import Limits
from runner.model.frozen import field_names, frozen

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_SIZES = {
    "": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip
_TIMES = {"": 1, "s": 1, "min": 60, "h": 3600}
_NOT_DONE = "nothing was executed"


@frozen
class LimitChanges:
    """New values of limits by name."""

    values: tuple[tuple[str, int], ...] = ()

    def on(self, limits: Limits) -> Limits:
        """The limits with these in place of their own."""
        changed = {name: getattr(limits, name) for name in field_names(Limits)}
        return Limits(**changed | dict(self.values))


NO_CHANGES = LimitChanges()


def read_limits(given: Iterable[str]) -> LimitChanges:
    """The changes of `--limit NAME=VALUE`; sizes as 2GiB, times as 90s or 10min.

    Raises UsageError for a name that no limit has and for a value that is no amount of it.
    """
    values: dict[str, int] = {}
    for text in given:
        name, _, amount = text.partition("=")
        if name not in field_names(Limits):
            known = ", ".join(field_names(Limits))
            raise UsageError(f"no limit is called {name!r}", _NOT_DONE, f"the limits: {known}")
        if name in values:
            raise UsageError(f"the limit {name} is given twice", _NOT_DONE, "give it once")
        values[name] = _amount(name, amount)
    return LimitChanges(tuple(values.items()))


def read_size(what: str, text: str) -> int:
    """A size in bytes, written as 2GiB. Raises UsageError, which names `what` it is of."""
    return _in_units(what, text, _SIZES)


def _amount(name: str, text: str) -> int:
    """A whole number, at least 1, in the unit of the limit."""
    units = _SIZES if name.endswith("_bytes") else _TIMES if name.endswith("_seconds") else {"": 1}
    return _in_units(f"the limit {name}", text, units)


def _in_units(what: str, text: str, units: Mapping[str, int]) -> int:
    found = _AMOUNT.fullmatch(text.strip())
    if found and found[2].casefold() in units:
        amount = Decimal(found[1]) * units[found[2].casefold()]
        if amount >= 1 and amount == amount.to_integral_value() and amount < 2**62:
            return int(amount)
    known = ", ".join(unit for unit in units if unit) or "a whole number"
    raise UsageError(f"{what} cannot be {text!r}", _NOT_DONE, f"units: {known}")
