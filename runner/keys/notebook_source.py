"""The notebook of a KEY as it is read: refused before a kernel starts if it cannot be one.

Read as JSON; nbformat is not imported here, so a refusal costs nothing.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.errors import InvalidInput
from runner.model.frozen import frozen

KERNEL = "python3"
PARAMETERS = "parameters"
INJECTED = "injected-parameters"
PYTHON = "python"
_LARGEST = 50 * 1024**2
"""Bytes of a notebook without outputs; more is not a notebook that a person wrote."""
_CELL_TYPES = {4: ("code", "markdown", "raw"), 3: ("code", "markdown", "raw", "heading", "html")}
"""The notebook formats that are read, and what their cells may be."""


@frozen
class SourceCell:
    """A cell as far as it matters before execution."""

    is_code: bool
    source: str
    tags: tuple[str, ...]


@frozen
class NotebookSource:
    """The JSON tree of a notebook of format 4 or 3, and the kernel that it asks for.

    A notebook that names no kernel is one of Python, unless it says another language.
    """

    tree: dict[str, Any]
    kernel: str = KERNEL
    language: str = PYTHON

    @property
    def cells(self) -> tuple[SourceCell, ...]:
        """Its cells in order."""
        return tuple(map(_cell, _raw_cells(self.tree)))

    def tagged(self, tag: str) -> SourceCell | None:
        """The first cell with that tag, which is the one that papermill takes."""
        return next((cell for cell in self.cells if tag in cell.tags), None)


def read_notebook(file: Path) -> NotebookSource:
    """The notebook in `file`. Raises InvalidInput, naming everything that is wrong with it."""
    try:
        if file.stat().st_size > _LARGEST:
            raise _refused(file, [f"is larger than {_LARGEST:,} bytes"])
        tree = json.loads(file.read_bytes())
    except OSError as error:
        raise _refused(file, [f"cannot be read: {error.strerror}"]) from None
    except (ValueError, RecursionError):
        raise _refused(file, ["is not JSON"]) from None
    faults = list(_faults(tree))
    if faults:
        raise _refused(file, faults)
    return NotebookSource(tree, *_kernel_of(tree["metadata"]))


def _faults(tree: Any) -> Iterator[str]:
    if not isinstance(tree, dict) or not ("cells" in tree or "worksheets" in tree):
        yield "is JSON and not a notebook: it has no list of cells"
        return
    if tree.get("nbformat") not in _CELL_TYPES:
        yield f"is of notebook format {tree.get('nbformat')!r:.20}; format 4 is wanted"
        return
    cells = _raw_cells(tree)
    if not isinstance(cells, list):
        yield "is JSON and not a notebook: it has no list of cells"
        return
    for index, cell in enumerate(cells):
        if not _is_cell(cell, tree["nbformat"]):
            yield f"has a cell {index} that is not one"
    if not isinstance(tree.get("metadata"), dict):
        yield "has no metadata"
        return
    first = next((cell for cell in cells if PARAMETERS in _tags(cell)), None)
    if first is not None and first.get("cell_type") != "code":
        yield f"has a cell tagged `{PARAMETERS}` that holds no code"


def _raw_cells(tree: dict[str, Any]) -> Any:
    """The list of cells, or whatever stands in its place; format 3 has worksheets around them."""
    if tree.get("nbformat") != 3:
        return tree.get("cells")
    sheets = tree.get("worksheets")
    if not isinstance(sheets, list):
        return None
    listed = [sheet.get("cells") if isinstance(sheet, dict) else None for sheet in sheets]
    if not all(isinstance(cells, list) for cells in listed):
        return None
    return [cell for cells in listed for cell in cells or ()]


def _is_cell(cell: Any, nbformat: int) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES[nbformat]:
        return False
    source, metadata = _source(cell), cell.get("metadata", {})
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines) or not isinstance(metadata, dict):
        return False
    return isinstance(metadata.get("tags", []), list)


def _source(cell: dict[str, Any]) -> Any:
    return cell.get("source", cell.get("input"))


def _cell(cell: dict[str, Any]) -> SourceCell:
    source = _source(cell)
    text = "".join(source) if isinstance(source, list) else source
    return SourceCell(cell["cell_type"] == "code", text, tuple(map(str, _tags(cell))))


def _tags(cell: Any) -> list[Any]:
    metadata = cell.get("metadata", {}) if isinstance(cell, dict) else {}
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else []
    return tags if isinstance(tags, list) else []


def _kernel_of(metadata: dict[str, Any]) -> tuple[str, str]:
    """The name of the kernel and its language; both are Python's where nothing is said."""
    spec, info = (
        found if isinstance(found := metadata.get(name), dict) else {}
        for name in ("kernelspec", "language_info")
    )
    language = str(info.get("name") or spec.get("language") or PYTHON)
    unnamed = KERNEL if language.casefold() in (PYTHON, "ipython") else language
    kernel = str(spec.get("name") or unnamed)
    return kernel, PYTHON if kernel == KERNEL else language


def _refused(file: Path, faults: list[str]) -> InvalidInput:
    return InvalidInput(f"{file.name} " + "; it ".join(faults), "no kernel was started")
