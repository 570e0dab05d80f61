# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Published tables: all rows as Parquet, the first ones as text."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.kit.display import cell_text
from runner.kit.output_folder import OutputFolder
from runner.kit.quoting import identifier, literal
from runner.model.values import Table

ROWS_SHOWN = 50
MOST_CELL = 500


def publish_table(name: str, rows: Any, con: Any, folder: OutputFolder) -> Table:
    """Keep the rows of a relation, or a list of mappings, as the table `name`."""
    target = identifier(f"kit_table_{name}")
    con.execute(f"drop table if exists {target}")
    if hasattr(rows, "to_table"):
        rows.to_table(f"kit_table_{name}")
    else:
        _create(target, list(rows), con)
    found = con.execute(f"from {target} limit {ROWS_SHOWN}")
    columns = tuple(column[0] for column in found.description)
    shown = tuple(tuple(cell_text(cell)[:MOST_CELL] for cell in row) for row in found.fetchall())
    count = con.execute(f"select count(*) from {target}").fetchall()[0][0]
    file = f"tables/{name}.parquet"
    folder.fill(file, lambda path: _write_parquet(target, path, con))
    con.execute(f"drop table {target}")
    return Table(columns, shown, count, file)


def _write_parquet(target: str, path: Path, con: Any) -> None:
    con.execute(f"copy {target} to {literal(path)} (format parquet, compression zstd)")


def _create(target: str, rows: list[Mapping[str, Any]], con: Any) -> None:
    """A table from mappings with the keys of the first one; types by the first value of each."""
    names = list(rows[0]) if rows else ["empty"]
    types = [_engine_type(row[name] for row in rows) for name in names]
    columns = ", ".join(f"{identifier(n)} {t}" for n, t in zip(names, types, strict=True))
    con.execute(f"create temp table {target} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in names)
        con.executemany(
            f"insert into {target} values ({marks})", [[row[n] for n in names] for row in rows]
        )


def _engine_type(values: Iterable[Any]) -> str:
    first = next((value for value in values if value is not None), None)
    known = (
        (bool, "BOOLEAN"),
        (int, "BIGINT"),
        (float, "DOUBLE"),
        (Decimal, "DECIMAL(38, 9)"),
        (datetime, "TIMESTAMP"),
    )
    return next((engine for kind, engine in known if isinstance(first, kind)), "VARCHAR")
