"""The inbox of a run: answers from other terminals and users, each a file that is written at once.

Whose answer it is says the file system: the owner of the file, never what stands in it. Letters are
data; nothing in them is executed.
"""

import json
import os
import pwd
import secrets
import stat
from pathlib import Path

from runner.errors import UsageError
from runner.evidence.access import access_of
from runner.evidence.atomic import sync_folder, write_atomically
from runner.evidence.disk import or_evidence_lost
from runner.model.frozen import frozen
from runner.model.redaction import Redactor

INBOX_FOLDER = "inbox"
TAKEN_FOLDER = "taken"
_MOST_BYTES = 64 * 1024
_MOST_LETTERS = 100


@frozen
class Letter:
    """An answer to a question of a run, by the owner of the file `file`.

    `shown` is the digest of the question as it was shown to the sender; `name` the name that an
    irreversible action wants typed. `problem` says why it does not read as a letter.
    """

    file: str
    uid: int
    by: str
    question_id: str = ""
    shown: str = ""
    chosen: tuple[str, ...] = ()
    reason: str = ""
    name: str = ""
    problem: str = ""


class Letterbox:
    """The inbox in a run folder. Looking costs a stat as long as nothing was put in."""

    def __init__(self, run_folder: Path):
        self._folder = run_folder / INBOX_FOLDER
        self._seen: tuple[int, int] | None = None

    def prepare(self) -> None:
        """Create it, for the group as well where the store is shared. Raises OSError."""
        access = access_of(self._folder.parent)
        for folder in (self._folder, self._folder / TAKEN_FOLDER):
            folder.mkdir(mode=0o700, exist_ok=True)
            access.open_folder(folder)

    def post(self, letter: Letter) -> str:
        """Put an answer in, whole or not at all, without secrets; the name of its file.

        Raises UsageError where this user may not.
        """
        name, redactor = f"{secrets.token_hex(8)}.json", Redactor({})
        said = {
            "format": 1,
            "question": letter.question_id,
            "shown": letter.shown,
            "chosen": [redactor.text(one) for one in letter.chosen],
            "reason": redactor.text(letter.reason),
            "name": redactor.text(letter.name),
        }
        try:
            write_atomically(self._folder / name, json.dumps(said).encode() + b"\n", 0o640)
        except OSError as error:
            raise UsageError(
                f"the answer could not be put into {self._folder}: {error.strerror}",
                "Nothing was recorded.",
                "ask the owner of the run to answer, or to keep runs in a shared store",
            ) from error
        return name

    def has(self, name: str) -> bool:
        """Whether that file was not taken out yet."""
        return (self._folder / name).exists()

    def arrived(self) -> tuple[Letter, ...]:
        """The letters that are there, if anything was put in since the last look."""
        try:
            found = self._folder.stat()
        except OSError:
            return ()
        mark = (found.st_mtime_ns, found.st_ino)
        if mark == self._seen:
            return ()
        self._seen = mark
        names = sorted(path.name for path in self._folder.glob("[!.]*.json"))
        return tuple(self._read(name) for name in names[:_MOST_LETTERS])

    def put_away(self, letter: Letter) -> None:
        """Move a letter whose fate is on record to those that were taken. Raises EvidenceLost."""
        with or_evidence_lost("put an answer away"):
            (self._folder / letter.file).rename(self._folder / TAKEN_FOLDER / letter.file)
            sync_folder(self._folder)
        self._seen = None

    def _read(self, name: str) -> Letter:
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with os.fdopen(os.open(self._folder / name, flags), "rb") as file:
                found = os.fstat(file.fileno())
                content = file.read(_MOST_BYTES + 1)
        except OSError as error:
            return Letter(name, -1, "", problem=f"it cannot be read: {error.strerror}")
        by = login_of(found.st_uid)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            return Letter(name, found.st_uid, by, problem="it is no file of its own")
        return _decoded(name, found.st_uid, by, content)


class NoLetters:
    """The inbox of a run that nobody else can reach."""

    def arrived(self) -> tuple[Letter, ...]:
        """Nothing ever comes."""
        return ()

    def put_away(self, letter: Letter) -> None:
        """Nothing to put away."""


def login_of(uid: int) -> str:
    """The login of a user id, or the number in words where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _decoded(name: str, uid: int, by: str, content: bytes) -> Letter:
    try:
        said = json.loads(content) if len(content) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        said = None
    texts = ("question", "shown", "reason", "name")
    if not isinstance(said, dict) or not all(isinstance(said.get(t), str) for t in texts):
        return Letter(name, uid, by, problem="it does not read as an answer")
    chosen = said.get("chosen")
    if said.get("format") != 1 or not isinstance(chosen, list):
        return Letter(name, uid, by, problem="it is of another format")
    return Letter(
        name,
        uid,
        by,
        said["question"],
        said["shown"],
        tuple(str(one) for one in chosen),
        said["reason"],
        said["name"],
    )
