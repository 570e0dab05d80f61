"""Limits that stand in place of those of the contracts: of one run, or by configuration."""

import re
from collections.abc import Iterable
from decimal import Decimal

from runner.errors import UsageError
from runner.model.contract import KeyContract, Limits
from runner.model.frozen import field_names, frozen

OPTION = "--limit"
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_SIZES = {
    "": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip
_TIMES = {"": 1, "s": 1, "min": 60, "h": 3600}
_NOT_DONE = "nothing was executed"


@frozen
class LimitChange:
    """A new value of one limit, and where it was said. For all KEYs where `key` is empty."""

    name: str
    value: int
    source: str
    key: str = ""


@frozen
class LimitChanges:
    """Changes of limits, the weakest first: of two of one limit the later one counts."""

    values: tuple[LimitChange, ...] = ()

    def on(self, contract: KeyContract) -> Limits:
        """The limits of a KEY with these in place of its own."""
        own = {name: getattr(contract.limits, name) for name in field_names(Limits)}
        changed = {name: change.value for name, change in self.of(contract).items()}
        return Limits(**own | changed)

    def of(self, contract: KeyContract) -> dict[str, LimitChange]:
        """What counts for a KEY, by the names of the limits."""
        return {one.name: one for one in self.values if one.key in ("", contract.key.text)}


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
        found = amount_of(name, amount)
        if found is None:
            happened = f"the limit {name} cannot be {amount!r}"
            raise UsageError(happened, _NOT_DONE, f"units: {units_of(name)}")
        values[name] = found
    return LimitChanges(tuple(LimitChange(*pair, OPTION) for pair in values.items()))


def amount_of(name: str, text: str) -> int | None:
    """A whole number, at least 1, in the unit that the name of a limit says; None for no such."""
    units = _units(name)
    found = _AMOUNT.fullmatch(text.strip())
    if found and found[2].casefold() in units:
        amount = Decimal(found[1]) * units[found[2].casefold()]
        if amount >= 1 and amount == amount.to_integral_value() and amount < 2**62:
            return int(amount)
    return None


def units_of(name: str) -> str:
    """The units in which a limit may be given."""
    return ", ".join(unit for unit in _units(name) if unit) or "a whole number"


def _units(name: str) -> dict[str, int]:
    if name.endswith("_bytes"):
        return _SIZES
    return _TIMES if name.endswith("_seconds") else {"": 1}
