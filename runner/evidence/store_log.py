"""The log of a store: a line for each sealed run, and for each that was pruned, never rewritten.

It is what a checkpoint speaks of. A run that vanished, or that was sealed anew, no longer fits the
line that it left here.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from runner.evidence.access import access_of
from runner.evidence.atomic import sync_folder, write_all
from runner.evidence.disk import or_evidence_lost
from runner.evidence.sealed_files import MANIFEST_FILE, file_digest_of
from runner.model.frozen import frozen

LOG_FILE = "log.jsonl"
SEALED, PRUNED, FOUND = "sealed", "pruned", "found"
"""A run was sealed, is about to be removed, or was there before the log was begun."""


@frozen
class LoggedRun:
    """A line of the log: what was done, to which run, and the hex SHA-256 of its manifest."""

    deed: str
    run: str
    manifest: str
    at: str


class StoreLog:
    """The log of the store in a folder."""

    def __init__(self, root: Path):
        self.path = root / LOG_FILE

    def sealed(self, folder: Path, now: datetime) -> None:
        """Note that the run in `folder` was sealed. Raises EvidenceLost where that fails."""
        self._note(SEALED, folder, now)

    def pruned(self, folder: Path, now: datetime) -> None:
        """Note that the run in `folder` is about to be removed. Raises EvidenceLost."""
        self._note(PRUNED, folder, now)

    def knows(self, run: str) -> bool:
        """Whether a line speaks of that run. Raises OSError where the log cannot be read."""
        return any(logged and logged.run == run for logged in map(read_line, self.lines()))

    def lines(self) -> tuple[bytes, ...]:
        """The whole lines, without their newlines; a torn last line is none."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        return tuple(content.split(b"\n")[:-1])

    def _note(self, deed: str, folder: Path, now: datetime) -> None:
        with or_evidence_lost(f"note run {folder.name} in {LOG_FILE}"):
            manifest = folder / MANIFEST_FILE
            digest = file_digest_of(manifest) if manifest.is_file() else ""
            self._append(LoggedRun(deed, folder.name, digest, now.astimezone(UTC).isoformat()))

    def _append(self, logged: LoggedRun) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            access_of(self.path.parent).open_file(descriptor)
            if os.fstat(descriptor).st_size == 0:
                write_all(descriptor, b"".join(map(_line, self._found_before(logged))))
            _close_torn_line(descriptor)
            write_all(descriptor, _line(logged))
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self.path.parent)

    def _found_before(self, first: LoggedRun) -> Iterator[LoggedRun]:
        """The sealed runs of a store that had no log: from here on they are spoken for, too."""
        for folder in sorted((self.path.parent / "runs").glob("[0-9]*")):
            manifest = folder / MANIFEST_FILE
            if folder.name != first.run and manifest.is_file():
                yield LoggedRun(FOUND, folder.name, file_digest_of(manifest), first.at)


def _line(logged: LoggedRun) -> bytes:
    text = json.dumps(vars(logged), sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def read_line(line: bytes) -> LoggedRun | None:
    """A line of the log; None where it is none."""
    try:
        tree = json.loads(line)
        fields = [tree[name] for name in ("deed", "run", "manifest", "at")]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    known = tree["deed"] in (SEALED, PRUNED, FOUND) and all(isinstance(one, str) for one in fields)
    return LoggedRun(*fields) if known else None


def log_problems(root: Path, lines: tuple[bytes, ...]) -> tuple[str, ...]:
    """What does not fit between the log of a store and the runs that are there, in words."""
    last: dict[str, LoggedRun] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        logged = read_line(line)
        if logged is None:
            problems.append(f"{LOG_FILE} line {number} does not read as a line of it")
        else:
            last[logged.run] = logged
    for logged in last.values():
        problems += _problems_of(root / "runs" / logged.run, logged)
    manifests = (root / "runs").glob(f"[0-9]*/{MANIFEST_FILE}") if lines else ()
    added = sorted({manifest.parent.name for manifest in manifests} - last.keys())
    problems += [f"{run} is sealed, and {LOG_FILE} knows nothing of it" for run in added]
    return tuple(problems)


def _problems_of(folder: Path, logged: LoggedRun) -> Iterator[str]:
    manifest = folder / MANIFEST_FILE
    if logged.deed == PRUNED:
        if folder.exists():
            yield f"{logged.run} was pruned, and is there"
    elif not folder.is_dir():
        yield f"{logged.run} is missing"
    elif not manifest.is_file() or file_digest_of(manifest) != logged.manifest:
        yield f"{logged.run} is not as it was when it was sealed"


def _close_torn_line(descriptor: int) -> None:
    """End a line that a killed writer left open, so that the next one begins on its own."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        write_all(descriptor, b"\n")
