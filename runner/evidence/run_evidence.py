"""The evidence of one run while it is worked on: its lock, its journal, its folders, its seal."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from runner.evidence.access import access_of
from runner.evidence.chain import JOURNAL_FILE
from runner.evidence.disk import or_evidence_lost
from runner.evidence.index import Index
from runner.evidence.journal import JournalWriter, ReadJournal, read_journal
from runner.evidence.seal import seal_run
from runner.evidence.sealed_files import SUMS_FILE
from runner.evidence.signing import SigningKey
from runner.evidence.store import RunFolder, Store
from runner.evidence.store_log import StoreLog
from runner.model.events import Event, JournalEntry
from runner.model.identity import InvocationId

INPUTS_FOLDER = "inputs"
KEYS_FOLDER = "keys"


class RunEvidence:
    """A run that this process holds. `before` is what its journal said when it was taken."""

    def __init__(
        self,
        store: Store,
        folder: RunFolder,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        key: SigningKey | None = None,
    ):
        """Open the journal of `folder`; the lock is released where that fails."""
        self._store, self._folder, self._now, self._key = store, folder, now, key
        self._sealed = False
        try:
            self._journal = JournalWriter.open(self.path / JOURNAL_FILE, now, monotonic)
            self.before: ReadJournal = read_journal(self.path / JOURNAL_FILE)
        except BaseException:
            folder.close()
            raise

    @classmethod
    def begin(
        cls,
        store: Store,
        slug: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        key: SigningKey | None = None,
    ) -> "RunEvidence":
        """A new run, to be sealed with `key` where one is given.

        Raises EvidenceLost where its folder or journal cannot be created.
        """
        return cls(store, store.create_run(slug, now()), now, monotonic, key)

    @classmethod
    def take(
        cls,
        store: Store,
        run_id: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        key: SigningKey | None = None,
    ) -> "RunEvidence":
        """A run that exists, to go on with it; a torn tail of its journal is set aside.

        Raises RunLocked, NotFound, EvidenceLost, or EvidenceBroken for a damaged journal.
        """
        return cls(store, store.take(run_id), now, monotonic, key)

    @property
    def id(self) -> str:
        """The id of the run."""
        return self._folder.id

    @property
    def path(self) -> Path:
        """The folder of the run."""
        return self._folder.path

    def hide(self, secrets: Mapping[str, str]) -> None:
        """Take these secrets, by name, out of what is journaled from here on, in every form."""
        self._journal.hide(secrets)

    def redaction_key(self) -> str:
        """The key of the store for tokens. Raises EvidenceLost where it cannot be made."""
        return self._store.redaction_key()

    def append(self, events: Sequence[Event]) -> tuple[JournalEntry, ...]:
        """Journal `events` with one sync: on disk when this returns. Raises EvidenceLost."""
        return self._journal.append(events)

    def inputs_folder(self) -> Path:
        """The private folder for the copies of inputs, created where it is not there."""
        return self._made(self.path / INPUTS_FOLDER)

    def key_folder(self, invocation: InvocationId, attempt: int) -> Path:
        """The private folder of one execution of a KEY, created where it is not there."""
        name = re.sub(r"[^A-Za-z0-9.-]", "_", f"{invocation}.attempt-{attempt}")
        return self._made(self.path / KEYS_FOLDER / name)

    def seal(self) -> None:
        """Close the journal, seal the folder, note that in the log of the store.

        Nothing can be added after this.

        Raises EvidenceLost, or EvidenceBroken where the journal does not read as written.
        """
        self._journal.close()
        seal_run(self.path, self._now(), self._key)
        StoreLog(self._store.root).sealed(self.path, self._now())
        self._sealed = True

    @property
    def is_sealed(self) -> bool:
        """Whether the run was sealed to the end: SHA256SUMS and the store's line stand."""
        return (self.path / SUMS_FILE).exists() and StoreLog(self._store.root).knows(self.id)

    def share(self) -> None:
        """Let the group of a shared store see the run and go on with it. Raises EvidenceLost."""
        with or_evidence_lost("let the group into the run"):
            access_of(self.path).open_tree(self.path)

    def close(self) -> None:
        """Close the journal and release the lock; a second call does nothing."""
        self._journal.close()
        self._folder.close()
        if self._sealed:
            self._sealed = False
            Index(self._store).note(self.id)

    def __enter__(self) -> "RunEvidence":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _made(self, folder: Path) -> Path:
        with or_evidence_lost(f"create {folder.name}"):
            folder.parent.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder
