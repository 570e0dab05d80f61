"""A sealed run as one file that verifies on its own, far from the store that it came from."""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.errors import EvidenceBroken, UsageError
from runner.evidence.lock import LOCK_FILE
from runner.evidence.seal import verify_run

SUFFIX = ".tar.gz"
_MOST_BYTES = 64 * 10**9
_CHUNK = 1 << 20


def export_run(folder: Path, target: Path) -> None:
    """Write the run as a compressed tar archive; its one top folder is the id of the run.

    Times and owners are left out: the same run gives the same members. Raises EvidenceBroken for a
    run that is not sealed or not as it was sealed, UsageError where `target` cannot be written.
    """
    problems = verify_run(folder)
    if problems:
        raise EvidenceBroken(f"{folder.name}: {'; '.join(problems)}", "Nothing was exported.")
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with tarfile.open(unfinished, "w:gz", compresslevel=6) as archive:
            for file in sorted(folder.rglob("*")):
                if file.name != LOCK_FILE or file.parent != folder:
                    name = f"{folder.name}/{file.relative_to(folder).as_posix()}"
                    archive.add(file, name, recursive=False, filter=_anonymous)
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """The run folder of an archive, in a temporary place, for as long as the block runs.

    Nothing outside that place is written, whatever the archive says. Raises UsageError where the
    file is no archive of one run.
    """
    with tempfile.TemporaryDirectory(prefix="runbook-archive-") as place:
        try:
            with tarfile.open(archive, "r:*") as found:
                if sum(member.size for member in found.getmembers()) > _MOST_BYTES:
                    raise UsageError(f"{archive} unpacks to more than 64 GB", "It was not read.")
                found.extractall(place, filter="data")
        except (OSError, tarfile.TarError, EOFError) as error:
            raise UsageError(f"{archive} is no archive of a run: {error}") from error
        tops = list(Path(place).iterdir())
        if len(tops) != 1 or not tops[0].is_dir():
            raise UsageError(f"{archive} is no archive of one run", "Nothing was checked.")
        yield tops[0]


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member
