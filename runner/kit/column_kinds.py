# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""What kind of value a column of text holds, decided by all of its values, never by a sample."""

from collections.abc import Sequence
from typing import Any

from runner.kit.casting import typed
from runner.kit.pairing import Pair
from runner.kit.quoting import identifier

_TRIED_FIRST = 1_000


def shared_kinds(
    con: Any, tables: tuple[str, str], pairs: Sequence[Pair], zone: str
) -> tuple[str, ...]:
    """The kind of each pair: what every value of both columns can be read as, else text."""
    kinds = [
        column_kinds(con, table, [(pair.left, pair.right)[side] for pair in pairs], zone)
        for side, table in enumerate(tables)
    ]
    return tuple(_stronger(one, other) for one, other in zip(*kinds, strict=True))


def column_kinds(con: Any, table: str, columns: Sequence[str], zone: str) -> tuple[str, ...]:
    """`number`, `timestamp`, `flag`, `text`, or `empty` for each column.

    Digits with a leading zero (`0012`) are text, since they name something; a column of digits is
    of numbers although they may be seconds since 1970.
    """
    types = engine_types(con, table)
    found = {name: _of_type(types[name]) for name in columns}
    open_ = [name for name in columns if found[name] == ""]
    likely = _fitting(con, f"(from {identifier(table)} limit {_TRIED_FIRST})", open_, zone)
    candidates = [name for name in open_ if likely[name] != "text"]
    certain = _fitting(con, identifier(table), candidates, zone)
    found |= {name: certain.get(name, "text") for name in open_}
    return tuple(found[name] for name in columns)


def engine_types(con: Any, table: str) -> dict[str, str]:
    """The columns of a table or view and their SQL types, in order."""
    found = con.execute(f"describe select * from {identifier(table)}").fetchall()
    return {str(row[0]): str(row[1]) for row in found}


def _of_type(engine_type: str) -> str:
    if engine_type.startswith(("VARCHAR", "ENUM")):
        return ""
    if engine_type.startswith("TIMESTAMP"):
        return "timestamp"
    if engine_type == "BOOLEAN":
        return "flag"
    numeric = ("DECIMAL", "DOUBLE", "FLOAT", "BIGINT", "INTEGER", "HUGEINT", "UBIGINT", "SMALLINT")
    return "number" if engine_type.startswith(numeric) else "text"


def _fitting(con: Any, source: str, columns: Sequence[str], zone: str) -> dict[str, str]:
    """The kind that all values in `source` fit, by one scan."""
    if not columns:
        return {}
    tests = [f"count({identifier(n)}), {_misfits(identifier(n), zone)}" for n in columns]
    found = con.execute(f"select {', '.join(tests)} from {source}").fetchall()[0]
    kinds = {}
    for place, name in enumerate(columns):
        count, not_number, not_time = found[place * 3 : place * 3 + 3]
        kind = "number" if not not_number else "timestamp" if not not_time else "text"
        kinds[name] = kind if count else "empty"
    return kinds


def _misfits(column: str, zone: str) -> str:
    """SQL that counts the values that are no number, and those that are no time."""
    is_name = f"regexp_matches({column}, '^[+-]?0\\d')"
    no_number = f"{typed('number', column, zone)} is null or {is_name}"
    no_time = f"{typed('timestamp', column, zone)} is null"
    has = f"{column} is not null"
    return ", ".join(f"count(*) filter ({has} and ({test}))" for test in (no_number, no_time))


def _stronger(one: str, other: str) -> str:
    """The kind that serves both: an empty column takes that of the other."""
    kinds = {one, other} - {"empty"}
    return kinds.pop() if len(kinds) == 1 else "text"
