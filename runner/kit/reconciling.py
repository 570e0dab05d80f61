# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Two tables that should say the same: what only one of them has, and where they differ.

Every row of either side is counted once: identical, mismatched, missing on the other side, without
a key, or ambiguous: under a key that a side has several times, so that it has no one counterpart.
"""

from decimal import Decimal
from typing import Any

from runner.kit.column_kinds import engine_types, kinds_of_unlike, shared_kinds
from runner.kit.pairing import Pair, Rules, pair_columns
from runner.kit.quoting import identifier, literal
from runner.kit.unique_keys import SIDES, SideCount, count_keys, has_key
from runner.model.contract import plain_name
from runner.model.frozen import frozen


@frozen
class ColumnDifference:
    """How often a column differs among the rows that both sides have, and how it was compared."""

    column: str
    compared_as: str
    mismatches: int


@frozen
class Reconciled:
    """The counts, exact. A side's rows are identical, mismatched, only there, keyless or ambiguous.

    `ambiguous_keys` are keys that occur more than once on a side. The engine then holds
    `differing` (key, kind, time: a row that differs), `differences` (key, kind, time, column,
    left_value, right_value: a value that differs; for a missing row its column is null) and
    `compared` (timestamp, differs: every row that was compared) and `columns_compared` (column,
    compared_as, mismatches). Columns are in the order of their mismatches, most first.
    """

    left: SideCount
    right: SideCount
    identical: int
    mismatched: int
    only_left: int
    only_right: int
    ambiguous_keys: int
    columns: tuple[ColumnDifference, ...]
    uncompared: tuple[str, ...] = ()

    @property
    def discrepancies(self) -> int:
        """Everything that a person has to look at: rows that differ or are missing, bad keys."""
        differing = self.mismatched + self.only_left + self.only_right + self.ambiguous_keys
        return differing + self.left.without_key + self.right.without_key

    @property
    def match_rate(self) -> Decimal | None:
        """Identical rows among all that either side has; None of nothing."""
        other = self.left.ambiguous + self.right.ambiguous
        other += self.left.without_key + self.right.without_key
        whole = self.identical + self.mismatched + self.only_left + self.only_right + other
        return Decimal(self.identical) / whole if whole else None


def reconcile(con: Any, left: str, right: str, rules: Rules, zone: str = "UTC") -> Reconciled:
    """Compare two tables or views of the engine by `rules`. Text that holds a time is in `zone`.

    Raises KitMisuse where a named column is not there or a mapping has two meanings.
    """
    pairs, uncompared = pair_columns(
        tuple(engine_types(con, left)), tuple(engine_types(con, right)), rules
    )
    first = len(rules.keys)
    pairs = _with_early_kinds(con, (left, right), pairs, first, zone)
    for side, table in enumerate((left, right)):
        _side(con, table, (pairs[:first], pairs[first:]), side, zone)
    ambiguous, sides = count_keys(con, first)
    _join(con, pairs, first, zone, ambiguous > 0)
    pairs = _with_all_kinds(con, (left, right), pairs, sides[1], zone)
    keys, values = pairs[:first], pairs[first:]
    time = next((n for n, p in enumerate(pairs) if _is_time(p, rules)), None)
    timed = None if time is None else (time, pairs[time])
    if timed and timed[0] < first:
        timed = (timed[0], timed[1].compared_as("timestamp", (False, False)))
    _judge(con, (keys, values), timed, zone)
    _name_compared(con, keys, timed, zone)
    return _counted(con, (keys, values), sides, ambiguous, uncompared)


Pairs = tuple[Pair, ...]
Timed = tuple[int, Pair] | None
"""The place of the column that holds a record's time, where there is one."""


def _with_early_kinds(
    con: Any, tables: tuple[str, str], pairs: Pairs, first: int, zone: str
) -> Pairs:
    """The pairs, of which keys and those that are not text on both sides have their kind already;
    the others have none yet."""
    left, right = (engine_types(con, table) for table in tables)
    are_texts = [(left[pair.left] == "VARCHAR", right[pair.right] == "VARCHAR") for pair in pairs]
    early = [n for n, texts in enumerate(are_texts) if n < first or texts != (True, True)]
    found = shared_kinds(con, tables, [pairs[n] for n in early], zone)
    kinds = dict(zip(early, found, strict=True))
    return tuple(pair.compared_as(kinds.get(n, ""), are_texts[n]) for n, pair in enumerate(pairs))


