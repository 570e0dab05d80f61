"""From what a notebook has at hand to the published values of the contract."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from runner.kit.refusal import KitMisuse
from runner.model.contract import KeyContract, OutputSpec
from runner.model.result_file import NotAValue, checked_value
from runner.model.values import OutputType, Undefined, Value


def spec_of(contract: KeyContract, name: str, *types: OutputType) -> OutputSpec:
    """The declared output of that name, and of one of these types where any are given.

    Raises KitMisuse, naming the closest output.
    """
    spec = contract.output(name)
    if spec is None:
        close = get_close_matches(name, [output.name for output in contract.outputs], 1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        raise KitMisuse(f"`{name}` is not an output in the key.json of {contract.key.text}{hint}")
    if types and spec.type not in types:
        raise KitMisuse(f"output `{name}` is a {spec.type.value} in key.json")
    return spec


def published(spec: OutputSpec, given: Any) -> Value:
    """The value of an output from a Python value. Floats keep their shortest digits.

    None, NaN and infinity are undefined. Times without a zone are UTC. Raises KitMisuse.
    """
    try:
        return checked_value(spec, _plain(given))
    except NotAValue as error:
        raise KitMisuse(f"output `{spec.name}` {error}") from None


def _plain(given: Any) -> Any:
    if isinstance(given, Undefined):
        return {"undefined": given.why}
    if given is None or isinstance(given, bool | str):
        return given
    if isinstance(given, timedelta):
        return Decimal(given // timedelta(microseconds=1)) / 1_000_000
    if isinstance(given, date) and not isinstance(given, datetime):
        given = datetime.combine(given, time(), UTC)
    if isinstance(given, datetime):
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).isoformat()
    if isinstance(given, Decimal):
        return given if given.is_finite() else float(given)
    if isinstance(given, int):
        return Decimal(given)
    number = float(given) if hasattr(given, "__float__") else given
    if isinstance(number, float):
        digits = Decimal(repr(number))
        return digits if digits.is_finite() else number
    raise KitMisuse(f"a value of type {type(given).__name__} cannot be published")
