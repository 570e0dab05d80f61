"""The same charts as Vega-Lite JSON, kept beside the pictures for those who want to go on."""

import json
from typing import Any

from runner.model.frozen import frozen

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MIME = "application/vnd.vegalite.v5+json"
"""What readers of notebooks draw without trusting them, which they do not with SVG."""


@frozen
class Encoding:
    """What a chart shows: rows of plain values, the mark, and the field of each channel."""

    rows: list[dict[str, Any]]
    mark: str
    channels: dict[str, Any]
    title: str = ""


def vega_lite(encoding: Encoding) -> str:
    """The chart as Vega-Lite JSON text."""
    spec = {
        "$schema": SCHEMA,
        "width": 640,
        **({"title": encoding.title} if encoding.title else {}),
        "data": {"values": encoding.rows},
        "mark": {"type": encoding.mark},
        "encoding": encoding.channels,
    }
    return json.dumps(spec, indent=1, ensure_ascii=False)


def over_time(field: str) -> dict[str, Any]:
    """A time axis in UTC."""
    title = f"{field.replace('_', ' ')} (UTC)"
    axis = {"format": "%d %b %H:%M", "labelOverlap": True}
    return {
        "field": field,
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": axis,
        "title": title,
    }


def amount(field: str, is_share: bool) -> dict[str, Any]:
    """An axis of numbers, or of shares as percent."""
    axis = {"axis": {"format": ".1%"}} if is_share else {}
    return {"field": field, "type": "quantitative", "title": field.replace("_", " "), **axis}


def name(field: str) -> dict[str, Any]:
    """A channel of names."""
    return {"field": field, "type": "nominal", "title": field.replace("_", " ")}
