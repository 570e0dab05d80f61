"""The result file of a notebook that wrote none, made from what its cells published.

It goes the way of every result: `result.json` in the folder of outputs, then the contract.
"""

import json
from pathlib import Path
from typing import Any

from runner.keys.attempt import Attempt
from runner.keys.executed_notebook import write_atomically
from runner.keys.outputs_cells import Shown, Unreadable, published_in
from runner.keys.published import RESULT_FILE
from runner.model.contract import KeyContract
from runner.model.result_file import FORMAT
from runner.model.values import OutputType

_BOUNDS = ("data_from", "data_to")
_ROWS_SHOWN = 100


def result_from_cells(attempt: Attempt, contract: KeyContract, outputs: Path) -> None:
    """Make the result file where the notebook wrote none and its cells published something.

    Raises Unreadable where that is not whole, OSError where it cannot be written.
    """
    file = outputs / RESULT_FILE
    if file.is_symlink() or file.exists():
        return
    if attempt.dropped:
        raise Unreadable("it wrote no result file, and what its cells showed was cut")
    shown = published_in(attempt.notebook["cells"])
    if not shown.is_empty:
        write_result(shown, contract, outputs)


def write_result(shown: Shown, contract: KeyContract, outputs: Path) -> None:
    """Write `result.json`, and the tables and charts that it names, into the folder `outputs`.

    What is published and not declared is named in a warning. Raises Unreadable where a value
    cannot be what the contract says, OSError where nothing can be written.
    """
    declared = {spec.name: spec.type for spec in contract.outputs}
    values: dict[str, Any] = {}
    for name, kind in declared.items():
        if kind is OutputType.CHART and name in shown.pictures:
            values[name] = _chart(name, shown.pictures[name], outputs)
        elif name in shown.values:
            value = shown.values[name]
            values[name] = _table(name, value, outputs) if kind is OutputType.TABLE else value
    others = sorted(shown.values.keys() - declared.keys() - {*_BOUNDS})
    result = {
        "format": FORMAT,
        "key": contract.key.text,
        "outputs": values,
        **{bound: _bound(shown, bound, declared) for bound in _BOUNDS},
        "warnings": [f"published and not declared: {', '.join(others)}"] if others else [],
        "inputs": {},
    }
    write_atomically(outputs / RESULT_FILE, json.dumps(result, indent=1, default=_refuse) + "\n")


def _bound(shown: Shown, name: str, declared: dict[str, OutputType]) -> Any:
    return None if name in declared else shown.values.get(name)


def _table(name: str, value: Any, outputs: Path) -> Any:
    """A table from a list of mappings, or from a mapping of columns; its rows go to a file."""
    if value is None:
        return None
    rows = _rows(name, value)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    file = f"tables/{name}.jsonl"
    (outputs / "tables").mkdir(exist_ok=True, mode=0o700)
    lines = [json.dumps({column: row.get(column) for column in columns}) for row in rows]
    write_atomically(outputs / file, "".join(line + "\n" for line in lines))
    shown = [[_cell(row.get(column)) for column in columns] for row in rows[:_ROWS_SHOWN]]
    table = {"columns": columns, "rows": shown, "row_count": len(rows), "file": file}
    return {"table": table}


def _rows(name: str, value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict) and value and all(isinstance(v, list) for v in value.values()):
        lengths = {len(column) for column in value.values()}
        if len(lengths) == 1:
            rows = zip(*value.values(), strict=True)
            return [dict(zip(map(str, value), row, strict=True)) for row in rows]
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return [{str(column): cell for column, cell in row.items()} for row in value]
    raise Unreadable(
        f"output `{name}` is a table: publish it as a list of mappings, or as columns of one length"
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _chart(name: str, svg: str, outputs: Path) -> Any:
    file = f"charts/{name}.svg"
    (outputs / "charts").mkdir(exist_ok=True, mode=0o700)
    write_atomically(outputs / file, svg)
    return {"chart": {"file": file, "caption": name.replace("_", " ")}}


def _refuse(value: object) -> Any:
    raise Unreadable(f"a value of type {type(value).__name__} is published, which is no JSON")