def _with_all_kinds(
    con: Any, tables: tuple[str, str], pairs: Pairs, right: SideCount, zone: str
) -> Pairs:
    """The same with the kinds of all that are not the same as written in each row.

    Rows without one key are not in `kit_unlike`; where the right side has some, all of its values
    are looked at.
    """
    late = _apart_as_written(con, pairs)
    names = {pair.right: f"b{place}" for place, pair in enumerate(pairs)}
    unlike = ("kit_unlike", names)
    if right.without_key or right.ambiguous:
        unlike = (tables[1], {name: name for name in names})
    found = kinds_of_unlike(con, tables, late, unlike, zone)
    kinds = dict(zip((pair.left for pair in late), found, strict=True))
    return tuple(
        pair.compared_as(kinds.get(pair.left, pair.kind), pair.are_texts) for pair in pairs
    )


def _apart_as_written(con: Any, pairs: Pairs) -> list[Pair]:
    """The pairs without a kind that differ letter by letter in a row that both sides have, and
    the one that holds the time of each record."""
    open_ = [(place, pair) for place, pair in enumerate(pairs) if not pair.kind]
    apart = "a0 is not null and b0 is not null and a{0} is distinct from b{0}"
    counts = "".join(f", count(*) filter ({apart.format(place)})" for place, _ in open_)
    _, *found = con.execute(f"select count(*){counts} from kit_unlike").fetchall()[0]
    return [
        pair
        for (_, pair), count in zip(open_, found, strict=True)
        if count or _is_called(pair, pair.rules.time)
    ]


def _side(con: Any, table: str, pairs: tuple[Pairs, Pairs], side: int, zone: str) -> None:
    """One side as `c0`, `c1` …: the keys as their kinds, then the values as the table has them."""
    keys, values = pairs
    columns = [pair.value(identifier((pair.left, pair.right)[side]), side, zone) for pair in keys]
    columns += [identifier((pair.left, pair.right)[side]) for pair in values]
    named = ", ".join(f"{value} as c{place}" for place, value in enumerate(columns))
    con.execute(
        f"create or replace temp view {SIDES[side]} as select {named} from {identifier(table)}"
    )


def _is_time(pair: Pair, rules: Rules) -> bool:
    return _is_called(pair, rules.time) and pair.kind == "timestamp"


def _is_called(pair: Pair, name: str) -> bool:
    return bool(name) and plain_name(pair.left) == plain_name(name)


def _join(con: Any, pairs: Pairs, first: int, zone: str, ambiguous: bool) -> None:
    """Every row that is not the same letter by letter, as `kit_unlike`, by one full outer join."""
    equal = " and ".join(f"a.c{place} = b.c{place}" for place in range(first))
    unlike = ["a.c0 is null", "b.c0 is null"]
    unlike += [
        pair.differs(f"a.c{place}", f"b.c{place}", zone)
        if pair.kind
        else f"a.c{place} is distinct from b.c{place}"
        for place, pair in enumerate(pairs)
        if place >= first
    ]
    kept = (f"{name}.c{place} as {name}{place}" for place in range(len(pairs)) for name in "ab")
    con.execute(
        f"create or replace temp table kit_unlike as select {', '.join(kept)} "
        f"from ({_unique('kit_left', first, ambiguous)}) a full outer join "
        f"({_unique('kit_right', first, ambiguous)}) b on {equal} where {' or '.join(unlike)}"
    )


def _judge(con: Any, pairs: tuple[Pairs, Pairs], timed: Timed, zone: str) -> None:
    """Those of them that differ by what their values mean, as `kit_differing`."""
    keys, values = pairs
    first = len(keys)
    differs = [
        pair.differs(f"a{place}", f"b{place}", zone) for place, pair in enumerate(values, first)
    ]
    named = [f"{sql} as d{place}" for place, sql in enumerate(differs, first)]
    kept = [
        f"{pair.shown(pair.value(f'{name}{place}', side, zone))} as {name}{place}"
        for place, pair in enumerate(values, first)
        for side, name in enumerate("ab")
    ]
    shown = [
        f"{_key_text(keys, 'coalesce(a{0}, b{0})')} as key",
        "case when b0 is null then 'only left' when a0 is null then 'only right' "
        "else 'mismatched' end as kind",
        f"coalesce({_time(timed, 'a', zone)}, {_time(timed, 'b', zone)}) as time",
    ]
    wanted = ["a0 is null", "b0 is null", *differs]
    con.execute(
        f"create or replace temp table kit_differing as select {', '.join(shown + named + kept)} "
        f"from kit_unlike where {' or '.join(wanted)}"
    )


