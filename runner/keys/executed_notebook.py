"""The executed notebook: what it says about its cells, and how it gets on disk."""

import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.keys.attempt import Attempt
from runner.model.results import CellState

_TRANSIENT = ("orig_nbformat", "orig_nbformat_minor", "signature")
_IN_LINES = ("application/javascript", "image/svg+xml")
"""Types besides text/… that are written line by line."""


def tell_the_truth(attempt: Attempt, failed: bool, output_path: str) -> None:
    """Write into the notebook what happened to its cells, in place of papermill's guesses."""
    notebook = attempt.notebook
    states = {report.index: report for report in attempt.cells()}
    for index, cell in enumerate(notebook["cells"]):
        noted = cell["metadata"]["papermill"]
        report = states.get(index)
        if report is None:
            if noted["status"] == "pending":
                noted["status"] = CellState.NEVER_RAN.value
            continue
        noted["status"] = report.state.value
        if report.state in (CellState.NEVER_RAN, CellState.SKIPPED):
            continue
        noted["duration"] = round(report.seconds, 6)
        noted["exception"] = report.state is not CellState.COMPLETED
    kernelspec = notebook["metadata"].get("kernelspec")
    if kernelspec is not None:  # the format wants both, and Jupyter asks for a kernel without
        kernelspec.setdefault("name", attempt.kernel_name)
        kernelspec.setdefault("display_name", kernelspec["name"])
    whole = notebook["metadata"]["papermill"]
    whole["output_path"] = output_path
    whole["exception"] = failed or attempt.cut_short is not None
    ended = datetime.now(UTC)
    whole["end_time"] = ended.isoformat()
    whole["duration"] = (ended - datetime.fromisoformat(whole["start_time"])).total_seconds()


def notebook_text(notebook: dict[str, Any]) -> str:
    """The notebook as nbformat writes it: texts line by line, nothing that is not to be kept."""
    metadata = _without(notebook["metadata"], *_TRANSIENT)
    cells = [_cell(cell) for cell in notebook["cells"]]
    whole = {**notebook, "metadata": metadata, "cells": cells}
    return (
        json.dumps(whole, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False)
        + "\n"
    )


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    made = {
        **cell,
        "metadata": _without(cell["metadata"], "trusted"),
        "source": _lines(cell["source"]),
    }
    if "attachments" in cell:
        made["attachments"] = {name: _bundle(one) for name, one in cell["attachments"].items()}
    if cell["cell_type"] == "code":
        made["outputs"] = [_output(output) for output in cell["outputs"]]
    return made


def _output(output: dict[str, Any]) -> dict[str, Any]:
    if output["output_type"] == "stream":
        return {**output, "text": _lines(output["text"])}
    if output["output_type"] in ("execute_result", "display_data"):
        return {**output, "data": _bundle(output.get("data", {}))}
    return output


def _bundle(bundle: dict[str, Any]) -> dict[str, Any]:
    split = {kind for kind in bundle if kind.startswith("text/") or kind in _IN_LINES}
    return {kind: _lines(value) if kind in split else value for kind, value in bundle.items()}


def _lines(text: Any) -> Any:
    return text.splitlines(keepends=True) if isinstance(text, str) else text


def _without(tree: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if name not in names}


def write_atomically(file: Path, text: str) -> str:
    """Write by way of another file, so that no reader sees half of it; the digest of its bytes.

    It is on disk when this returns. Raises OSError.
    """
    raw = text.encode("utf-8", "backslashreplace")
    part = file.with_name(f".{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(raw)
        target.flush()
        os.fsync(descriptor)
    part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return "sha256:" + sha256(raw).hexdigest()
