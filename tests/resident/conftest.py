"""A resident of the test's own: a real process, with a socket in a folder that is private to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kernels.processes import alive, below, wait_for

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "runner")
Call = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here starts kernels."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.kernel)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    (tmp_path / "home").mkdir()
    return {
        **kept,
        "HOME": str(tmp_path / "home"),
        "RUNBOOK_EVIDENCE_DIR": str(tmp_path / "store"),
        "RUNBOOK_WARM_DIR": str(tmp_path / "warm"),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def runbook(environment: dict[str, str]) -> Call:
    def call(*words: str, cwd: Path = ROOT, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *words],
            cwd=cwd,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


@pytest.fixture
def resident(runbook: Call) -> Iterator[int]:
    """The process id of a resident that answers; nothing of it is left afterwards."""
    started = runbook("warm", "--spares", "1")
    assert started.returncode == 0, started.stderr
    process = int(started.stdout.split(":")[0].split()[1])
    try:
        yield process
    finally:
        family = below(process)
        if alive(process):
            os.kill(process, signal.SIGTERM)
        try:
            wait_for("nothing is left", lambda: not any(map(alive, family)), seconds=8)
        finally:
            for one in filter(alive, family):
                os.kill(one, signal.SIGKILL)


def served(runbook: Call) -> int:
    """How many runs the resident has been given."""
    told = runbook("warm", "--status").stdout
    return int(told.partition(" so far")[0].rsplit(" ", 1)[1])
