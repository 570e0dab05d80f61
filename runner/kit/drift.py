# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Whether the values of a column are distributed as before: the population stability index.

Values fall into classes of the baseline: tenths of its numbers, its twenty most frequent texts and
the rest, and missing ones. The index is the sum of (now - before) * ln(now / before) over the
shares of the classes, each with half a record added so that an empty class has a logarithm. By
custom 0.1 is a moderate change and 0.25 a large one; two samples of one population show some index
as well, and `by_chance` is what they exceed once in a hundred times (chi-square, approximated).
"""

from math import log, sqrt
from typing import Any

from runner.kit.column_kinds import column_kinds, engine_types
from runner.kit.quoting import identifier
from runner.model.frozen import frozen

CLASSES, CATEGORIES = 10, 20
_MOST_DISTINCT = 0.5
"""From this share of distinct values on, a text names its record and has no distribution."""


@frozen
class ColumnDrift:
    """A column before and now: its kind, the share of missing values, and the index.

    The index is None for times, names of records, and columns that one side does not have. The
    means are those of numbers. `new_texts` counts the values of a text that were not there before.
    """

    column: str
    kind: str
    missing_before: float | None
    missing_now: float | None
    mean_before: float | None
    mean_now: float | None
    new_texts: int | None
    index: float | None
    by_chance: float | None


def column_drifts(con: Any, before: str, now: str, zone: str) -> tuple[ColumnDrift, ...]:
    """The drift of every column that two tables of text share, by the letter of its name.

    Largest index first. None where a side has no rows: then there is nothing to compare.
    """
    columns = [set(engine_types(con, table)) for table in (before, now)]
    empty = any(
        not con.execute(f"select 1 from {identifier(table)} limit 1").fetchall()
        for table in (before, now)
    )
    shared = () if empty else sorted(columns[0] & columns[1])
    found = [column_drift(con, before, now, column, zone) for column in shared]
    return tuple(sorted(found, key=lambda one: (-(one.index or 0), one.column)))


def column_drift(con: Any, before: str, now: str, column: str, zone: str) -> ColumnDrift:
    """The drift of a column that both tables of text have, with at least one row each."""
    kinds = {column_kinds(con, table, (column,), zone)[0] for table in (before, now)} - {"empty"}
    kind = kinds.pop() if len(kinds) == 1 else "text"
    name = identifier(column)
    value = f"{name}::decimal(38, 9)::double" if kind == "number" else name
    sides = [_side(con, table, value, kind == "number") for table in (before, now)]
    is_name = kind in ("text", "flag") and sides[0][2] >= max(50, _MOST_DISTINCT * sides[0][0])
    has_index = kind in ("number", "text", "flag") and not is_name
    counts = _classes(con, before, now, value, kind == "number") if has_index else []
    index, by_chance = _index(counts) if counts else (None, None)
    return ColumnDrift(
        column=column,
        kind="name" if is_name else kind,
        missing_before=sides[0][1] / sides[0][0],
        missing_now=sides[1][1] / sides[1][0],
        mean_before=sides[0][3],
        mean_now=sides[1][3],
        new_texts=_new_texts(con, before, now, name) if has_index and kind != "number" else None,
        index=index,
        by_chance=by_chance,
    )


def _side(con: Any, table: str, value: str, is_number: bool) -> tuple[int, int, int, float | None]:
    """Rows, missing values, distinct values, and the mean of numbers."""
    mean = f"round(fsum({value} order by {value}) / count({value}), 9)" if is_number else "null"
    [found] = con.execute(
        f"select count(*), count(*) - count({value}), count(distinct {value}), {mean} "
        f"from {identifier(table)}"
    ).fetchall()
    rows, missing, distinct, middle = found
    return int(rows), int(missing), int(distinct), middle


def _classes(con: Any, before: str, now: str, value: str, is_number: bool) -> list[tuple[int, int]]:
    """How many records before and now fall into each class."""
    if is_number:
        steps = [step / CLASSES for step in range(1, CLASSES)]
        made = f"select list_sort(list_distinct(quantile_disc({value}, {steps}))) as edges"
        place = f"len(list_filter(edges, lambda edge: edge < {value}))"
    else:
        made = (
            "select list(v) as edges from (select v from (select "
            f"{value} as v, count(*) as n from {identifier(before)} where {value} is not null "
            f"group by v) order by n desc, v limit {CATEGORIES})"
        )
        place = f"coalesce(list_position(edges, {value}), 0)"
    edges = made if not is_number else f"{made} from {identifier(before)}"
    one = (
        "select case when {value} is null then -1 else {place} end as class, {side} as side "
        "from {table}, edges"
    )
    parts = " union all ".join(
        one.format(value=value, place=place, side=side, table=identifier(table))
        for side, table in enumerate((before, now))
    )
    return [
        (int(then), int(current))
        for then, current in con.execute(
            f"with edges as ({edges}) select count(*) filter (side = 0), "
            f"count(*) filter (side = 1) from ({parts}) group by class order by class"
        ).fetchall()
    ]


def _index(counts: list[tuple[int, int]]) -> tuple[float, float]:
    before, now = (sum(count[side] for count in counts) for side in (0, 1))
    classes = len(counts)
    shares = [
        ((then + 0.5) / (before + 0.5 * classes), (current + 0.5) / (now + 0.5 * classes))
        for then, current in counts
    ]
    index = sum((current - then) * log(current / then) for then, current in shares)
    free = classes - 1
    likely = free + 3.1 * sqrt(2 * free)
    return round(index, 6), round(likely * (1 / before + 1 / now), 6)


def _new_texts(con: Any, before: str, now: str, name: str) -> int:
    [found] = con.execute(
        f"select count(distinct {name}) from {identifier(now)} where {name} not in "
        f"(select {name} from {identifier(before)} where {name} is not null)"
    ).fetchall()
    return int(found[0])
