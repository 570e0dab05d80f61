"""Where a KEY works: what it may read, where it writes, and what is taken over from there."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from runner.kernels.boxing import Shown
from runner.keys.catalog import file_digest
from runner.keys.kept_tables import table_files, tables_environment
from runner.keys.secrets import SECRETS_DIR, SECRETS_FOLDER
from runner.model.frozen import frozen
from runner.model.redaction import Redactor
from runner.model.results import StagedInput

if TYPE_CHECKING:
    from runner.keys.executor import Order

_MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of a random name, 0700
_PARQUET = b"PAR1"
_MOST_SCANNED = 64 * 1024**2
_Stamp = tuple[Path, str, str, tuple[int, ...]]


@frozen
class Workplace:
    """The place of one attempt.

    `outputs` is where the KEY writes, `kept` where its files stay. They differ where it knows
    secrets, by whatever way: then these and what it writes are in `memory`, and no byte is on disk
    that was not looked at. Should the runner be killed, the guardian removes that folder.
    """

    memory: Path | None
    outputs: Path
    kept: Path
    shown: Shown
    inputs: tuple[_Stamp, ...]
    tables: Mapping[str, str]

    @staticmethod
    def of(order: "Order", kept: Path) -> "Workplace":
        """The place for an order; `kept` is there, new and empty. Raises OSError."""
        memory, outputs = None, kept
        if order.secrets.all:
            memory = _MEMORY / f"rb-{os.urandom(8).hex()}"
            outputs = memory / "outputs"
            for folder in (memory, outputs):
                folder.mkdir(mode=0o700)
            order.secrets.hand_over(memory)
        run = order.run_folder
        inputs = tuple(
            (run / staged.file, _changed(staged), staged.digest, _stamp(run / staged.file))
            for staged in order.inputs
        )
        secrets = (memory / SECRETS_FOLDER,) if memory else ()
        named = (path for path, *_ in inputs)
        readable = (order.key.folder, *secrets, *named, *table_files(order))
        shown = Shown(readable, (outputs,), _hidden((run.parent, *order.hidden)))
        return Workplace(memory, outputs, kept, shown, inputs, tables_environment(order))

    @property
    def environment(self) -> dict[str, str]:
        """What the KEY is told besides, as variables."""
        secrets = {SECRETS_DIR: str(self.memory / SECRETS_FOLDER)} if self.memory else {}
        return {**secrets, **self.tables}

    def take_over(self, redactor: Redactor) -> tuple[str, ...]:
        """Keep what the KEY wrote: regular files only, without secrets; what is wrong with them.

        For when all its processes have ended.
        """
        problems = [*self._changed_inputs()]
        for path, mode in _found(self.outputs):
            name = path.relative_to(self.outputs)
            if not stat.S_ISREG(mode):
                path.unlink()
                problems.append(f"it left {str(name)!r} among its outputs, which is no file")
            elif redactor.finds(os.fsencode(name)):
                path.unlink()
                problems.append(_holds_secret(redactor.text(str(name))))
            elif self.memory is None and _is_clean(path, redactor):
                path.chmod(0o600)
            elif not _redact(path, self.kept / name, redactor):
                problems.append(_holds_secret(str(name)))
        self.leave()
        return tuple(problems)

    def leave(self) -> None:
        """Remove what is not kept."""
        if self.memory is not None:
            shutil.rmtree(self.memory, ignore_errors=True)

    def _changed_inputs(self) -> Iterator[str]:
        """Inputs that are not what they were: at a weak sandbox level their owner can do that."""
        for path, changed, digest, stamp in self.inputs:
            try:
                same = _stamp(path) == stamp or file_digest(path) == digest
            except OSError:
                same = False
            if not same:
                yield changed


def _changed(staged: StagedInput) -> str:
    """What is said where an input is not what it was."""
    name = staged.name
    return f"it changed its input {name}" if staged.is_copied else f"input {name} changed meanwhile"


def _hidden(runs: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders of other runs, but for one that holds what is private to the kernel anyway."""
    private = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path(gettempdir()))  # noqa: S108
    return tuple(
        folder for folder in runs if not any(place.is_relative_to(folder) for place in private)
    )


def _stamp(path: Path) -> tuple[int, ...]:
    """What no program can set back: the time of the last change to the file or its attributes."""
    status = path.stat()
    return (status.st_ctime_ns, status.st_size, status.st_ino)


def _found(folder: Path) -> Iterator[tuple[Path, int]]:
    """Everything but folders; no link is followed."""
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            mode = Path(parent, name).lstat().st_mode
            if not stat.S_ISDIR(mode):
                yield Path(parent, name), mode


def _holds_secret(name: str) -> str:
    return f"its output file {name!r} holds a secret; it was not kept"


def _is_clean(path: Path, redactor: Redactor) -> bool:
    """Whether a file that is on disk already can stay. A second net: its KEY knows no secret."""
    with path.open("rb") as file:
        raw = file.read(_MOST_SCANNED)
    return raw.startswith(_PARQUET) or not redactor.finds(raw)


def _redact(source: Path, target: Path, redactor: Redactor) -> bool:
    """Move a file without secrets; False, and no file, where they cannot be taken out of it."""
    raw = source.read_bytes()
    is_kept, redacted = True, raw
    if raw.startswith(_PARQUET):
        is_kept = not _shows_secret(source, redactor)
    else:
        redacted = redactor.raw(raw)
        is_kept = redacted is raw or b"\0" not in raw[:4096]
    source.unlink()
    if not is_kept:
        return False
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        kept.write(redacted)
    return True


def _shows_secret(parquet: Path, redactor: Redactor) -> bool:
    """Whether any text in a Parquet file holds a secret; one that cannot be read may."""
    import duckdb

    try:
        with duckdb.connect(":memory:") as connection:
            rows = connection.execute(
                "select columns(*)::varchar from read_parquet(?)", [str(parquet)]
            )
            names = [column[0] for column in rows.description or ()]
            texts = [*names, *(cell for row in rows.fetchall() for cell in row if cell)]
    except duckdb.Error:
        return True
    return any(redactor.text(str(text)) != text for text in texts)
