"""What a notebook gets of the values that it is handed, and how they are written as Python.

The contract says what a value is; the parameters cell says in which form the notebook works with
it: where its default is text, the value comes as text.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.keys.parameters_cell import Default
from runner.model.contract import DeclaredParameter, ParameterValue

_NONE = Default(None)


def notebook_value(
    parameter: DeclaredParameter, given: ParameterValue, default: Default | None
) -> Any:
    """The Python value for a notebook whose parameters cell sets the parameter to `default`.

    A number is a float, or exact where the default calls Decimal. A timestamp is a datetime with
    its offset, a date a date, a path a Path, a list a list.
    """
    form = default or _NONE
    if isinstance(given, tuple):
        return [_item(parameter.items, item, _NONE) for item in given]
    return _item(parameter.type, given, form)


def python_literal(value: Any) -> str | None:
    """An expression for values that papermill would turn into text; None where it does well.

    It needs no import before it and leaves no name behind.
    """
    match value:
        case Decimal():
            return f'__import__("decimal").Decimal("{value}")'
        case datetime():
            return f'__import__("datetime").datetime.fromisoformat("{value.isoformat()}")'
        case date():
            return f'__import__("datetime").date.fromisoformat("{value.isoformat()}")'
        case Path():
            return f'__import__("pathlib").Path({str(value)!r})'
    return None


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the metadata of the executed notebook hold them: what JSON can say."""
    return {name: _plain(value) for name, value in values.items()}


def _item(type_name: str, given: ParameterValue, form: Default) -> Any:
    if given is None:
        return None
    if isinstance(given, Decimal):
        return given if form.called == "Decimal" else float(given)
    if not isinstance(given, str) or form.is_text:
        return given
    match type_name:
        case "timestamp":
            return datetime.fromisoformat(given)
        case "date":
            return date.fromisoformat(given)
        case "path":
            return Path(given)
    return given


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal | date | Path) else value
