# ruff: noqa: S608 - the SQL is made of names of our own
"""The keys of two sides that are compared: which rows have none, which share one with others."""

from typing import Any

from runner.model.frozen import frozen

SIDES = ("kit_left", "kit_right")
"""The views of the sides; their keys are the columns `c0`, `c1` …"""


@frozen
class SideCount:
    """The rows of one side: all, those without a key, those under a key that is not unique."""

    rows: int
    without_key: int
    ambiguous: int


def count_keys(con: Any, keys: int) -> tuple[int, tuple[SideCount, SideCount]]:
    """Note the keys that are not unique on a side in `kit_ambiguous`, and count them; both sides.

    To count different keys costs half of what it takes to group by them, which is seldom needed.
    """
    key = ", ".join(f"c{place}" for place in range(keys))
    one = f"row({key})" if keys > 1 else key
    counts = [
        con.execute(
            f"select count(*), count(*) filter ({has_key('', keys)}), "
            f"count(distinct {one}) filter ({has_key('', keys)}) from {side}"
        ).fetchall()[0]
        for side in SIDES
    ]
    repeated = [
        f"select {key} from {side} where {has_key('', keys)} group by {key} having count(*) > 1"
        for side, (_, with_key, different) in zip(SIDES, counts, strict=True)
        if with_key > different
    ]
    noted = " union ".join(repeated) or f"select {key} from kit_left where false"
    con.execute(f"create or replace temp table kit_ambiguous as {noted}")
    left, right = (
        SideCount(rows, rows - with_key, _rows_under(con, side, key) if repeated else 0)
        for side, (rows, with_key, _) in zip(SIDES, counts, strict=True)
    )
    return int(con.execute("select count(*) from kit_ambiguous").fetchall()[0][0]), (left, right)


def has_key(name: str, keys: int) -> str:
    """SQL that is true of a row with all of its key; `name` is what stands before its columns."""
    return " and ".join(f"{name}c{place} is not null" for place in range(keys))


def _rows_under(con: Any, side: str, key: str) -> int:
    found = con.execute(f"select count(*) from {side} where ({key}) in (from kit_ambiguous)")
    return int(found.fetchall()[0][0])
