"""The lock of a run: held for as long as a process works on it, released by the kernel at death.

Only the lock is the truth. What the file says (process, boot) is for people to read.
"""

import contextlib
import fcntl
import os
import time
import weakref
from pathlib import Path

from runner.errors import RunLocked

LOCK_FILE = "lock"
_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 0.01


class RunLock:
    """An exclusive flock on `<run>/lock`, held until `release` or the end of this process.

    A forked child gives its copy up at once, so that no child outlives the runner with the lock.
    """

    def __init__(self, folder: Path):
        """Take the lock. Raises RunLocked where another process holds it, OSError otherwise."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(folder / LOCK_FILE, flags, 0o600)
        try:
            _take(self._descriptor, folder)
            _say_who(self._descriptor)
        except BaseException:
            self.release()
            raise
        _give_up_in_children(self)

    def release(self) -> None:
        """Give the lock up; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Whether a living process holds the run. Raises OSError where that cannot be known.

    Asking takes a shared lock for an instant, for which `RunLock` has patience.
    """
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(folder: Path) -> str:
    """Who holds or last held the run, for showing: "process 4711"; empty where unknown."""
    try:
        words = (folder / LOCK_FILE).read_text("utf-8", "replace").split()
    except OSError:
        return ""
    return f"process {words[1]}" if len(words) > 1 and words[1].isdigit() else ""


def _take(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                break
        time.sleep(_PAUSE_SECONDS)
    who = holder(folder) or "another process"
    raise RunLocked(
        f"run {folder.name} is held by {who}",
        "Nothing was changed.",
        "wait for it to end: runbook history",
    )


def _say_who(descriptor: int) -> None:
    boot = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"pid {os.getpid()}\nboot {boot}\n".encode(), 0)


def _give_up_in_children(lock: RunLock) -> None:
    held = weakref.ref(lock)

    def give_up() -> None:
        mine = held()
        if mine is not None:
            mine.release()

    os.register_at_fork(after_in_child=give_up)
