"""The executed notebook: what it says about its cells, and how it gets on disk."""

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from runner.keys.attempt import Attempt
from runner.model.results import CellState


def tell_the_truth(attempt: Attempt, failed: bool, output_path: str) -> None:
    """Write into the notebook what happened to its cells, in place of papermill's guesses."""
    notebook = attempt.notebook
    states = {report.index: report for report in attempt.cells()}
    for index, cell in enumerate(notebook.cells):
        noted = cell.metadata.papermill
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
    kernelspec = notebook.metadata.get("kernelspec")
    if kernelspec is not None:  # the format wants both, and Jupyter asks for a kernel without
        kernelspec.setdefault("name", attempt.kernel_name)
        kernelspec.setdefault("display_name", kernelspec["name"])
    whole = notebook.metadata.papermill
    whole["output_path"] = output_path
    whole["exception"] = failed or attempt.cut_short is not None
    ended = datetime.now(UTC)
    whole["end_time"] = ended.isoformat()
    whole["duration"] = (ended - datetime.fromisoformat(whole["start_time"])).total_seconds()


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
