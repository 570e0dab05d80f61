"""An index over the runs of a store: derived from the folders, kept up to date, never the truth.

Whatever is wrong with its file, questions are answered: from the folders, if need be.
"""

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import RunbookError
from runner.evidence import rows
from runner.evidence.chain import JOURNAL_FILE
from runner.evidence.database import Corrupt, Unusable, opened, transaction
from runner.evidence.lock import is_held
from runner.evidence.standing import Running
from runner.evidence.store import Store
from runner.evidence.summary import Look, RunSummary, look_at
from runner.model.frozen import frozen
from runner.model.runs import Outcome

if TYPE_CHECKING:
    import sqlite3

INDEX_FILE = "index.sqlite3"
USUAL_AMONG = 20
"""How many of the last executions of a KEY its usual duration is the median of."""
_BATCH = 500


@frozen
class Between:
    """Runs that began in a stretch of time: the stems of their ids, the last one not included."""

    first: str = ""
    end: str = "~"


ALWAYS = Between()


class Index:
    """The runs of a store as rows. `patience_seconds` is how long it waits for other processes."""

    def __init__(self, store: Store, patience_seconds: float = 2.0):
        self.store = store
        self.path = store.root / INDEX_FILE
        self._patience_seconds = patience_seconds

    def history(
        self,
        limit: int,
        slug: str | None = None,
        outcome: Outcome | None = None,
        incident: str | None = None,
        words: tuple[str, ...] = (),
        between: Between = ALWAYS,
    ) -> tuple[RunSummary, ...]:
        """The newest `limit` runs that fit, newest first, as they stand now.

        All `words` stand somewhere in what is known of a run, in any case.
        Brings the index up to date first. Without a usable index it reads the folders.
        """
        folded = tuple(word.casefold() for word in words)
        wanted = _Wanted(limit, slug, outcome, incident, folded, between)
        for _ in range(2):
            try:
                with self._opened() as database:
                    _bring_up_to_date(database, self.store)
                    return _select(database, wanted)
            except Unusable:
                break
            except Corrupt:
                with suppress(RunbookError):
                    self.rebuild()
        return tuple(islice(_from_folders(self.store, wanted), limit))

    def usual_seconds(self, key: str) -> float | None:
        """The median wall seconds of the last 20 finished executions of a KEY, by its name.

        None where the index knows of none. It answers from what `history` and `note` brought in.
        """
        from statistics import median

        try:
            with self._opened() as database:
                found = database.execute(
                    "SELECT seconds FROM key_times WHERE key = ? ORDER BY at DESC LIMIT ?",
                    (key, USUAL_AMONG),
                ).fetchall()
                return median(row[0] for row in found) if found else None
        except (Unusable, Corrupt):
            return None

    def note(self, run_id: str) -> None:
        """Take in one run that just ended. A failure is nothing: `history` will take it in."""
        with suppress(Unusable, Corrupt), self._opened() as database:
            _keep(database, [_stamped_look(self.store, run_id)], [])

    def rebuild(self) -> None:
        """Build the index anew from the folders and put it in the place of the old one.

        Raises RunbookError where it cannot be written; then the old one stays.
        """
        fresh = self.path.with_name(f".{INDEX_FILE}.{secrets.token_hex(6)}")
        try:
            with opened(fresh, self._patience_seconds) as database:
                _bring_up_to_date(database, self.store)
            self.path.with_name(f"{INDEX_FILE}-journal").unlink(missing_ok=True)
            fresh.replace(self.path)
        except (OSError, Unusable, Corrupt) as error:
            with suppress(OSError):
                fresh.unlink()
            happened = f"the index of {self.store.root} cannot be written: {error}"
            raise RunbookError(happened, "The runs are all there; finding them is slow.") from error

    def _opened(self) -> "AbstractContextManager[sqlite3.Connection]":
        return opened(self.path, self._patience_seconds)


