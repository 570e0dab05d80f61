"""The samples of a KEY: inputs that are shipped with it, and the outputs that they must give.

A case is `samples/<case>.expected.json`:

    inputs       input name -> file in samples/; left out, the file that is called like the case
    parameters   parameter name -> value; may be left out
    outputs      output name -> value; null is undefined; for a table {"columns": […], "rows": […],
                 "row_count": n}, of which any part may be left out; a chart cannot be expected
    data_from, data_to   the bounds of the data, or null for none; may be left out
    refused      instead of outputs: words of the message with which the KEY must fail
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.errors import InvalidInput
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome
from runner.model.contract import ParameterValue
from runner.model.frozen import frozen
from runner.model.results import KeyFailure, KeyResult
from runner.model.values import Chart, Table, Undefined, Value

SAMPLES, ENDING = "samples", ".expected.json"
FIELDS = ("inputs", "parameters", "outputs", "data_from", "data_to", "refused")
TOLERANCE = Decimal("1e-9")
"""The relative difference up to which two numbers count as the same."""


@frozen
class SampleCase:
    """A case: what is given, and what must come of it; a bound of None is that of no data."""

    name: str
    inputs: tuple[tuple[str, Path], ...]
    parameters: tuple[tuple[str, ParameterValue], ...]
    outputs: Mapping[str, Any]
    bounds: Mapping[str, str | None]
    refused: str = ""


def sample_cases(key: InstalledKey) -> tuple[SampleCase, ...]:
    """The cases of a KEY, by name. Raises InvalidInput where one cannot be read."""
    files = sorted((key.folder / SAMPLES).glob(f"*{ENDING}"))
    return tuple(_case(key, file) for file in files)


def differences(case: SampleCase, outcome: KeyOutcome) -> tuple[str, ...]:
    """What is not as expected, in words; empty where everything is."""
    if isinstance(outcome, KeyFailure):
        if case.refused and case.refused in outcome.message:
            return ()
        return (f"it failed ({outcome.kind.value}): {outcome.message}",)
    if case.refused:
        return (f"it was not refused; expected: {case.refused}",)
    return tuple(_differing(case, outcome))


def _case(key: InstalledKey, file: Path) -> SampleCase:
    try:
        tree = json.loads(file.read_text("utf-8"), parse_float=Decimal)
        unknown = [name for name in tree if name not in FIELDS]
        if unknown:
            raise ValueError(f"it has {unknown[0]!r}; known: {', '.join(FIELDS)}")
        if ("refused" in tree) == ("outputs" in tree):
            raise ValueError("it needs either outputs or refused")
        name = file.name.removesuffix(ENDING)
        return SampleCase(
            name,
            tuple(_inputs(key, name, tree.get("inputs"))),
            tuple(tree.get("parameters", {}).items()),
            dict(tree.get("outputs", {})),
            {bound: tree[bound] for bound in ("data_from", "data_to") if bound in tree},
            str(tree.get("refused", "")),
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{file} is no sample case: {error}", "nothing was executed") from None


def _inputs(
    key: InstalledKey, name: str, given: Mapping[str, str] | None
) -> Iterator[tuple[str, Path]]:
    folder = key.folder / SAMPLES
    if given is None:
        found = [f for f in folder.glob(f"{name}.*") if not f.name.endswith(ENDING)]
        if len(found) != 1 or len(key.contract.inputs) != 1:
            raise ValueError("it names no inputs, and which they are is not plain")
        given = {key.contract.inputs[0].name: found[0].name}
    for one, relative in given.items():
        path = folder / relative
        if not path.resolve().is_relative_to(key.folder.resolve()) or not path.is_file():
            raise ValueError(f"there is no file {relative} in {SAMPLES}")
        yield one, path


def _differing(case: SampleCase, result: KeyResult) -> Iterator[str]:
    for name, wanted in case.outputs.items():
        value = result.value(name)
        if value is None or isinstance(value, Chart):
            yield f"{name}: {'a chart cannot be expected' if value else 'was not published'}"
        elif isinstance(value, Table) and isinstance(wanted, dict):
            yield from _table(name, value, wanted)
        elif not _same(value, wanted):
            yield f"{name}: {_shown(value)}, expected {_words(wanted)}"
    for name, bound in case.bounds.items():
        found = result.data_from if name == "data_from" else result.data_to
        if found != (None if bound is None else _moment(bound)):
            yield f"{name}: {found and found.isoformat()}, expected {bound}"


def _same(value: Value, wanted: Any) -> bool:
    if wanted is None or isinstance(value, Undefined):
        return wanted is None and isinstance(value, Undefined)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Decimal):
        if not isinstance(wanted, int | Decimal):
            return False
        return abs(value - wanted) <= TOLERANCE * max(abs(value), abs(Decimal(wanted)))
    if isinstance(value, datetime):
        return isinstance(wanted, str) and value == _moment(wanted)
    return bool(value == wanted)


def _moment(text: str) -> datetime:
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _table(name: str, table: Table, wanted: Mapping[str, Any]) -> Iterator[str]:
    count = wanted.get("row_count", table.row_count)
    if table.row_count != count:
        yield f"{name}: {table.row_count} rows, expected {count}"
    columns = tuple(wanted.get("columns", table.columns))
    absent = [column for column in columns if column not in table.columns]
    if absent:
        yield f"{name}: no column {', '.join(absent)}; it has {', '.join(table.columns)}"
        return
    places = [table.columns.index(column) for column in columns]
    rows = [[row[place] for place in places] for row in table.rows]
    for number, row in enumerate(wanted.get("rows", ()), 1):
        found = rows[number - 1] if number <= len(rows) else None
        if found != [_cell(cell) for cell in row]:
            yield f"{name}, row {number}: {found}, expected {[_cell(cell) for cell in row]}"
            return


def _cell(wanted: Any) -> str:
    if wanted is None:
        return ""
    if isinstance(wanted, bool):
        return "true" if wanted else "false"
    return format(wanted.normalize(), "f") if isinstance(wanted, Decimal) else str(wanted)


def _shown(value: Value) -> str:
    return f"undefined ({value.why})" if isinstance(value, Undefined) else str(value)


def _words(wanted: Any) -> str:
    return "undefined" if wanted is None else str(wanted)
