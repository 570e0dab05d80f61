"""Processes as the system shows them, and waiting for them."""

import time
from collections.abc import Callable
from pathlib import Path


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
