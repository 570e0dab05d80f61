"""A resident of the test's own: a real process, with a socket in a folder that is private to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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


def below(process: int) -> set[int]:
    """A process and its descendants."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return set()
    return {process}.union(*(below(int(child)) for child in children))


def alive(process: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_for(what: str, ready: Callable[[], object], seconds: float = 20) -> None:
    """Wait until it is so; fail where it takes longer."""
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, what
        time.sleep(0.02)
