"""The notebook of a KEY as it is read: refused before a kernel starts if it cannot be one.

Read as JSON; nbformat is not imported here, so a refusal costs nothing.
"""

import json
import keyword
from pathlib import Path
from typing import Any

from runner.errors import InvalidInput
from runner.model.contract import KeyContract
from runner.model.frozen import frozen

KERNEL = "python3"
_LARGEST = 50 * 1024**2
"""Bytes of a notebook without outputs; more is not a notebook that a person wrote."""


@frozen
class NotebookSource:
    """The JSON tree of a notebook of format 4, with one parameters cell and our kernel."""

    tree: dict[str, Any]


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
    faults = _faults(tree)
    if faults:
        raise _refused(file, faults)
    return NotebookSource(tree)


def parameter_faults(contract: KeyContract, names: list[str]) -> list[str]:
    """What is wrong with the names of the values that are handed in: they become code."""
    declared = {source.name for source in contract.inputs}
    declared |= {parameter.name for parameter in contract.parameters}
    faults = [f"{name!r} is not declared by the KEY" for name in names if name not in declared]
    for name in names:
        if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
            faults.append(f"{name!r} is not an identifier")
        if names.count(name) > 1:
            faults.append(f"{name!r} is given twice")
    return list(dict.fromkeys(faults))


def _faults(tree: Any) -> list[str]:
    if not isinstance(tree, dict) or not isinstance(tree.get("cells"), list):
        return ["is JSON and not a notebook: it has no list of cells"]
    if tree.get("nbformat") != 4:
        return [f"is of notebook format {tree.get('nbformat')!r:.20}; format 4 is wanted"]
    faults = [
        f"has a cell {index} that is not one"
        for index, cell in enumerate(tree["cells"])
        if not _is_cell(cell)
    ]
    metadata = tree.get("metadata")
    if not isinstance(metadata, dict):
        return [*faults, "has no metadata"]
    if faults:
        return faults
    return _parameters_faults(tree["cells"]) + _kernel_faults(metadata)


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    source, metadata = cell.get("source"), cell.get("metadata", {})
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines) or not isinstance(metadata, dict):
        return False
    return isinstance(metadata.get("tags", []), list)


def _parameters_faults(cells: list[dict[str, Any]]) -> list[str]:
    tagged = [cell for cell in cells if "parameters" in _tags(cell)]
    if any("injected-parameters" in _tags(cell) for cell in cells):
        return ["holds injected parameters: it is what an earlier execution wrote"]
    if len(tagged) != 1:
        return [f"has {len(tagged) or 'no'} cells tagged `parameters`; exactly one is wanted"]
    if tagged[0]["cell_type"] != "code":
        return ["has a cell tagged `parameters` that holds no code"]
    return []


def _tags(cell: dict[str, Any]) -> list[Any]:
    tags: list[Any] = cell.get("metadata", {}).get("tags", [])
    return tags


def _kernel_faults(metadata: dict[str, Any]) -> list[str]:
    spec = metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    if name != KERNEL:
        return [f"asks for the kernel {name!r:.80}; only {KERNEL!r} is started"]
    return []


def _refused(file: Path, faults: list[str]) -> InvalidInput:
    return InvalidInput(f"{file.name} " + "; it ".join(faults), "no kernel was started")
