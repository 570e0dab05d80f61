"""The embedded engine: DuckDB in memory, in UTC, no network, spilling into a private folder."""

import os
from pathlib import Path
from typing import Any

from runner.kit.currencies import smallest_unit_macro
from runner.kit.endings import ending_macro, failure_macro
from runner.kit.levels import level_macro
from runner.kit.quoting import literal
from runner.kit.server_entries import server_entry_macro


def connect(scratch: Path, memory_bytes: int) -> Any:
    """A new connection that uses at most `memory_bytes` and reads no Python variables."""
    import duckdb

    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        }
    )
    con.execute("set TimeZone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    con.execute(f"set temp_directory = {literal(scratch)}")
    con.execute(f"set memory_limit = '{memory_bytes}B'")
    con.execute(f"set threads = {len(os.sched_getaffinity(0))}")
    for macro in (
        level_macro,
        ending_macro,
        failure_macro,
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
