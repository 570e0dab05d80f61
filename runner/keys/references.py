"""Inputs that are too large to be copied: named in the evidence by origin, size and digest."""

from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

from runner.errors import InvalidInput
from runner.keys.inputs import check_origin
from runner.model.results import StagedInput

COPIED_UP_TO_BYTES = 1024**3
"""From more than this on, an input is not copied, unless the caller says otherwise."""
STANDARD_INPUT = "-"


def refer_to_input(name: str, origin: Path, most_bytes: int | None) -> StagedInput | None:
    """The input as it lies at its origin, hashed; None where it is to be copied.

    That is: up to `most_bytes` (None: whatever its size), and standard input, which has no place
    to be looked at again. Raises InvalidInput where it is no readable file, or changes meanwhile.
    """
    if most_bytes is None or str(origin) == STANDARD_INPUT:
        return None
    check_origin(name, origin)
    try:
        file = origin.resolve(strict=True)
        size = file.stat().st_size
        if size <= most_bytes:
            return None
        digest = _digest(file, _stamp(file))
    except OSError as error:
        happened = f"input {name}: {origin} cannot be read ({error.strerror})"
        raise InvalidInput(happened, "no cell ran") from None
    if digest is None:
        happened = f"input {name}: {origin} changed while it was read"
        raise InvalidInput(happened, "no cell ran", "copy it aside first")
    return StagedInput(name, str(origin), str(file), size, digest, is_copied=False)


def check_reference(staged: StagedInput) -> None:
    """Raise InvalidInput where an input that was not copied is not what it was, with what changed.

    The file is hashed again only where it was written to since this process hashed it.
    """
    if staged.is_copied:
        return
    file, was = Path(staged.file), f"{staged.size:,} bytes, {_short(staged.digest)}"
    try:
        digest = _digest(file, _stamp(file))
        size = file.stat().st_size
    except OSError as error:
        raise _changed(staged, f"it cannot be read ({error.strerror}); it was {was}") from None
    if digest != staged.digest:
        now = _short(digest) if digest else "being written to"
        raise _changed(staged, f"it was {was}, and is {size:,} bytes, {now}")


_Stamp = tuple[int, ...]


@lru_cache(maxsize=32)
def _digest(file: Path, stamp: _Stamp) -> str | None:
    """The digest of a file of this stamp; None where it changes while it is read."""
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    return f"sha256:{digest}" if _stamp(file) == stamp else None


def _stamp(file: Path) -> _Stamp:
    """What no program can set back."""
    status = file.stat()
    return (status.st_dev, status.st_ino, status.st_size, status.st_ctime_ns)


def _changed(staged: StagedInput, what: str) -> InvalidInput:
    return InvalidInput(
        f"input {staged.name} was not copied, and {staged.file} is not what was taken in: {what}",
        "no cell ran",
        "put the file back as it was, or run it anew: runbook run",
    )


def _short(digest: str) -> str:
    return digest[:19] + "…"
