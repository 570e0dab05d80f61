"""KEYs executed again, as a table and as JSON: what each gave then and now."""

from collections.abc import Iterator
from typing import Any

from runner.interpreter.again import KeyAgain, OutputAgain
from runner.model.results import KeyFailure, KeyResult
from runner.model.safe_text import safe_line
from runner.model.values import Chart, Table, Value
from runner.report.json_parts import value_json
from runner.report.layout import hanging, padded, width_of, wrapped
from runner.report.style import PLAIN, Style
from runner.report.text import short_digest

_HEAD = ("output", "then", "now", "within")
_LEAST = 8


def keys_text(keys: tuple[KeyAgain, ...], width: int = 80, style: Style = PLAIN) -> str:
    """A KEY a paragraph: what of it changed, then its outputs as a table."""
    return "\n\n".join("\n".join(_key_lines(key, width, style)) for key in keys)


def keys_json(keys: tuple[KeyAgain, ...]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [_key_json(key) for key in keys]


def keys_sum(keys: tuple[KeyAgain, ...]) -> str:
    """How many KEYs and outputs came out the same, in a line."""
    outputs = [output for key in keys for output in key.outputs]
    other = sum(not output.is_within for output in outputs)
    missing = sum(key.now is None for key in keys)
    failed = sum(key.has_failed for key in keys)
    said = f"{len(keys)} KEY{'s' if len(keys) != 1 else ''}, {len(outputs)} outputs: "
    said += f"{other} not as then" if other else "all as then"
    if missing or failed:
        given = sum(isinstance(key.now, KeyResult) for key in keys)
        said = f"{given} of {len(keys)} KEYs gave a result"
        said += f", {other} outputs not as then" if other else ""
    said += f"; {missing} not executed" if missing else ""
    return said + (f"; {failed} failed" if failed else "")


def _key_lines(key: KeyAgain, width: int, style: Style) -> Iterator[str]:
    yield from (style.bold(one) for one in hanging(f"{key.invocation}  ", key.key.text, width))
    for line in (*_records(key), *_ends(key), *key.notes):
        yield from hanging("  ", safe_line(line), width)
    if key.outputs:
        yield from _table(key.outputs, width, style)


def _records(key: KeyAgain) -> Iterator[str]:
    was, now = key.record_then, key.record_now
    if was is None or now is None:
        return
    if was.version != now.version:
        yield f"version {was.version} then, {now.version} now"
    pairs = (
        ("notebook", was.notebook_digest, now.notebook_digest),
        ("contract", was.contract_digest, now.contract_digest),
    )
    for what, then, present in pairs:
        if then != present:
            yield f"the {what} differs: {short_digest(then)} then, {short_digest(present)} now"


def _ends(key: KeyAgain) -> Iterator[str]:
    if key.why_not:
        yield f"not executed: {key.why_not}"
    for when, end in (("then", key.then), ("now", key.now)):
        if isinstance(end, KeyFailure):
            yield f"failed {when} ({end.kind.value}): {end.message}"
    if isinstance(key.then, KeyFailure) and isinstance(key.now, KeyResult):
        yield "it gives a result now"


def _table(outputs: tuple[OutputAgain, ...], width: int, style: Style) -> Iterator[str]:
    rows = [_HEAD, *(_cells(output) for output in outputs)]
    widths = _widths(rows, width - 2 - 2 * (len(_HEAD) - 1))
    for place, row in enumerate(rows):
        columns = [wrapped(cell, most) or [""] for cell, most in zip(row, widths, strict=True)]
        for number in range(max(map(len, columns))):
            cells = [lines[number] if number < len(lines) else "" for lines in columns]
            line = "  ".join(padded(c, w) for c, w in zip(cells, widths, strict=True))
            strong = place > 0 and not outputs[place - 1].is_within
            yield "  " + (style.red(line.rstrip()) if strong else line.rstrip())


def _cells(output: OutputAgain) -> tuple[str, ...]:
    within = "yes" if output.is_within else "NO"
    said = f"{within}, {output.how}" if output.how else within
    return (output.name, safe_line(output.shown_then), safe_line(output.shown_now), said)


def _widths(rows: list[tuple[str, ...]], columns: int) -> list[int]:
    """The columns as wide as their widest cells; values, then all are cut down until they fit."""
    widths = [max(width_of(row[place]) for row in rows) for place in range(len(_HEAD))]
    for places, least in (((1, 2), 2 * _LEAST), (range(len(_HEAD)), _LEAST)):
        while sum(widths) > columns:
            widest = max(places, key=lambda place: widths[place])
            if widths[widest] <= least:
                break
            widths[widest] -= 1
    return widths


def _key_json(key: KeyAgain) -> dict[str, Any]:
    was, now = key.record_then, key.record_now
    return {
        "call": str(key.invocation),
        "key": key.key.text,
        "same": key.is_same,
        "executed": key.now is not None,
        "why_not": key.why_not or None,
        "notebook": _pair(was and was.notebook_digest, now and now.notebook_digest),
        "contract": _pair(was and was.contract_digest, now and now.contract_digest),
        "version": _pair(was and was.version, now and now.version),
        "failure": _pair(_failure(key.then), _failure(key.now)),
        "notes": list(key.notes),
        "outputs": [_output_json(output) for output in key.outputs],
    }


def _pair(then: Any, now: Any) -> dict[str, Any]:
    return {"then": then, "now": now}


def _failure(end: KeyResult | KeyFailure | None) -> dict[str, str] | None:
    if not isinstance(end, KeyFailure):
        return None
    return {"kind": end.kind.value, "message": end.message}


def _output_json(output: OutputAgain) -> dict[str, Any]:
    return {
        "output": output.name,
        "then": _value(output.then),
        "now": _value(output.now),
        "within": output.is_within,
        "how": output.how or None,
    }


def _value(value: Value | None) -> Any:
    """A value; of tables and charts what was compared is in their files, of which one is gone."""
    match value:
        case None:
            return None
        case Table():
            return {"columns": list(value.columns), "row_count": value.row_count}
        case Chart():
            return {"caption": value.caption}
        case _:
            return value_json(value)
