"""Charts as Vega-Lite, written down here; no plotting library is imported."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from runner.kit.refusal import KitMisuse
from runner.model.frozen import frozen

COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#9c6b4e", "#97bbf5")
MOST_POINTS = 5_000
RESERVED_BYTES = 72 * 1024**3
"""Address space that the renderer reserves (it uses 70 MB of it)."""
DATA_BYTES = 700 * 1024**2


@frozen
class ChartSpec:
    """A chart as Vega-Lite JSON text."""

    vega_lite: str


def bars(relation: Any, x: str, y: str, *, stack: str = "", title: str = "") -> ChartSpec:
    """Bars of `y`: over time where `x` is a timestamp, else one for each `x`, longest first.

    `stack` names a column whose values are stacked in colours.
    """
    rows, over_time = _rows(relation, x)
    value = {"field": y, "type": "quantitative", "title": y.replace("_", " ")}
    if over_time:
        encoding: dict[str, Any] = {"x": _time_axis(x), "y": {**value, "stack": True}}
        mark: dict[str, Any] = {"type": "bar"}
    else:
        category = {"field": x, "type": "nominal", "sort": "-x", "title": None}
        encoding, mark = {"x": value, "y": category}, {"type": "bar", "color": COLOURS[0]}
    return _spec(rows, mark, encoding, stack, title)


def lines(relation: Any, x: str, y: str, *, by: str = "", title: str = "") -> ChartSpec:
    """Lines of `y` over the timestamps `x`, one for each value of the column `by`."""
    rows, _ = _rows(relation, x)
    value = {"field": y, "type": "quantitative", "title": y.replace("_", " ")}
    return _spec(rows, {"type": "line"}, {"x": _time_axis(x), "y": value}, by, title)


def render_svg(chart: ChartSpec) -> str:
    """The chart as static SVG: no script, no network."""
    _refuse_small_memory()
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(json.loads(chart.vega_lite))
    return svg


def warm_up() -> None:
    """Load the engine and start the chart renderer (0.4 s), which a waiting kernel does ahead."""
    import duckdb  # noqa: F401

    render_svg(ChartSpec('{"data": {"values": []}, "mark": "bar"}'))


def _refuse_small_memory() -> None:
    """The renderer kills the process where it cannot reserve memory, so say so before."""
    import resource

    for name, least in (("RLIMIT_AS", RESERVED_BYTES), ("RLIMIT_DATA", DATA_BYTES)):
        limit, _ = resource.getrlimit(getattr(resource, name))
        if 0 <= limit < least:
            raise KitMisuse(f"no chart can be drawn: {name} is {limit:,}, and {least:,} is needed")


def _spec(
    rows: list[dict[str, Any]], mark: dict[str, Any], encoding: dict[str, Any], by: str, title: str
) -> ChartSpec:
    if by:
        encoding["color"] = {"field": by, "type": "nominal", "title": by.replace("_", " ")}
        encoding["color"]["scale"] = {"range": list(COLOURS)}
    height = 200 if "timeUnit" in encoding["x"] else {"step": 20}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 640,
        "height": height,
        **({"title": title} if title else {}),
        "data": {"values": rows},
        "mark": mark,
        "encoding": encoding,
        "config": {"font": "sans-serif", "view": {"stroke": None}, "axis": {"tickMinStep": 1}},
    }
    return ChartSpec(json.dumps(spec, indent=1, ensure_ascii=False))


def _time_axis(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "temporal",
        "timeUnit": "utcyearmonthdatehours",
        "scale": {"type": "utc"},
        "axis": {"format": "%d %b %H:%M", "labelOverlap": True},
        "title": f"{field.replace('_', ' ')} (UTC)",
    }


def _rows(relation: Any, x: str) -> tuple[list[dict[str, Any]], bool]:
    """At most MOST_POINTS rows as JSON-ready values, and whether `x` holds timestamps."""
    names = list(relation.columns)
    over_time = str(relation.types[names.index(x)]).startswith("TIMESTAMP")
    found = relation.limit(MOST_POINTS).fetchall()
    return [dict(zip(names, map(_plain, row), strict=True)) for row in found], over_time


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + ("" if value.tzinfo else "Z")
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, int | float | str | None) else str(value)
