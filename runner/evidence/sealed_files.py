"""The files of a run folder as a seal sees them: names, sizes, digests. No link is followed."""

import os
import stat
from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path

from runner.evidence.access import access_of
from runner.evidence.lock import LOCK_FILE
from runner.model.frozen import frozen

MANIFEST_FILE = "manifest.json"
ENVELOPE_FILE = "manifest.dsse.json"
SUMS_FILE = "SHA256SUMS"
_NOT_COVERED = (LOCK_FILE, SUMS_FILE)


@frozen
class SealedFile:
    """A regular file: its name relative to the run folder, its bytes, its sha256 in hex."""

    name: str
    size: int
    sha256: str


@frozen
class FoundFiles:
    """Everything in a run folder but the lock, SHA256SUMS and folders, sorted by name.

    `others` are links, sockets and devices: they have no content of their own to seal.
    """

    files: tuple[SealedFile, ...]
    others: tuple[str, ...]

    def without_manifest(self) -> tuple[SealedFile, ...]:
        """The files that a manifest can speak of: not itself, nor its signature."""
        own = (MANIFEST_FILE, ENVELOPE_FILE)
        return tuple(file for file in self.files if file.name not in own)


def find_files(folder: Path) -> FoundFiles:
    """Walk `folder` and hash what is in it. Raises OSError where a file cannot be read."""
    files: list[SealedFile] = []
    others: list[str] = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        for name in folders + names:
            path = Path(parent, name)
            mode = path.lstat().st_mode
            relative = path.relative_to(folder).as_posix()
            if stat.S_ISREG(mode):
                if relative not in _NOT_COVERED:
                    files.append(_digest(path, relative))
            elif not stat.S_ISDIR(mode):
                others.append(relative)
    return FoundFiles(in_order(files), tuple(sorted(others)))


def in_order(files: Iterable[SealedFile]) -> tuple[SealedFile, ...]:
    """The files sorted by name, as every list of them is."""
    return tuple(sorted(files, key=lambda file: file.name))


def sums_text(files: tuple[SealedFile, ...]) -> bytes:
    """The lines that `sha256sum -c` reads; names with a newline or backslash are escaped."""
    return b"".join(_sums_line(file) for file in files)


def make_read_only(folder: Path, files: tuple[SealedFile, ...]) -> None:
    """Take the write permission from sealed files (0400, 0440 in a shared store), SUMS too.

    Files of another user in a shared store stay as they are: only an owner can change a mode.
    """
    mode = access_of(folder).sealed_mode
    for name in (*(file.name for file in files), SUMS_FILE):
        _chmod_opened(folder / name, mode)


def file_digest_of(path: Path) -> str:
    """The hex SHA-256 of a file; no link is followed. Raises OSError."""
    return _digest(path, path.name).sha256


def _chmod_opened(path: Path, mode: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _digest(path: Path, name: str) -> SealedFile:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return SealedFile(name, os.fstat(descriptor).st_size, digest)


def _sums_line(file: SealedFile) -> bytes:
    name = os.fsencode(file.name)
    escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    mark = b"\\" if escaped != name else b""
    return mark + file.sha256.encode() + b"  " + escaped + b"\n"


def _raise(error: OSError) -> None:
    raise error
