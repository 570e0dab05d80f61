# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Parquet tables, such as those that a KEY published; their values pass through text."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.quoting import identifier, literal
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether it begins with the mark of Parquet."""
    return head.raw.startswith(b"PAR1")


def read(reading: Reading) -> RawRecords:
    """All its rows. Raises InputRefused where it is broken."""
    table = f"read_parquet({literal(reading.path)})"
    try:
        found = reading.con.execute(f"describe from {table}").fetchall()
        names = {f"c{place}": str(row[0]) for place, row in enumerate(found)}
        columns = ", ".join(f"{identifier(old)}::varchar as {new}" for new, old in names.items())
        reading.con.execute("drop table if exists kit_raw")
        reading.con.execute(f"create temp table kit_raw as select {columns} from {table}")
    except Exception as error:
        happened = f"its Parquet is broken: {str(error).splitlines()[0]:.300}"
        raise reading.source.refused(happened) from None
    return RawRecords(names)


FORMAT = Format("parquet", "Parquet", claims, read)
