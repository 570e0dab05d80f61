"""Loaded inputs that are kept as Parquet: which are to be, which are there, and what was kept.

The kit writes and reads them (`runner/kit/kept_tables.py`); here is what the runner says to it.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from runner.keys.catalog import file_digest
from runner.model.frozen import frozen
from runner.model.identity import InvocationId
from runner.model.result_file import InputRows
from runner.model.results import KeptTable, StagedInput

if TYPE_CHECKING:
    from runner.keys.executor import Order

KEPT_TABLES = "RUNBOOK_KEPT_TABLES"
TABLES_FROM_BYTES = 16 * 1024**2
"""From this size of its file on, an input is kept as Parquet too: smaller ones are read at once."""
_FOLDER = "loaded"


@frozen
class Tables:
    """The inputs to be kept, and by input the Parquet files that are there already.

    Files are relative to the run folder, or absolute.
    """

    keep: tuple[str, ...] = ()
    have: tuple[tuple[str, str], ...] = ()


NO_TABLES = Tables()


def large_inputs(inputs: Iterable[StagedInput], least: int) -> tuple[str, ...]:
    """Those of at least this many bytes, of which the run has a copy."""
    return tuple(staged.name for staged in inputs if staged.is_copied and staged.size >= least)


def tables_of_earlier_attempts(
    run_folder: Path, invocation: InvocationId, names: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """What attempts that were broken off have left, as whole as they wrote it; the newest."""
    folder = run_folder / "keys" / str(invocation)
    found = []
    for name in names:
        files = sorted(folder.glob(f"attempt-*/outputs/{_FOLDER}/{name}.parquet"), key=_attempt)
        whole = [file for file in files if _is_as_summed(file)]
        if whole:
            found.append((name, str(whole[-1].relative_to(run_folder))))
    return tuple(found)


def tables_environment(order: "Order") -> dict[str, str]:
    """What the kit is told of tables; nothing where there is nothing to tell."""
    if order.secrets.names or order.tables == NO_TABLES:
        return {}
    keep = {name: one for name, one in _handed(order) if name in order.tables.keep}
    have = dict(order.tables.have)
    known = {
        name: {**one, "table": str(order.run_folder / have[name])}
        for name, one in _handed(order)
        if name in have
    }
    return {KEPT_TABLES: json.dumps({"keep": keep, "have": known})}


def table_files(order: "Order") -> tuple[Path, ...]:
    """The files that the KEY may read besides its inputs."""
    return tuple(order.run_folder / file for _, file in order.tables.have)


def kept_tables(order: "Order", outputs: Path, rows: Iterable[InputRows]) -> tuple[KeptTable, ...]:
    """What an execution has kept, or has read of an earlier attempt; `outputs` holds its files."""
    counted = {one.name: one for one in rows}
    have = dict(order.tables.have)
    return tuple(
        _kept(staged, file, order.run_folder, counted[staged.name])
        for staged in order.inputs
        if staged.name in order.tables.keep and staged.name in counted
        for file in _candidates(order, outputs, staged.name, have)
    )


def _candidates(order: "Order", outputs: Path, name: str, have: dict[str, str]) -> Iterator[Path]:
    own = outputs / _FOLDER / f"{name}.parquet"
    if own.is_file():
        yield own
    elif name in have:
        yield order.run_folder / have[name]


def _kept(staged: StagedInput, file: Path, run_folder: Path, rows: InputRows) -> KeptTable:
    return KeptTable(
        name=staged.name,
        of=staged.digest,
        file=str(file.relative_to(run_folder)),
        size=file.stat().st_size,
        digest=file_digest(file),
        rows_read=rows.rows_read,
        rows_bad=rows.rows_bad,
    )


def _handed(order: "Order") -> Iterator[tuple[str, dict[str, str]]]:
    for staged in order.inputs:
        path = str(order.run_folder / staged.file)
        yield staged.name, {"path": path, "digest": staged.digest}


def _attempt(file: Path) -> int:
    return int(file.parents[2].name.partition("-")[2] or 0)


def _is_as_summed(file: Path) -> bool:
    """Whether a file is what its checksum says: what a crash has cut off is not."""
    try:
        said = file.with_name(f"{file.name}.sha256").read_text().split()[0]
        return file_digest(file) == f"sha256:{said}"
    except (OSError, ValueError, IndexError):
        return False
