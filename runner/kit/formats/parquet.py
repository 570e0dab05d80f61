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
    except Exception as error:
        raise _broken(reading, error) from None
    raw = RawRecords(names, typed=typed, is_loaded=reading.typing is not None)
    statement = reading.making(raw, f"select {columns} from {table}")
    try:
        reading.con.execute(statement)
    except Exception as error:
        raise _broken(reading, error) from None
    return raw


def _broken(reading: Reading, error: Exception) -> Exception:
    happened = f"its Parquet is broken: {str(error).splitlines()[0]:.300}"
    return reading.source.refused(happened)


FORMAT = Format("parquet", "Parquet", claims, read)
