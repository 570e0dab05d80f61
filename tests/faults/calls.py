"""The calls of a process that change a disk, counted as Python makes them, and made to go wrong.

Only for processes of their own: the functions of `os` are replaced for good. What C code writes
without them (a copy of an input through a file object) is seen at its sync and its rename.
"""

import errno
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

COUNTED = (
    "open",
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "replace",
    "mkdir",
    "unlink",
    "rmdir",
    "ftruncate",
    "chmod",
    "fchmod",
)
SYNCS = ("fsync", "fdatasync")


@dataclass(frozen=True)
class Fault:
    """What happens at the `number`th call, from 1.

    `kind` is "before" or "after" (killed then), "torn" (a write is killed after `part` of its
    bytes), "short" (a write takes half), "EIO" or "ENOSPC" (it fails), "full" (it fails with
    ENOSPC, and so does everything later).
    """

    number: int
    kind: str
    part: float = 0.5


class CountedCalls:
    """Stands between the process and `os`; calls on the descriptors in `spared` do not count."""

    def __init__(self, fault: Fault | None, spared: frozenset[int], watch: "Watch | None" = None):
        self.names: list[str] = []
        self._fault, self._spared, self._watch = fault, spared, watch
        self._lock = threading.RLock()

    def install(self) -> None:
        """Replace the functions."""
        for name in COUNTED:
            setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if not self._counts(name, args):
                return real(*args, **named)
            with self._lock:
                self.names.append(name)
                return self._go_wrong(name, real, args, named)

        return call

    def _counts(self, name: str, args: tuple[Any, ...]) -> bool:
        if name == "open":
            return bool(args[1] & (os.O_CREAT | os.O_TRUNC))
        return args[0] not in self._spared

    def _go_wrong(
        self, name: str, real: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        fault = self._fault
        now = fault is not None and len(self.names) == fault.number
        if fault is not None and fault.kind == "full" and len(self.names) >= fault.number:
            if name in ("open", "write", "mkdir", *SYNCS):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        elif fault is not None and now:
            if fault.kind in ("EIO", "ENOSPC"):
                number = getattr(errno, fault.kind)
                raise OSError(number, os.strerror(number))
            if fault.kind == "before":
                _die()
            if name == "write" and fault.kind in ("torn", "short"):
                return self._part(real, args, fault)
        result = None if name in SYNCS else real(*args, **named)
        if self._watch is not None:
            self._watch.saw(name, args, result)
        if now and fault is not None and fault.kind in ("after", "torn"):
            _die()
        return result

    def _part(self, real: Callable[..., Any], args: tuple[Any, ...], fault: Fault) -> Any:
        descriptor, data = args
        part = (
            max(int(len(data) * fault.part), 1)
            if fault.kind == "short"
            else int(len(data) * fault.part)
        )
        written = real(descriptor, bytes(data)[:part])
        if fault.kind == "torn":
            _die()
        return written


class Watch:
    """Sees every call that counted, after it was made."""

    def saw(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        """A call was made with these arguments and this result."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()  # the kill is on its way
