"""The SQLite file under the index: opened with its tables, and its faults told apart."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runner.evidence import rows
from runner.evidence.access import access_of

if TYPE_CHECKING:
    import sqlite3


class Unusable(Exception):
    """The index cannot be used now: locked, read-only, not there, disk full."""


class Corrupt(Exception):
    """The file is no index, or one of another version."""


@contextmanager
def opened(path: Path, patience_seconds: float) -> "Iterator[sqlite3.Connection]":
    """The database at `path`, created private, or the group's, where it is not there.

    Whatever SQLite raises inside becomes Unusable or Corrupt.
    """
    import sqlite3

    try:
        _create_private(path)
        connected = sqlite3.connect(path, timeout=patience_seconds, isolation_level=None)
        with closing(connected) as database:
            database.execute("PRAGMA synchronous = OFF")  # what is lost is built anew
            _ensure_tables(database)
            yield database
    except OSError as error:
        raise Unusable(str(error)) from error
    except sqlite3.Error as error:
        raise (Unusable if _will_pass(error) else Corrupt)(str(error)) from error
    except (ValueError, TypeError, OverflowError) as error:
        raise Corrupt(str(error)) from error


def _will_pass(error: "sqlite3.Error") -> bool:
    import sqlite3

    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    )


def _create_private(path: Path) -> None:
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            access_of(path.parent).open_file(descriptor)
        finally:
            os.close(descriptor)


def _ensure_tables(database: "sqlite3.Connection") -> None:
    if _version(database) == 0:
        with transaction(database):
            if _version(database) == 0:
                for statement in rows.TABLES:
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {rows.SCHEMA_VERSION}")
    if _version(database) != rows.SCHEMA_VERSION:
        raise Corrupt("it was written by another version")


def _version(database: "sqlite3.Connection") -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def transaction(database: "sqlite3.Connection") -> Iterator[None]:
    """All that is written inside, or nothing; others wait meanwhile."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.rollback()
        raise
    database.commit()
