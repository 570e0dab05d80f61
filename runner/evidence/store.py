"""The folder of runs: where it is, how a run gets its folder, and how a run is found by name."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType

from runner.errors import NotFound, RunbookError
from runner.evidence.access import Access, access_of
from runner.evidence.atomic import sync_folder, write_atomically
from runner.evidence.disk import evidence_lost, or_evidence_lost
from runner.evidence.lock import RunLock
from runner.evidence.standing import RunStanding, standing_of

EVIDENCE_DIR = "RUNBOOK_EVIDENCE_DIR"
LATEST = "latest"
FORMAT = 2
"""Of the store: 1 had no log and no file that says its format. Older ones are read as they are."""
FORMAT_FILE = "format"
REDACTION_KEY_FILE = "redaction.key"
_RUN_ID = re.compile(r"\d{8}T\d{9}Z-[a-z0-9-]+-[a-z2-7]{4}")
_SUFFIX_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_SHOWN = 8


class RunFolder:
    """The folder of a run, with its lock held until `close`."""

    def __init__(self, path: Path, lock: RunLock):
        self.path = path
        self._lock = lock

    @property
    def id(self) -> str:
        """The id of the run: the name of its folder."""
        return self.path.name

    def close(self) -> None:
        """Release the lock; a second call does nothing."""
        self._lock.release()

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Store:
    """All runs below one folder. It is the truth; everything else about runs is derived."""

    def __init__(self, root: Path):
        self.root = root.absolute()
        self.runs_folder = self.root / "runs"

    @classmethod
    def locate(cls, flag: Path | None, environment: Mapping[str, str]) -> "Store":
        """The store to use, in this order, empty values counting as absent.

        `flag`, $RUNBOOK_EVIDENCE_DIR, $XDG_STATE_HOME/runbook, ~/.local/state/runbook, ./.runbook.
        As the XDG specification asks, its variable counts only where it is an absolute path.
        """
        if flag is not None:
            return cls(flag)
        if environment.get(EVIDENCE_DIR):
            return cls(Path(environment[EVIDENCE_DIR]))
        state = Path(environment.get("XDG_STATE_HOME", ""))
        if state.is_absolute():
            return cls(state / "runbook")
        home = Path(environment.get("HOME", ""))
        if home.is_absolute():
            return cls(home / ".local" / "state" / "runbook")
        return cls(Path(".runbook"))

    @property
    def access(self) -> Access:
        """Who takes part in this store: its folder says so."""
        return access_of(self.root)

    def create_run(self, slug: str, now: datetime) -> RunFolder:
        """A new folder, its lock held from the moment it can be seen; private (0700) or shared.

        The id is the time in UTC to the millisecond, by which runs are ordered, the slug reduced
        to a-z, 0-9 and dashes, and four letters.
        Raises EvidenceLost where it cannot be created.
        """
        stem = stem_of(slug, now)
        with or_evidence_lost(f"create a run in {self.root}"):
            self._prepare()
            for _ in range(100):
                suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(4))
                folder = _create_locked(self.runs_folder, f"{stem}-{suffix}", self.access)
                if folder is not None:
                    sync_folder(self.runs_folder)
                    return folder
        raise evidence_lost(f"no free name for a run in {self.root}")

    @cached_property
    def format(self) -> int:
        """The format that the store was last written in. Raises RunbookError for a later one."""
        try:
            written = (self.root / FORMAT_FILE).read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            return 1 if self.runs_folder.is_dir() else FORMAT
        except (OSError, UnicodeDecodeError) as error:
            raise _of_another_format(self.root, str(error)) from error
        if not written.isdigit() or not 1 <= int(written) <= FORMAT:
            raise _of_another_format(self.root, f"it says {written!r:.40}")
        return int(written)

    def _prepare(self) -> None:
        """Make what is not there; a store of an older format becomes one of today's by that."""
        fresh = not (self.root / FORMAT_FILE).exists()
        self.format  # noqa: B018  (it refuses a store of a later one)
        missing = [f for f in (self.root, *self.root.parents) if not f.is_dir()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(folder.parent)
        self.runs_folder.mkdir(mode=0o700, exist_ok=True)
        self.access.open_folder(self.runs_folder)
        if fresh:
            text = f"{FORMAT}\n".encode()
            write_atomically(self.root / FORMAT_FILE, text, self.access.file_mode)
        self.access.open_file(self.root / FORMAT_FILE)
        sync_folder(self.root)

    def redaction_key(self) -> str:
        """The key for tokens that stand for redacted values, 64 hexadecimal digits.

        Made once for all runs of the store, and part of no run: when the file is deleted, no token
        can be traced back. Raises EvidenceLost where it cannot be made.
        """
        file = self.root / REDACTION_KEY_FILE
        with or_evidence_lost("make the key for redaction"):
            if not file.exists():
                made = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
                text = secrets.token_hex(32)
                write_atomically(made, text.encode() + b"\n", self.access.file_mode & 0o440)
                with suppress(FileExistsError):
                    os.link(made, file)  # one that another run has just made counts
                made.unlink()
                sync_folder(self.root)
            return file.read_text("ascii").strip()

    def take(self, run_id: str) -> RunFolder:
        """The folder of a run that exists, with its lock, to go on with it.

        Raises RunLocked where another process holds it, NotFound where there is no such run.
        """
        path = self.folder_of(run_id)
        with or_evidence_lost(f"take run {run_id}"):
            return RunFolder(path, RunLock(path))

    def runs(self) -> tuple[str, ...]:
        """The ids of all runs, newest first. Folders of other names are none of ours."""
        self.format  # noqa: B018  (it refuses a store of a later one)
        try:
            with os.scandir(self.runs_folder) as found:
                names = [
                    entry.name
                    for entry in found
                    if _RUN_ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
                ]
        except FileNotFoundError:
            return ()
        return tuple(sorted(names, reverse=True))

    def find(self, text: str = LATEST) -> str:
        """The id of the run that `text` names: an id, its beginning or end, or `latest`.

        Raises NotFound where it names none (with ids like it) or several (with all of them).
        """
        ids = self.runs()
        if text in ids:
            return text
        if text in ("", LATEST):
            matches = list(ids[:1])
        else:
            matches = [i for i in ids if i.startswith(text)] or [i for i in ids if i.endswith(text)]
        if len(matches) == 1:
            return matches[0]
        raise _not_found(text, matches, ids)

    def folder_of(self, run_id: str) -> Path:
        """The folder of the run with that full id. Raises NotFound; never leaves the store."""
        path = self.runs_folder / run_id
        if not _RUN_ID.fullmatch(run_id) or path.is_symlink() or not path.is_dir():
            raise _not_found(run_id, [], self.runs())
        return path

    def state_of(self, run_id: str) -> RunStanding:
        """How that run stands now, by its lock and its journal. Raises NotFound."""
        return standing_of(self.folder_of(run_id))


def _create_locked(runs_folder: Path, run_id: str, access: Access) -> RunFolder | None:
    hidden = runs_folder / f".new-{run_id}-{secrets.token_hex(6)}"
    hidden.mkdir(mode=0o700)
    lock = RunLock(hidden)
    access.open_tree(hidden)
    path = runs_folder / run_id
    try:
        hidden.rename(path)
    except OSError:
        lock.release()
        (hidden / "lock").unlink()
        hidden.rmdir()
        if path.exists():
            return None
        raise
    return RunFolder(path, lock)


def stamp_of(at: datetime) -> str:
    """What the ids of runs begin with that began at that time; they sort by it."""
    at = at.astimezone(UTC)
    return f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z"


def stem_of(slug: str, now: datetime) -> str:
    """The id of a run without its four letters; ids sort by time."""
    return f"{stamp_of(now)}-{_plain_slug(slug)}"


def _plain_slug(slug: str) -> str:
    reduced = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-")
    return reduced[:80].strip("-") or "run"


def _not_found(text: str, matches: list[str], ids: tuple[str, ...]) -> NotFound:
    if matches:
        listed = ", ".join(matches[:_SHOWN])
        more = len(matches) - _SHOWN
        tail = f" and {more} more" if more > 0 else ""
        return NotFound(
            f'"{text}" names {len(matches)} runs: {listed}{tail}',
            hint="give more of the id",
        )
    if not ids:
        return NotFound("there are no runs here yet", hint="name another place: --evidence-dir DIR")
    near = _near(text, ids)
    hint = f"did you mean {', '.join(near)}?" if near else "runbook history"
    return NotFound(f'no run is called "{text}"', hint=hint)


def _of_another_format(root: Path, why: str) -> RunbookError:
    return RunbookError(
        f"{root} is no store of format {FORMAT} or older: {why}",
        "Nothing was read or written.",
        "use the version of the runner that wrote it, or a later one",
    )


def _near(text: str, ids: tuple[str, ...]) -> list[str]:
    from difflib import get_close_matches

    holding = [i for i in ids if text in i][:3]
    return holding or get_close_matches(text, ids[:500], n=3, cutoff=0.5)
