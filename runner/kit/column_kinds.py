# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""What kind of value a column of text holds, decided by all of its values, never by a sample."""

from collections.abc import Sequence
from typing import Any

from runner.kit.casting import typed
from runner.kit.pairing import Pair
from runner.kit.quoting import identifier

_TRIED = ("number", "timestamp", "flag")
_TRIED_FIRST = 1_000
_NAMES = (("+", ","), ("00", "0:"), ("-00", "-0:"))
"""From which text on and before which one digits are a name: `+49`, `0012`, `-012`."""


def shared_kinds(
    con: Any, tables: tuple[str, str], pairs: Sequence[Pair], zone: str
) -> tuple[str, ...]:
    """The kind of each pair: what every value of both columns can be read as, else text."""
    kinds = [
        column_kinds(con, table, [(pair.left, pair.right)[side] for pair in pairs], zone)
        for side, table in enumerate(tables)
    ]
    return tuple(_stronger(one, other) for one, other in zip(*kinds, strict=True))


def kinds_of_unlike(
    con: Any,
    tables: tuple[str, str],
    pairs: Sequence[Pair],
    unlike: tuple[str, dict[str, str]],
    zone: str,
) -> tuple[str, ...]:
    """The same, where all values of the right side that are not those of the left in the same row
    are in the table `unlike`, with the names that the columns have there.

    What the left side can be read as, its equal can. Only a kind that is not tried first needs
    all values of the right side, where these few are of an earlier one.
    """
    table, names = unlike
    lefts = column_kinds(con, tables[0], [pair.left for pair in pairs], zone)
    few = column_kinds(con, table, [names[pair.right] for pair in pairs], zone)
    rights = {pair.right: kind for pair, kind in zip(pairs, few, strict=True)}
    doubtful = [
        pair.right
        for pair, left in zip(pairs, lefts, strict=True)
        if left in _TRIED[1:] and rights[pair.right] != left
    ]
    rights |= dict(zip(doubtful, column_kinds(con, tables[1], doubtful, zone), strict=True))
    return tuple(
        _stronger(left, rights[pair.right]) for pair, left in zip(pairs, lefts, strict=True)
    )


def column_kinds(con: Any, table: str, columns: Sequence[str], zone: str) -> tuple[str, ...]:
    """`number`, `timestamp`, `flag`, `text`, or `empty` for each column.

    Digits with a leading zero or plus (`0012`, `+49…`) are text, since they name something; a
    column of digits is of numbers, though they may be seconds since 1970, or mean true and false.
    """
    types = engine_types(con, table)
    found = {name: _of_type(types[name]) for name in columns}
    open_ = [name for name in columns if found[name] == ""]
    likely = _fitting(con, f"(from {identifier(table)} limit {_TRIED_FIRST})", open_, zone)
    certain = _confirmed(con, identifier(table), likely, zone)
    unsure = [name for name in open_ if likely[name] != "text" and not certain.get(name)]
    certain |= _fitting(con, identifier(table), unsure, zone)
    found |= {name: certain.get(name, "text") for name in open_}
    return tuple(found[name] for name in columns)


def typed_view(con: Any, table: str, name: str, zone: str) -> None:
    """Make the view `name`: `table` with each column of text as the kind that all its values are.

    A column without values stays text.
    """
    types = engine_types(con, table)
    kinds = column_kinds(con, table, tuple(types), zone)
    columns = [
        f"{typed(kind, identifier(column), zone)} as {identifier(column)}"
        if types[column] == "VARCHAR" and kind in _TRIED
        else identifier(column)
        for column, kind in zip(types, kinds, strict=True)
    ]
    con.execute(
        f"create or replace temp view {identifier(name)} as "
        f"select {', '.join(columns)} from {identifier(table)}"
    )


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
    tests = [f"count({identifier(n)}), {', '.join(_misfits(identifier(n), zone))}" for n in columns]
    found = con.execute(f"select {', '.join(tests)} from {source}").fetchall()[0]
    width = 1 + len(_TRIED)
    kinds = {}
    for place, name in enumerate(columns):
        count, *misfits = found[place * width : (place + 1) * width]
        fitting = (kind for kind, bad in zip(_TRIED, misfits, strict=True) if not bad)
        kinds[name] = next(fitting, "text") if count else "empty"
    return kinds


def _confirmed(con: Any, source: str, likely: dict[str, str], zone: str) -> dict[str, str]:
    """The columns all of whose values are of the kind that the first ones are: the usual case."""
    asked = {name: kind for name, kind in likely.items() if kind in _TRIED}
    if not asked:
        return {}
    counts = [_misfits(identifier(name), zone)[_TRIED.index(kind)] for name, kind in asked.items()]
    [found] = con.execute(f"select {', '.join(counts)} from {source}").fetchall()
    return {name: asked[name] for name, bad in zip(asked, found, strict=True) if not bad}


def _misfits(column: str, zone: str) -> tuple[str, ...]:
    """SQL that counts the values that are no number, those that are no time, and no flag."""
    is_name = " or ".join(
        f"({column} >= '{first}' and {column} < '{behind}')" for first, behind in _NAMES
    )
    no_number = f"{typed('number', column, zone)} is null or {is_name}"
    no_time = f"{typed('timestamp', column, zone)} is null"
    no_flag = f"{typed('flag', column, zone)} is null"
    tests = (no_number, no_time, no_flag)
    has = f"{column} is not null"
    return tuple(f"count(*) filter ({has} and ({test}))" for test in tests)


def _stronger(one: str, other: str) -> str:
    """The kind that serves both: an empty column takes that of the other."""
    kinds = {one, other} - {"empty"}
    return kinds.pop() if len(kinds) == 1 else "text"
