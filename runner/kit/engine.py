"""The embedded engine: DuckDB in memory, in UTC, no network, spilling into a private folder."""

import os
import threading
from pathlib import Path
from typing import Any

from runner.kit.currencies import smallest_unit_macro
from runner.kit.endings import ending_macro, failure_macro, passing_macro
from runner.kit.levels import level_macro, severity_macro
from runner.kit.quoting import literal
from runner.kit.server_entries import server_entry_macro

MANY_BYTES = 4_000_000
"""Below this size of a file its records fit into one block, which one core works on."""


class Ahead:
    """A connection that is opened by a thread before it is asked for, and given out once."""

    def __init__(self) -> None:
        self._made: list[Any] = []
        self._thread: threading.Thread | None = None
        self._process = 0

    def begin(self) -> None:
        """Open one; returns at once."""
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def take(self) -> Any:
        """The one that was opened, None without one; its threads are not in a forked process."""
        if self._thread is None or self._process != os.getpid():
            return None
        self._thread.join()
        return self._made.pop() if self._made else None

    def _make(self) -> None:
        self._made.append(_open())


AHEAD = Ahead()


def connect(scratch: Path, memory_bytes: int) -> Any:
    """A new connection that uses at most `memory_bytes` and reads no Python variables.

    It uses one core; see `use_cores_for`.
    """
    con = AHEAD.take() or _open()
    con.execute(f"set temp_directory = {literal(scratch)}")
    con.execute(f"set memory_limit = '{memory_bytes}B'")
    return con


def use_cores_for(size: int, con: Any) -> None:
    """Use all cores that there are for it from now on, where a file of that size is worth it."""
    if size > MANY_BYTES:
        con.execute(f"set threads = {len(os.sched_getaffinity(0))}")


def _open() -> Any:
    import duckdb

    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "threads": 1,
        }
    )
    con.execute("set TimeZone = 'UTC'")
    for macro in (
        level_macro,
        severity_macro,
        ending_macro,
        failure_macro,
        passing_macro,
        server_entry_macro,
        smallest_unit_macro,
    ):
        con.execute(macro())
    return con


def shut_off(con: Any, folders: tuple[Path | None, ...]) -> None:
    """Let the connection reach no file outside of these folders from now on, for good."""
    allowed = ", ".join(literal(f"{folder.absolute()}/") for folder in folders if folder)
    shut = con.execute("select not current_setting('enable_external_access')").fetchall()[0][0]
    if not shut:
        con.execute(f"set allowed_directories = [{allowed}]")
        con.execute("set enable_external_access = false")
