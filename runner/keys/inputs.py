"""Input files: copied once into the run, hashed, and looked at before any kernel starts."""

import os
import re
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from runner.errors import EvidenceLost, InvalidInput
from runner.keys.column_tokens import NotRedactable
from runner.keys.input_shape import check_input
from runner.keys.parameters import check_parameters
from runner.keys.screening import KNOWN_SECRETS, Filled, Screen, fill
from runner.model.redaction import Redactor
from runner.model.results import StagedInput

__all__ = ["check_input", "check_parameters", "stage_input"]

_NO_CELL = "no cell ran"
_NOT_FILES = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def stage_input(
    name: str,
    origin: Path,
    run_folder: Path,
    part: str = "",
    screen: Screen = KNOWN_SECRETS,
) -> StagedInput:
    """Copy `origin` to `run_folder`/inputs/`name`/`part`/ read-only, hashed, through a `screen`.

    `-` is standard input. The copy is on disk when this returns. Raises InvalidInput where the
    origin is no readable, non-empty regular file, changes while it is copied or holds what cannot
    be taken out of it, and EvidenceLost where the copy cannot be written.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
        raise InvalidInput(f"{name!r} is not the name of an input", _NO_CELL)
    folder = run_folder / "inputs" / name / part
    shown = Redactor(screen.secrets).text(origin.name)
    target = folder / ("stdin" if str(origin) == "-" else _plain_file_name(shown))
    if target.exists():
        raise InvalidInput(f"input {name} is given twice", _NO_CELL, "give it once")
    source = _open(name, origin)
    try:
        _make_folders(folder, run_folder)
        filled = _copy(name, origin, source, target, screen)
    except OSError as error:
        raise EvidenceLost(
            f"input {name} could not be copied to {target}: {error.strerror}", _NO_CELL
        ) from error
    finally:
        if source is not sys.stdin.buffer:
            source.close()
    file = str(target.relative_to(run_folder))
    return StagedInput(name, str(origin), file, **vars(filled))


def check_origin(name: str, origin: Path) -> None:
    """Refuse what cannot be staged. Raises InvalidInput where `origin` is no readable file."""
    source = _open(name, origin)
    if source is not sys.stdin.buffer:
        source.close()


def _open(name: str, origin: Path) -> BinaryIO:
    if str(origin) == "-":
        return sys.stdin.buffer
    try:
        mode = origin.stat().st_mode
        if not stat.S_ISREG(mode):
            what = _NOT_FILES.get(stat.S_IFMT(mode), "not a file")
            raise _refused(name, origin, f"is {what}", "give a regular file, or - for stdin")
        descriptor = os.open(origin, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise _refused(name, origin, "is not there", "check the path") from None
    except PermissionError:
        raise _refused(name, origin, "may not be read", "check its permissions") from None
    except (OSError, ValueError) as error:
        raise _refused(name, origin, f"cannot be opened ({error})", "") from None
    return os.fdopen(descriptor, "rb", buffering=0)


def _copy(name: str, origin: Path, source: BinaryIO, target: Path, screen: Screen) -> Filled:
    before = os.fstat(source.fileno())
    part = target.with_name(f".{target.name[:240]}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b", buffering=0) as copy:
            try:
                filled = fill(source, copy, screen)
            except NotRedactable as why:
                hint = "export it as CSV or JSON, or without what is not to be kept"
                raise _refused(name, origin, f"cannot be kept: {why}", hint) from None
            if filled.size == 0:
                raise _refused(name, origin, "is empty (0 bytes)", "export it again")
            if _changed(before, os.fstat(source.fileno()), filled.original_size or filled.size):
                raise _refused(name, origin, "changed while it was copied", "copy it aside first")
            os.fchmod(copy.fileno(), 0o400)
            os.fsync(copy.fileno())
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return filled


def _changed(before: os.stat_result, after: os.stat_result, size: int) -> bool:
    if not stat.S_ISREG(before.st_mode):
        return False
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return not same or size != after.st_size


def _plain_file_name(name: str) -> str:
    """The name without what would break a line, a checksum list or a terminal."""
    return "".join(c if c.isprintable() and c != "\\" else "_" for c in name)[-200:]


def _make_folders(folder: Path, run_folder: Path) -> None:
    for made in (*reversed(folder.relative_to(run_folder).parents), folder.relative_to(run_folder)):
        if made != Path():
            (run_folder / made).mkdir(mode=0o700, exist_ok=True)
            _sync_folder((run_folder / made).parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(name: str, origin: Path, why: str, hint: str) -> InvalidInput:
    shown = "standard input" if str(origin) == "-" else str(origin)
    return InvalidInput(f"input {name}: {shown} {why}", _NO_CELL, hint)