def _key_text(keys: tuple[Pair, ...], column: str) -> str:
    """SQL for the key as one text; `column` is a pattern of a column, with `{0}` for its place."""
    parts = [pair.shown(column.format(place)) for place, pair in enumerate(keys)]
    return f"concat_ws('/', {', '.join(parts)})"


def _name_compared(con: Any, keys: Pairs, timed: Timed, zone: str) -> None:
    """`compared`: each row that was compared, by its time, which is that of the left side first."""
    same = _key_text(keys, "a.c{0}")
    con.execute(
        "create or replace temp view compared as "
        f"select {_time(timed, 'a.c', zone)} as timestamp, false as differs from kit_left a "
        f"where {has_key('a.', len(keys))} and {same} not in (select key from kit_differing) and "
        f"({', '.join(f'a.c{place}' for place in range(len(keys)))}) not in (from kit_ambiguous) "
        "union all select time, true from kit_differing"
    )


def _unique(side: str, keys: int, ambiguous: bool) -> str:
    rows = f"select * from {side} where {has_key('', keys)}"
    key = ", ".join(f"c{place}" for place in range(keys))
    return rows + (f" and ({key}) not in (from kit_ambiguous)" if ambiguous else "")


def _time(timed: Timed, name: str, zone: str) -> str:
    """SQL for the time of a row of the side `a` or `b`; `name` is what stands before its place."""
    if timed is None:
        return "null::timestamp"
    place, pair = timed
    return pair.value(f"{name}{place}", "ab".index(name[0]), zone)


def _counted(
    con: Any,
    pairs: tuple[Pairs, Pairs],
    sides: tuple[SideCount, SideCount],
    ambiguous: int,
    uncompared: tuple[str, ...],
) -> Reconciled:
    values, first, (left, right) = pairs[1], len(pairs[0]), sides
    _name_differences(con, values, first)
    sums = "".join(
        f", count(*) filter (kind = 'mismatched' and d{first + place})"
        for place in range(len(values))
    )
    mismatched, only_left, only_right, *by_column = con.execute(
        "select count(*) filter (kind = 'mismatched'), count(*) filter (kind = 'only left'), "
        f"count(*) filter (kind = 'only right'){sums} from kit_differing"
    ).fetchall()[0]
    differences = [
        ColumnDifference(pair.label, pair.description, count)
        for pair, count in zip(values, by_column, strict=True)
    ]
    differences.sort(key=lambda one: (-one.mismatches, one.column))
    _name_columns(con, differences)
    return Reconciled(
        left=left,
        right=right,
        identical=left.rows - left.without_key - left.ambiguous - only_left - mismatched,
        mismatched=mismatched,
        only_left=only_left,
        only_right=only_right,
        ambiguous_keys=ambiguous,
        columns=tuple(differences),
        uncompared=uncompared,
    )


def _name_columns(con: Any, differences: list[ColumnDifference]) -> None:
    con.execute(
        "create or replace temp table columns_compared as select "
        'unnest($1::varchar[]) as "column", '
        "unnest($2::varchar[]) as compared_as, unnest($3::bigint[]) as mismatches",
        [
            [one.column for one in differences],
            [one.compared_as for one in differences],
            [one.mismatches for one in differences],
        ],
    )


def _name_differences(con: Any, values: tuple[Pair, ...], first: int) -> None:
    con.execute(
        "create or replace temp view differing as select key, kind, time from kit_differing"
    )
    parts = [
        'select key, kind, time, null as "column", null as left_value, null as right_value '
        "from kit_differing where kind <> 'mismatched'"
    ]
    parts += [
        f"select key, kind, time, {literal(pair.label)}, a{place}, b{place} from kit_differing "
        f"where kind = 'mismatched' and d{place}"
        for place, pair in enumerate(values, first)
    ]
    query = " union all ".join(parts)
    con.execute(f"create or replace temp view differences as {query}")
