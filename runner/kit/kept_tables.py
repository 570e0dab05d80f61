# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Loaded inputs kept as Parquet: written once, and read instead of parsing the same file again.

The runner says in $RUNBOOK_KEPT_TABLES which inputs are to be kept, and what was kept before:

    {"keep": {input: {"path", "digest"}}, "have": {input: {"path", "digest", "table"}}}

A kept table has every record, good or bad, before any window, and says in its own metadata of which
file it is, how it was loaded and by which code, and everything that is known of the loading. Unless
all of that is as it is now, the file itself is loaded.
"""

import json
import os
from contextlib import suppress
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from runner.kit import rows
from runner.kit.loading import LoadedTable, Wanted
from runner.kit.output_folder import OutputFolder
from runner.kit.quoting import identifier, literal
from runner.model.plain import NotOfThisType, from_plain, to_plain

KEPT_TABLES = "RUNBOOK_KEPT_TABLES"
FOLDER = "loaded"
_FACTS = "runbook"


def loaded_before(wanted: Wanted, path: Path, scratch: Path, con: Any) -> LoadedTable | None:
    """The rows `kit_loaded_<input>` from what was kept of this very file; None where none fits."""
    name = wanted.declared.name
    have = _asked("have", name, path)
    if have is None:
        return None
    table = literal(have["table"])
    try:
        found = con.execute(
            f"select decode(value) from parquet_kv_metadata({table}) where decode(key) = ?",
            [_FACTS],
        ).fetchall()
        facts = json.loads(found[0][0])
        if facts["made"] != _made(wanted, have["digest"]):
            return None
        loaded = from_plain(LoadedTable, facts["loaded"])
        rows.forget(con, f"kit_loaded_{name}", scratch)
        con.execute(_reading(loaded, wanted, Path(have["table"]), path, scratch))
    except (_engine_error(), OSError, ValueError, LookupError, TypeError, NotOfThisType):
        return None
    return loaded


def _reading(loaded: LoadedTable, wanted: Wanted, kept: Path, path: Path, scratch: Path) -> str:
    """The statement that makes its rows: where they are many, they stay in a file."""
    target = f"kit_loaded_{loaded.name}"
    if rows.go_to_file(path, wanted.declared, loaded.declared):
        return rows.reading(target, kept, scratch)
    return rows.making(target, f"from read_parquet({literal(str(kept))})", None)


def keep(loaded: LoadedTable, wanted: Wanted, path: Path, con: Any, output: OutputFolder) -> None:
    """Keep a table that was just loaded, if the runner asks for it; its checksum stands beside it.

    One that cannot be written is left out: it saves time, and nothing rests on it.
    """
    asked = _asked("keep", loaded.name, path)
    if asked is None or output.root is None:
        return
    facts = {"made": _made(wanted, asked["digest"]), "loaded": to_plain(loaded)}
    said = literal(json.dumps(facts))
    file = f"{FOLDER}/{loaded.name}.parquet"
    columns = [identifier(column.name) for column in loaded.declared.columns] or ["line"]
    select = f"select {', '.join(columns)}, kit_fault, kit_lost from "
    select += identifier(f"kit_loaded_{loaded.name}")

    def write(part: Path) -> None:
        con.execute(
            f"copy ({select}) to {literal(part)} (format parquet, "
            f"compression zstd, compression_level 1, kv_metadata {{{_FACTS}: {said}}})"
        )

    try:
        output.fill(file, write)
        with (output.root / file).open("rb") as kept:
            digest = file_digest(kept, "sha256").hexdigest()
        output.write(f"{file}.sha256", f"{digest}  {loaded.name}.parquet\n")
    except (_engine_error(), OSError):
        with suppress(OSError):
            (output.root / file).unlink(missing_ok=True)


def _asked(what: str, name: str, path: Path) -> dict[str, str] | None:
    """What the runner says of an input, where `path` is the file that it handed over for it."""
    try:
        asked = json.loads(os.environ.get(KEPT_TABLES, "{}")).get(what, {}).get(name)
    except (ValueError, AttributeError):
        return None
    return asked if isinstance(asked, dict) and asked.get("path") == str(path) else None


def _made(wanted: Wanted, digest: str) -> dict[str, Any]:
    return {"of": digest, "wanted": to_plain(wanted), "by": _loader()}


def _engine_error() -> type[Exception]:
    """What the engine raises."""
    import duckdb

    error: type[Exception] = duckdb.Error
    return error


@cache
def _loader() -> str:
    """A digest of the code that loads and of the engine's version."""
    import duckdb

    package = Path(__file__).resolve().parents[1]
    digest = sha256(duckdb.__version__.encode())
    for folder in ("kit", "model"):
        for file in sorted((package / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
