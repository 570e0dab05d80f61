"""Files that no reader ever sees half-written."""

import contextlib
import os
import secrets
import stat
from pathlib import Path


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` at `path`, on disk before this returns, whole or not at all.

    A file that was there before stays as it was until the new one is complete. `mode` holds
    whatever the umask is. Raises OSError where it cannot be written; nothing is left behind then.
    """
    temporary = path.with_name(f".{path.name[:200]}.{secrets.token_hex(6)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, mode)
    try:
        try:
            write_all(descriptor, data)
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, however many calls the system takes for it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_tree(folder: Path, top: Path) -> None:
    """Make everything in `folder` durable, and the names that lead to it from `top`, above it.

    For what other processes wrote there. Links are not followed. Raises OSError.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync_file(Path(parent, name))
        sync_folder(Path(parent))
    while folder != top:
        folder = folder.parent
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: a file is lost without its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file(path: Path) -> None:
    if not stat.S_ISREG(path.lstat().st_mode):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