@frozen
class _Wanted:
    limit: int
    slug: str | None
    outcome: Outcome | None
    incident: str | None
    words: tuple[str, ...] = ()
    between: Between = ALWAYS

    def fits(self, run: RunSummary) -> bool:
        """Whether `run` is among those that are asked for."""
        return (
            self.slug in (None, run.slug)
            and self.outcome in (None, run.outcome)
            and self.incident in (None, run.incident)
            and all(word in run.words for word in self.words)
            and self.between.first <= run.id < self.between.end
        )


def _bring_up_to_date(database: "sqlite3.Connection", store: Store) -> None:
    # What is known is asked before the folders are: a run that another process adds in between
    # is then new, and never looks as if it had vanished.
    known = {row[0] for row in database.execute("SELECT id FROM runs")}
    open_runs = database.execute("SELECT id, stamp, standing FROM runs WHERE final = 0").fetchall()
    there = store.runs()
    vanished = sorted(known.difference(there))
    _keep(database, [], vanished)
    changed = [i for i, stamp, was in open_runs if _stamp(store, i, was) != stamp]
    new = [run_id for run_id in there if run_id not in known]
    again = sorted(set(changed).difference(vanished))
    todo = [*again, *new]
    for start in range(0, len(todo), _BATCH):
        looks = [_stamped_look(store, run_id) for run_id in todo[start : start + _BATCH]]
        _keep(database, looks, [])


def _keep(
    database: "sqlite3.Connection", looks: list[tuple[Look, str]], vanished: list[str]
) -> None:
    if not looks and not vanished:
        return
    gone = [(run_id,) for run_id in (*vanished, *(look.summary.id for look, _ in looks))]
    with transaction(database):
        database.executemany("DELETE FROM key_times WHERE run = ?", gone)
        database.executemany("DELETE FROM runs WHERE id = ?", gone)
        database.executemany(rows.INSERT_RUN, [rows.run_row(*look) for look in looks])
        for look, _ in looks:
            database.executemany(rows.INSERT_KEY_TIME, rows.key_time_rows(look))


def _stamped_look(store: Store, run_id: str) -> tuple[Look, str]:
    folder = store.runs_folder / run_id
    before = _journal_stamp(folder)
    look = look_at(folder)
    held = isinstance(look.summary.standing, Running)
    return look, f"{before} {'held' if held else 'free'}"


def _stamp(store: Store, run_id: str, was: str) -> str:
    folder = store.runs_folder / run_id
    try:
        held = is_held(folder)
    except OSError:
        held = was == Running.__name__
    return f"{_journal_stamp(folder)} {'held' if held else 'free'}"


def _journal_stamp(folder: Path) -> str:
    try:
        found = (folder / JOURNAL_FILE).stat()
    except OSError:
        return "none"
    return f"{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"


def _select(database: "sqlite3.Connection", wanted: _Wanted) -> tuple[RunSummary, ...]:
    chosen = {
        "slug": wanted.slug,
        "outcome": wanted.outcome.value if wanted.outcome else None,
        "incident": wanted.incident,
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    conditions = [f"{name} = :{name}" for name in given]
    conditions += [f"instr(words, :word{place}) > 0" for place in range(len(wanted.words))]
    given |= {f"word{place}": word for place, word in enumerate(wanted.words)}
    given |= {"first": wanted.between.first, "end": wanted.between.end}
    condition = " AND ".join(["id >= :first AND id < :end", *conditions])
    query = f"SELECT {rows.RUN_COLUMNS} FROM runs WHERE {condition} ORDER BY id DESC LIMIT :limit"  # noqa: S608
    found = database.execute(query, {**given, "limit": wanted.limit})
    return tuple(rows.summary_of(row) for row in found)


def _from_folders(store: Store, wanted: _Wanted) -> Iterator[RunSummary]:
    for run_id in store.runs():
        run = rows.storable_look(look_at(store.runs_folder / run_id)).summary
        if wanted.fits(run):
            yield run
