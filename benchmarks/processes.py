"""The cost of one command: wall clock until it ends, CPU time of it and all that it started."""

import ctypes
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Seconds, and bytes. `cpu` is user and system time of the whole process tree, `peak` the most
    memory of the process itself."""

    wall: float
    cpu: float
    peak: int = 0


@dataclass(frozen=True)
class Pairs:
    """Costs of two commands that took turns."""

    ours: tuple[Cost, ...]
    theirs: tuple[Cost, ...]

    def ratio(self, of: Callable[[Cost], float]) -> tuple[float, float, float]:
        """Our cost over theirs, pair by pair: median, least and greatest."""
        ratios = [of(a) / of(b) for a, b in zip(self.ours, self.theirs, strict=True)]
        return statistics.median(ratios), min(ratios), max(ratios)


def adopt_orphans() -> None:
    """Let what a command leaves behind become our child, so that its CPU time is counted too."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cost(command: list[str], folder: Path, good: tuple[int, ...] = (0,), kept: int = 0) -> Cost:
    """Run a command in `folder` and measure it. Raises CalledProcessError where it fails.

    `good` are the exit codes that do not count as failing. `kept` is a child of this process that
    outlives the command and is not waited for.
    """
    output = folder / "output.txt"
    started = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime + _cpu_of_orphans(kept)
    if process.returncode not in good:
        print(output.read_text(errors="replace")[-2000:], file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, cpu, usage.ru_maxrss * 1024)


def take_turns(ours: Callable[[], Cost], theirs: Callable[[], Cost], pairs: int) -> Pairs:
    """Measure both by turns, after one turn that is thrown away."""
    ours(), theirs()
    costs = [(ours(), theirs()) for _ in range(pairs)]
    return Pairs(tuple(a for a, _ in costs), tuple(b for _, b in costs))


def _cpu_of_orphans(kept: int) -> float:
    total = 0.0
    while left := [pid for pid in _children() if pid != kept]:
        _, _, usage = os.wait4(left[0], 0)
        total += usage.ru_utime + usage.ru_stime
    return total


def _children() -> list[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]
