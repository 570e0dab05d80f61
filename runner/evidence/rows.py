"""What the index keeps of a run: the tables, and a look at a run as rows of them and back."""

from datetime import UTC, datetime
from typing import Any

from runner.evidence.standing import (
    Damaged,
    Finished,
    Interrupted,
    Running,
    RunStanding,
    Waiting,
)
from runner.evidence.summary import KeyTime, Look, RunSummary
from runner.model.runs import Mode, Outcome

SCHEMA_VERSION = 2
"""Kept as the user_version of the file; another one means that it is built anew."""

TABLES = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, slug TEXT NOT NULL, title TEXT NOT NULL, mode TEXT,
        started TEXT, finished TEXT, standing TEXT NOT NULL, outcome TEXT, exit_code INTEGER,
        problem TEXT NOT NULL, incident TEXT NOT NULL, user TEXT NOT NULL, seconds REAL NOT NULL,
        words TEXT NOT NULL, final INTEGER NOT NULL, stamp TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE key_times (
        run TEXT NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL,
        at TEXT NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (run, ordinal)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX key_times_by_key ON key_times (key, at)",
    "CREATE INDEX runs_not_final ON runs (id, stamp, standing) WHERE final = 0",
)
RUN_COLUMNS = (
    "id, slug, title, mode, started, finished, standing, outcome, exit_code, "
    "problem, incident, user, seconds, words"
)
INSERT_RUN = "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_KEY_TIME = "INSERT OR REPLACE INTO key_times VALUES (?, ?, ?, ?, ?)"


def run_row(look: Look, stamp: str) -> tuple[Any, ...]:
    """The row of `runs` for a look; `stamp` says which state of the journal was seen."""
    run = look.summary
    standing = run.standing
    return (
        run.id,
        _storable(run.slug),
        _storable(run.title),
        run.mode.value if run.mode else None,
        _time(run.started),
        _time(run.finished),
        type(standing).__name__,
        run.outcome.value if run.outcome else None,
        run.exit_code,
        _storable(standing.problem) if isinstance(standing, Damaged) else "",
        _storable(run.incident),
        _storable(run.user),
        run.seconds,
        _storable(run.words),
        int(look.is_final),
        stamp,
    )


def key_time_rows(look: Look) -> list[tuple[Any, ...]]:
    """The rows of `key_times` for a look."""
    return [
        (look.summary.id, ordinal, _storable(time.key), _time(time.at), time.seconds)
        for ordinal, time in enumerate(look.key_times)
    ]


def summary_of(row: tuple[Any, ...]) -> RunSummary:
    """The summary behind a row of RUN_COLUMNS. Raises ValueError where it is none of ours."""
    run_id, slug, title, mode, started, finished, standing, *rest = row
    outcome, exit_code, problem, incident, user, seconds, words = rest
    return RunSummary(
        id=run_id,
        slug=slug,
        title=title,
        mode=Mode(mode) if mode else None,
        started=datetime.fromisoformat(started) if started else None,
        finished=datetime.fromisoformat(finished) if finished else None,
        standing=_standing(standing, outcome, exit_code, problem),
        incident=incident,
        user=user,
        seconds=seconds,
        words=words,
    )


def storable_look(look: Look) -> Look:
    """The look as it comes back out of the index, for answers that do not go through it."""
    summary = summary_of(run_row(look, "")[:14])
    times = tuple(KeyTime(_storable(t.key), t.at, t.seconds) for t in look.key_times)
    return Look(summary, times)


def _standing(name: str, outcome: str, exit_code: int, problem: str) -> RunStanding:
    match name:
        case "Finished":
            return Finished(Outcome(outcome), exit_code)
        case "Damaged":
            return Damaged(problem)
        case "Running":
            return Running()
        case "Waiting":
            return Waiting()
        case "Interrupted":
            return Interrupted()
    raise ValueError(f"no standing is called {name}")


def _time(time: datetime | None) -> str | None:
    # A fixed width, so that text sorts as time does.
    return time.astimezone(UTC).isoformat(timespec="microseconds") if time else None


def _storable(text: str) -> str:
    # SQLite takes no half surrogates, as in user or file names that are no UTF-8.
    return text.encode("utf-8", "backslashreplace").decode()
