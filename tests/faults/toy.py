"""A KEY of a few cells, executed at some sandbox level, and what is left of it."""

import json
import time
from pathlib import Path
from typing import Any

from runner.keys.papermill_executor import PapermillExecutor
from runner.model.contract import Limits
from runner.model.results import KeyFailure, KeyResult
from runner.model.sandbox import BEST_EFFORT, SandboxPolicy
from tests.keys.installed import PUBLISH, install, order

OK = "publish(count=3)"


def execute(
    folder: Path, *cells: str, limits: Limits | None = None, policy: SandboxPolicy = BEST_EFFORT
) -> KeyResult | KeyFailure:
    """Execute cells behind one that defines `publish`."""
    given = order(install(folder / "library", PUBLISH, *cells), folder / "run", limits)
    executor = PapermillExecutor(policy=policy)
    try:
        return executor.execute(given, lambda progress: None)
    finally:
        executor.stop()


def failed(outcome: KeyResult | KeyFailure) -> KeyFailure:
    """The failure that it must be."""
    assert isinstance(outcome, KeyFailure), outcome
    return outcome


def printed(folder: Path, outcome: KeyResult | KeyFailure) -> str:
    """Everything that the cells printed, as the executed notebook has it."""
    notebook: Any = json.loads((folder / "run" / outcome.notebook).read_text())
    outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", ())]
    return "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")


def processes_with(mark: str) -> list[int]:
    """The living processes that were started with this text in their environment or command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            state = (folder / "stat").read_bytes().rpartition(b")")[2].split()[0]
        except OSError:
            continue
        if mark.encode() in text and state not in (b"Z", b"X"):
            found.append(int(folder.name))
    return found


def nothing_lives(mark: str, seconds: float = 2.0) -> bool:
    """Whether none of these processes is left within the time that is promised."""
    until = time.monotonic() + seconds
    while processes_with(mark):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
