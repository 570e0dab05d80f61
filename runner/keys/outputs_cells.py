"""Results of notebooks that do not know the kit: read from what their cells showed.

Three ways of publishing are read: scraps of scrapbook, records of `papermill.record`, and a last
cell tagged `outputs` whose value is a mapping. A value that is shown again replaces the one before.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from runner.model.frozen import frozen

OUTPUTS_TAG = "outputs"
_SCRAP = "application/scrapbook.scrap."
_RECORD = "application/papermill.record+json"
_ENCODERS = ("json", "text", "display")
"""Encoders of scraps that hold a value as it is; others hold pickled or packed data."""


class Unreadable(ValueError):
    """Something is published and cannot be read; the message says what and why."""


@frozen
class Shown:
    """What the cells of a notebook published: values by name, and pictures as SVG by name."""

    values: Mapping[str, Any]
    pictures: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was published in any of the ways that are read."""
        return not self.values and not self.pictures


def published_in(cells: list[Any]) -> Shown:
    """What these cells published. Raises Unreadable where a value is there and not whole."""
    values: dict[str, Any] = {}
    pictures: dict[str, str] = {}
    for output in _outputs(cells):
        bundle = output.get("data", {})
        values.update(_scraps(bundle))
        record = bundle.get(_RECORD)
        if isinstance(record, dict):
            values.update(record)
        if isinstance(name := _scrap_name(output), str) and "image/svg+xml" in bundle:
            pictures[name] = "".join(bundle["image/svg+xml"])
    tagged = [cell for cell in cells if OUTPUTS_TAG in cell["metadata"].get("tags", ())]
    if tagged:
        values.update(_mapping_of(tagged[-1]))
    return Shown(values, pictures)


def _outputs(cells: list[Any]) -> Iterator[Any]:
    for cell in cells:
        yield from cell.get("outputs", ())


def _scraps(bundle: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for kind, scrap in bundle.items():
        if not kind.startswith(_SCRAP) or not isinstance(scrap, dict):
            continue
        name, encoder = str(scrap.get("name")), scrap.get("encoder", "json")
        if encoder not in _ENCODERS:
            raise Unreadable(f"`{name:.80}` is a scrap packed by {encoder!r:.40}; glue it as json")
        if encoder != "display":
            yield name, scrap.get("data")


def _scrap_name(output: Any) -> Any:
    about = output.get("metadata", {}).get("scrapbook")
    return about.get("name") if isinstance(about, dict) else None


def _mapping_of(cell: Any) -> dict[str, Any]:
    """The mapping that a cell tagged `outputs` shows last."""
    for output in reversed(cell.get("outputs", ())):
        if output["output_type"] == "stream":
            found = _json("".join(output["text"]))
        else:
            bundle = output.get("data", {})
            found = bundle.get("application/json") or _literal(
                "".join(bundle.get("text/plain", ""))
            )
        if isinstance(found, dict):
            if not all(isinstance(name, str) for name in found):
                raise Unreadable(f"the cell tagged `{OUTPUTS_TAG}` has a name that is no text")
            return found
    raise Unreadable(
        f"the cell tagged `{OUTPUTS_TAG}` shows no mapping of names to plain values: "
        "let its last line be one, or print it as JSON"
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _literal(text: str) -> Any:
    try:
        found = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if _is_shortened(found):
        raise Unreadable(
            f"the cell tagged `{OUTPUTS_TAG}` shows a value that was shortened with `...`: "
            "print it as JSON"
        )
    return found


def _is_shortened(found: Any) -> bool:
    """Whether an ellipsis stands somewhere in it, as IPython writes for what it leaves out."""
    if isinstance(found, dict):
        return any(map(_is_shortened, (*found.keys(), *found.values())))
    if isinstance(found, list | tuple | set):
        return any(map(_is_shortened, found))
    return found is ...
