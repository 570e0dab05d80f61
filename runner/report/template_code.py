"""The code that templates become, kept for the next process: to make it takes 40 ms of each run."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def kept_code(environment: Mapping[str, str], made_by: Path) -> Any:
    """A cache for jinja2 in the user's folder of caches; None where there is no private one.

    Code is taken that was made of the same template by the same compiler, with the options that
    stand in the file `made_by`. Whatever is wrong with what is kept, templates are compiled.
    """
    folder = _folder(environment)
    if folder is None:
        return None
    import jinja2.compiler
    from jinja2.bccache import Bucket, FileSystemBytecodeCache

    makers = Path(jinja2.compiler.__file__).read_bytes() + made_by.read_bytes()

    class Kept(FileSystemBytecodeCache):
        def get_source_checksum(self, source: str) -> str:
            return sha256(source.encode() + makers).hexdigest()

        def load_bytecode(self, bucket: Bucket) -> None:
            try:
                super().load_bytecode(bucket)
            except Exception:  # damaged
                bucket.reset()

        def dump_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):
                super().dump_bytecode(bucket)

    return Kept(str(folder))


def _folder(environment: Mapping[str, str]) -> Path | None:
    """`runbook/` in $XDG_CACHE_HOME, else in ~/.cache: made where it is not there."""
    caches = Path(environment.get("XDG_CACHE_HOME", ""))
    if not caches.is_absolute():
        caches = Path(environment.get("HOME", "")) / ".cache"
    folder = caches / "runbook"
    try:
        if not folder.is_absolute():
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    is_private = found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_MAY_WRITE
    return folder if is_private else None
