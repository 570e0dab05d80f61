"""Killing a process tree by hand, for the case that its guardian was stopped or killed."""

import os
import signal
from contextlib import suppress
from pathlib import Path

_ROUNDS = 20
"""How often what was forked meanwhile is looked for."""


def kill_below(guardian: int) -> None:
    """Kill everything below `guardian`, then itself.

    While it exists, stopped or not, every orphan below it is still its child, so nothing escapes.
    """
    kill_all_below(guardian)
    _kill(guardian)


def kill_all_below(root: int) -> None:
    """Kill everything below `root`, which adopts what is orphaned meanwhile, and not `root`."""
    for _ in range(_ROUNDS):
        alive = processes_below(root)
        if not alive:
            break
        for pid in alive:
            _kill(pid)


def kill_all_with(mark: str) -> None:
    """Kill every process of ours whose environment had this text when it was started.

    For what a dead guardian has left. What cleared its environment is not found.
    """
    for _ in range(_ROUNDS):
        alive = [pid for pid in _with(mark.encode()) if pid != os.getpid()]
        if not alive:
            break
        for pid in alive:
            _kill(pid)


def _with(mark: bytes) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (folder / "stat").read_bytes().rpartition(b")")[2].split()[0]
            if state not in b"ZX" and mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def processes_below(root: int) -> tuple[int, ...]:
    """The living processes below one."""
    return tuple(pid for pid, is_dead in _below(root) if not is_dead)


def _below(root: int) -> list[tuple[int, bool]]:
    children: dict[int, list[tuple[int, bool]]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            children.setdefault(int(parent), []).append((int(folder.name), state in b"ZX"))
    found = list(children.get(root, ()))
    for pid, _ in found:
        found += children.get(pid, ())
    return found


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)
