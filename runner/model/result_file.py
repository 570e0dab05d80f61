"""The file by which a kernel hands its result to the runner, checked against the contract.

    {"format": 1, "key": "jupyter-…",
     "outputs": {name: scalar | null | {"undefined": why}
                 | {"table": {"columns", "rows", "row_count", "file"}}
                 | {"chart": {"file", "caption"}}},
     "data_from": ISO 8601 or null, "data_to": ISO 8601 or null,
     "warnings": [text], "inputs": {name: {"rows_read": n, "rows_bad": n}}}

Numbers keep their digits; timestamps carry an offset; file names are relative to the output folder.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from runner.model.contract import KeyContract, OutputSpec
from runner.model.frozen import frozen
from runner.model.results import OutputValue
from runner.model.values import NUMERIC, Chart, OutputType, Table, Undefined, Value

FORMAT = 1
MOST_TEXT_BYTES = 100_000
MOST_DIGITS = 40
_ROW_COUNTS = ("rows_read", "rows_bad")
_FIELDS = ("format", "key", "outputs", "data_from", "data_to", "warnings", "inputs")


@frozen
class InputRows:
    """How many records of an input were read, and how many could not be. Their sum is all."""

    name: str
    rows_read: int
    rows_bad: int


@frozen
class PublishedResult:
    """What a notebook published. `data_from` and `data_to` bound the data looked at (UTC).

    Durations are in the unit of the contract, seconds where it names none; percents are 0 to 100.
    """

    outputs: tuple[OutputValue, ...]
    data_from: datetime | None = None
    data_to: datetime | None = None
    warnings: tuple[str, ...] = ()
    inputs: tuple[InputRows, ...] = ()


class NotAValue(ValueError):
    """A published value that does not fit its output; the message says why."""


def encode_result(key: str, result: PublishedResult) -> str:
    """The text of the result file. NaN and infinite numbers become undefined."""
    tree = {
        "format": FORMAT,
        "key": key,
        "outputs": {output.name: _plain(output.value) for output in result.outputs},
        "data_from": _stamp(result.data_from),
        "data_to": _stamp(result.data_to),
        "warnings": list(result.warnings),
        "inputs": {
            rows.name: {"rows_read": rows.rows_read, "rows_bad": rows.rows_bad}
            for rows in result.inputs
        },
    }
    return _json(tree) + "\n"


def decode_result(
    text: str, contract: KeyContract
) -> tuple[PublishedResult | None, tuple[str, ...]]:
    """The result that `text` holds, or None with all that breaks the contract. Never raises.

    An output that is absent, extra, doubled, of the wrong type or out of its range is a problem;
    null, NaN and infinity of a nullable output are Undefined.
    """
    problems: list[str] = []
    try:
        tree = _tree(text, problems)
    except (ValueError, RecursionError, ArithmeticError) as error:
        return None, (f"the result file is not readable JSON: {error}",)
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        return None, (f"the result file is not of format {FORMAT}",)
    problems += [f"unknown field `{name}` in the result file" for name in tree.keys() - {*_FIELDS}]
    if tree.get("key") != contract.key.text:
        problems.append(f"the result is of {tree.get('key')!r:.80}, not of {contract.key.text}")
    result = PublishedResult(
        outputs=tuple(_outputs(tree.get("outputs"), contract, problems)),
        data_from=_bound(tree, "data_from", problems),
        data_to=_bound(tree, "data_to", problems),
        warnings=_warnings(tree, problems),
        inputs=_inputs(tree, problems),
    )
    return (None if problems else result), tuple(problems)


def checked_value(spec: OutputSpec, plain: object) -> Value:
    """The value of an output from its JSON form (numbers as Decimal).

    Raises NotAValue where the contract does not allow it.
    """
    why = _why_undefined(plain)
    if why is not None:
        if not spec.nullable:
            raise NotAValue(f"is {why or 'null'}, and the contract says it always has a value")
        return Undefined(why or spec.null_means)
    if spec.type in NUMERIC:
        return _number(spec, plain)
    return _READERS[spec.type](spec, plain)


def _tree(text: str, problems: list[str]) -> Any:
    doubled = _unique(problems)
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=doubled)


def _outputs(found: object, contract: KeyContract, problems: list[str]) -> Iterable[OutputValue]:
    if not isinstance(found, dict):
        problems.append("the result file has no object `outputs`")
        return
    for name in found:
        if contract.output(name) is None:
            problems.append(f"output `{name:.80}` is published and not declared")
    for spec in contract.outputs:
        if spec.name not in found:
            problems.append(f"output `{spec.name}` is declared and was not published")
            continue
        try:
            yield OutputValue(spec.name, checked_value(spec, found[spec.name]))
        except NotAValue as error:
            problems.append(f"output `{spec.name}` {error}")


def _why_undefined(plain: object) -> str | None:
    """None for a defined value, else why it is undefined; empty where nobody said why."""
    if plain is None:
        return ""
    if isinstance(plain, float):
        return f"not a finite number ({plain})"
    if isinstance(plain, dict) and plain.keys() == {"undefined"}:
        return _short(plain["undefined"])
    return None


def _number(spec: OutputSpec, plain: object) -> Decimal:
    if not isinstance(plain, Decimal):
        raise NotAValue(f"must be a number ({spec.type.value}), found {_shown(plain)}")
    if len(plain.as_tuple().digits) > MOST_DIGITS or abs(plain.adjusted()) > MOST_DIGITS:
        raise NotAValue(f"has more than {MOST_DIGITS} digits")
    if spec.type is OutputType.RATIO and not 0 <= plain <= 1:
        raise NotAValue(f"must be a ratio between 0 and 1, found {plain}")
    if spec.type in (OutputType.COUNT, OutputType.BYTES):
        if plain != plain.to_integral_value():
            raise NotAValue(f"must be a whole number, found {plain}")
        plain = Decimal(int(plain))
    if spec.type in (OutputType.COUNT, OutputType.BYTES, OutputType.DURATION) and plain < 0:
        raise NotAValue(f"must not be negative, found {plain}")
    return plain


def _flag(spec: OutputSpec, plain: object) -> bool:
    if not isinstance(plain, bool):
        raise NotAValue(f"must be true or false, found {_shown(plain)}")
    return plain


def _text(spec: OutputSpec, plain: object) -> str:
    if not isinstance(plain, str):
        raise NotAValue(f"must be a text, found {_shown(plain)}")
    return _short(plain)


def _enum(spec: OutputSpec, plain: object) -> str:
    if not isinstance(plain, str) or plain not in spec.values:
        raise NotAValue(f"must be one of {', '.join(spec.values)}, found {_shown(plain)}")
    return plain


def _timestamp(spec: OutputSpec, plain: object) -> datetime:
    return _stamp_of(plain)


def _stamp_of(plain: object) -> datetime:
    try:
        stamp = datetime.fromisoformat(plain if isinstance(plain, str) else "")
        utc = stamp.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAValue(f"must be an ISO 8601 timestamp, found {_shown(plain)}") from None
    if stamp.tzinfo is None:
        raise NotAValue(f"is a timestamp without an offset: {plain}")
    return utc


def _table(spec: OutputSpec, plain: object) -> Table:
    table = _inner(plain, "table", {"columns", "rows", "row_count", "file"})
    columns, rows = _texts(table["columns"]), table["rows"]
    if not isinstance(rows, list):
        raise NotAValue("is a table whose rows are no list")
    shown = tuple(_texts(row) for row in rows)
    count = table["row_count"]
    if any(len(row) != len(columns) for row in shown):
        raise NotAValue(f"is a table with a row that has not {len(columns)} cells")
    if not isinstance(count, Decimal) or count < len(shown) or count != int(count):
        raise NotAValue(f"is a table with {len(shown)} rows shown and row_count {_shown(count)}")
    return Table(columns, shown, int(count), _file(table["file"]) if table["file"] else "")


def _chart(spec: OutputSpec, plain: object) -> Chart:
    chart = _inner(plain, "chart", {"file", "caption"})
    if not isinstance(chart["caption"], str):
        raise NotAValue("is a chart whose caption is no text")
    return Chart(_file(chart["file"]), _short(chart["caption"]))


_READERS: Mapping[OutputType, Callable[[OutputSpec, object], Value]] = {
    OutputType.FLAG: _flag,
    OutputType.TEXT: _text,
    OutputType.ENUM: _enum,
    OutputType.TIMESTAMP: _timestamp,
    OutputType.TABLE: _table,
    OutputType.CHART: _chart,
}


def _inner(plain: object, kind: str, wanted: set[str]) -> dict[str, Any]:
    inner = plain.get(kind) if isinstance(plain, dict) and plain.keys() == {kind} else None
    if not isinstance(inner, dict) or inner.keys() != wanted:
        raise NotAValue(f"must be a {kind} with {', '.join(sorted(wanted))}")
    return inner


def _file(name: object) -> str:
    """A file name below the output folder: no absolute path, no `..`, no backslash, no NUL."""
    parts = name.split("/") if isinstance(name, str) else []
    plain = isinstance(name, str) and name.isprintable() and "\\" not in name and ":" not in name
    if not plain or any(part in ("", ".", "..") for part in parts):
        raise NotAValue(f"names a file outside its folder: {_shown(name)}")
    return str(name)


def _texts(found: object) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise NotAValue(f"must hold lists of texts, found {_shown(found)}")
    return tuple(_short(item) for item in found)


def _short(text: object) -> str:
    if not isinstance(text, str):
        raise NotAValue(f"must be explained by a text, found {_shown(text)}")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_TEXT_BYTES:
        raise NotAValue(f"is a text of {size:,} bytes; at most {MOST_TEXT_BYTES:,} are kept")
    return text


def _bound(tree: dict[str, Any], name: str, problems: list[str]) -> datetime | None:
    if tree.get(name) is None:
        return None
    try:
        return _stamp_of(tree[name])
    except NotAValue as error:
        problems.append(f"`{name}` {error}")
        return None


def _warnings(tree: dict[str, Any], problems: list[str]) -> tuple[str, ...]:
    try:
        return _texts(tree.get("warnings", []))
    except NotAValue as error:
        problems.append(f"`warnings` {error}")
        return ()


def _inputs(tree: dict[str, Any], problems: list[str]) -> tuple[InputRows, ...]:
    found = tree.get("inputs", {})
    made = []
    for name, rows in found.items() if isinstance(found, dict) else ():
        counts = [rows.get(part) if isinstance(rows, dict) else None for part in _ROW_COUNTS]
        whole = [int(n) for n in counts if n is not None and _is_count(n)]
        if len(whole) == len(_ROW_COUNTS):
            made.append(InputRows(name, *whole))
        else:
            problems.append(f"`inputs.{name:.80}` must hold {' and '.join(_ROW_COUNTS)}")
    if not isinstance(found, dict):
        problems.append("`inputs` must be an object")
    return tuple(made)


def _is_count(found: Any) -> bool:
    return isinstance(found, Decimal) and 0 <= found < 10**18 and found == int(found)


def _plain(value: Value) -> Any:
    """The JSON form of a value; Decimals stay, `_json` writes their digits."""
    if isinstance(value, Undefined):
        return {"undefined": value.why}
    if isinstance(value, Table):
        rows = [list(row) for row in value.rows]
        table = {"columns": list(value.columns), "rows": rows}
        return {"table": {**table, "row_count": value.row_count, "file": value.file}}
    if isinstance(value, Chart):
        return {"chart": {"file": value.file, "caption": value.caption}}
    if isinstance(value, datetime):
        return _stamp(value)
    if isinstance(value, Decimal) and not value.is_finite():
        return {"undefined": f"not a finite number ({value})"}
    return value


def _stamp(value: datetime | None) -> str | None:
    """ISO 8601 in UTC; a time without a zone is UTC already."""
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _json(tree: Any) -> str:
    """JSON text in which a Decimal keeps its digits."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_json(v)}" for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(_json, tree)) + "]"
    if isinstance(tree, Decimal):
        return str(tree)
    return json.dumps(tree, allow_nan=False)


def _unique(problems: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in pairs:
            if name in made:
                problems.append(f"`{name:.80}` is published twice")
            made[name] = value
        return made

    return collect


def _shown(value: object) -> str:
    return f"{type(value).__name__} {str(value)!r:.60}"
