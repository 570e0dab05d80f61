"""Quantities as people write them: `95%`, `500 ms`, `10k`, `1.5 GB`, `$200`, `0 per minute`."""

import re
from decimal import Decimal

from runner.model.frozen import frozen
from runner.model.values import Dimension, Quantity

_SHARE = {"%": "0.01", "percent": "0.01", "pct": "0.01"}
_TIME = {
    **dict.fromkeys(("us", "µs", "microsecond", "microseconds"), "0.000001"),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), "0.001"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "1"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "60"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "3600"),
    **dict.fromkeys(("d", "day", "days"), "86400"),
    **dict.fromkeys(("week", "weeks"), "604800"),
}
_BYTES = {
    **dict.fromkeys(("B", "byte", "bytes"), "1"),
    **dict.fromkeys(("kB", "KB"), "1000"),
    "MB": "1000000",
    "GB": "1000000000",
    "TB": "1000000000000",
    "KiB": "1024",
    "MiB": "1048576",
    "GiB": "1073741824",
    "TiB": "1099511627776",
}
_CURRENCY_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY")
_MULTIPLES = {
    "k": "1000",
    "K": "1000",
    "M": "1000000",
    "bn": "1000000000",
    "thousand": "1000",
    "million": "1000000",
    "billion": "1000000000",
}
_UNITS: dict[str, tuple[Dimension, Decimal]] = {
    **{unit: (Dimension.SHARE, Decimal(factor)) for unit, factor in _SHARE.items()},
    **{unit: (Dimension.TIME, Decimal(factor)) for unit, factor in _TIME.items()},
    **{unit: (Dimension.BYTES, Decimal(factor)) for unit, factor in _BYTES.items()},
}

_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d.,]*\d)")
_MULTIPLE = re.compile(r"(k|K|M|bn)\b|\s+(thousand|million|billion)\b")
_UNIT = re.compile(r"\s*(%|per\s+cent\b|[A-Za-zµ]+)")
_RATE = re.compile(r"\s*(?:/\s*|per\s+)([A-Za-z]+)\b")


@frozen
class ReadQuantity:
    """A quantity found at the start of a text, and how many characters it takes."""

    quantity: Quantity
    length: int


def read_quantity(text: str) -> ReadQuantity | None:
    """The quantity at the very start of `text`, with its unit; None where there is none.

    A word behind the number that is no unit is left over: it may be a noun ("12 consumers").
    """
    sign = next((c for c in _CURRENCY_SIGNS if text.startswith(c)), "")
    number = _NUMBER.match(text, len(sign))
    if number is None:
        return None
    magnitude = Decimal(number[0].replace(",", "").replace("−", "-"))
    end = number.end()
    if multiple := _MULTIPLE.match(text, end):
        magnitude *= Decimal(_MULTIPLES[multiple[1] or multiple[2]])
        end = multiple.end()
    if sign:
        money = Quantity(magnitude, Dimension.MONEY, sign, _CURRENCY_SIGNS[sign])
        return ReadQuantity(money, end)
    return _with_unit(text, magnitude, end)


def unit_quantity(magnitude: Decimal, unit: str) -> Quantity:
    """A number in a unit that a contract declares; a unit that is not known leaves it bare."""
    if unit in _CURRENCIES:
        return Quantity(magnitude, Dimension.MONEY, unit, unit)
    per = unit.removeprefix("1").removeprefix("/")
    if unit.startswith(("1/", "/")) and per in _TIME:
        return Quantity(magnitude * _per_week(per), Dimension.RATE, unit)
    if unit in _UNITS:
        dimension, factor = _UNITS[unit]
        return Quantity(magnitude * factor, dimension, unit)
    return Quantity(magnitude, Dimension.NUMBER, unit)


def in_unit(quantity: Quantity, unit: str) -> Decimal:
    """The magnitude of a quantity in a unit of its own dimension."""
    return quantity.magnitude / unit_quantity(Decimal(1), unit).magnitude


def _per_week(unit: str) -> Decimal:
    """How many of a unit of time a week has: exact, where a division would not be."""
    return Decimal(_TIME["week"]) / Decimal(_TIME[unit])


def _with_unit(text: str, magnitude: Decimal, end: int) -> ReadQuantity:
    if rate := _RATE.match(text, end):
        per = rate[1].casefold()
        if per in _TIME:
            quantity = Quantity(magnitude * _per_week(per), Dimension.RATE, f"1/{per}")
            return ReadQuantity(quantity, rate.end())
    if unit := _UNIT.match(text, end):
        name = "percent" if unit[1].startswith("per") and unit[1] != "percent" else unit[1]
        for spelling in (name, name.casefold()):
            if spelling in _CURRENCIES:
                return ReadQuantity(
                    Quantity(magnitude, Dimension.MONEY, name, spelling), unit.end()
                )
            if spelling in _UNITS:
                dimension, factor = _UNITS[spelling]
                quantity = Quantity(magnitude * factor, dimension, name)
                return ReadQuantity(quantity, unit.end())
    return ReadQuantity(Quantity(magnitude, Dimension.NUMBER), end)
