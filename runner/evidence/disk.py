"""The port to the disk under a journal: the real file, and one in memory that fails on order."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from runner.errors import EvidenceLost
from runner.evidence.atomic import sync_folder


class Disk(Protocol):
    """A file that only grows. Every call may raise OSError."""

    def write(self, data: bytes) -> int:
        """Append the beginning of `data`; return how many bytes were taken."""

    def sync(self) -> None:
        """Return when everything written so far survives a power loss."""

    def close(self) -> None:
        """Give the file up."""


class AppendOnlyFile:
    """The real disk: a private file (0600) opened for appending, its name durable at once."""

    def __init__(self, path: Path):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(path, flags, 0o600)
        sync_folder(path.parent)

    def write(self, data: bytes) -> int:
        """Append, as far as the system takes it."""
        return os.write(self._descriptor, data)

    def sync(self) -> None:
        """One fdatasync: the bytes and the length."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close the descriptor; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class MemoryDisk:
    """A disk in memory. `faults` says by number, from 1, which of its calls goes wrong.

    An OSError is raised; a number is how many bytes that write takes (a short write).
    """

    def __init__(self, faults: Mapping[int, OSError | int] | None = None):
        self.content = b""
        self.durable = b""
        self.calls = 0
        self._faults = dict(faults or {})

    def write(self, data: bytes) -> int:
        """Append, unless this call is to fail."""
        fault = self._next_fault()
        taken = len(data) if fault is None else min(fault, len(data))
        self.content += data[:taken]
        return taken

    def sync(self) -> None:
        """Make the content durable, unless this call is to fail."""
        self._next_fault()
        self.durable = self.content

    def close(self) -> None:
        """Nothing to give up; not counted as a call."""

    def _next_fault(self) -> int | None:
        self.calls += 1
        fault = self._faults.get(self.calls)
        if isinstance(fault, OSError):
            raise fault
        return fault


@contextmanager
def or_evidence_lost(deed: str) -> Iterator[None]:
    """Turn an OSError into EvidenceLost: `deed` completes "could not …"."""
    try:
        yield
    except OSError as error:
        raise evidence_lost(f"could not {deed}: {error.strerror or error}") from error


def evidence_lost(happened: str) -> EvidenceLost:
    """The error for evidence that cannot be written, with the way out."""
    return EvidenceLost(
        happened,
        "The run cannot claim success: what follows would leave no evidence.",
        "free the disk or name another place: --evidence-dir DIR",
    )
