# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Metric series side by side: CSV with a time first, and a column for each metric."""

import re

from runner.kit.formats import delimited
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.quoting import literal
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput, match_columns

_NUMBER = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)?\s*")
_COLUMNS = ("timestamp", "metric", "value")


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether series are wanted, the first column is a time, and numbers are in all others."""
    wanted = tuple(column for column in declared.columns if column.name in _COLUMNS)
    if len(wanted) < len(_COLUMNS) or len(head.lines) < 2 or head.text.lstrip()[:1] in ("{", "["):
        return False
    header = delimited.header_of(head.text, wanted)
    matched, _, _ = match_columns(wanted, header.names)
    cells = delimited.header_of(head.lines[1], ()).names
    alone = set(matched) == {"timestamp"} and matched["timestamp"] == header.names[0]
    return alone and len(cells) == len(header.names) > 1 and all(map(_NUMBER.fullmatch, cells[1:]))


def read(reading: Reading) -> RawRecords:
    """A record each for every cell beside a time; a line that cannot be read is one record.

    The metric is called as its column. An empty cell is a record without a value.
    """
    header = delimited.header_of(delimited.first_lines(reading), reading.declared.columns)
    raw = delimited.read_rows(reading.untyped, header)
    names = ", ".join(literal(name) for name in header.names[1:])
    cells = ", ".join(f"c{place}" for place in range(1, len(header.names)))
    con = reading.con
    con.execute("create or replace temp table kit_wide as select * from kit_raw")
    con.execute("drop table kit_raw")
    con.execute(
        "create temp table kit_raw as select c0, metric as c1, value as c2 from ("
        f"select rowid as line, c0, unnest([{names}]) as metric, "
        f"unnest([{cells}]::varchar[]) as value, unnest(range({len(header.names) - 1})) as place "
        "from kit_wide) order by line, place"
    )
    con.execute("drop table kit_wide")
    found = {"c0": header.names[0], "c1": "metric", "c2": "value"}
    return RawRecords(found, raw.unread, raw.unread_count, raw.warnings)


FORMAT = Format("metrics-wide", "metric series side by side", claims, read)
