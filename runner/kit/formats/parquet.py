# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Parquet tables, such as those that a KEY published.

Columns of the types in which inputs are loaded stay as they are; others pass through text.
"""

from runner.kit.casting import ENGINE_TYPES
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.quoting import identifier, literal
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_KEPT = tuple(engine for name, engine in ENGINE_TYPES if name != "text")


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether it begins with the mark of Parquet."""
    return head.raw.startswith(b"PAR1")


def read(reading: Reading) -> RawRecords:
    """All its rows. Raises InputRefused where it is broken."""
    table = f"read_parquet({literal(reading.path)})"
    try:
        found = reading.con.execute(f"describe from {table}").fetchall()
        names = {f"c{place}": str(row[0]) for place, row in enumerate(found)}
        typed = tuple((f"c{n}", row[1]) for n, row in enumerate(found) if row[1] in _KEPT)
        kept = [new for new, _ in typed]
        columns = ", ".join(
            f"{identifier(old)}{'' if new in kept else '::varchar'} as {new}"
            for new, old in names.items()
        )
        reading.con.execute("drop table if exists kit_raw")
        reading.con.execute(f"create temp table kit_raw as select {columns} from {table}")
    except Exception as error:
        happened = f"its Parquet is broken: {str(error).splitlines()[0]:.300}"
        raise reading.source.refused(happened) from None
    return RawRecords(names, typed=typed)


FORMAT = Format("parquet", "Parquet", claims, read)
