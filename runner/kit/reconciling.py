# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Two tables that should say the same: what only one of them has, and where they differ.

Every row of either side is counted once: identical, mismatched, missing on the other side, without
a key, or ambiguous: under a key that a side has several times, so that it has no one counterpart.
"""

from decimal import Decimal
from typing import Any

from runner.kit.column_kinds import engine_types, shared_kinds
from runner.kit.pairing import Pair, Rules, pair_columns
from runner.kit.quoting import identifier, literal
from runner.model.contract import plain_name
from runner.model.frozen import frozen


@frozen
class ColumnDifference:
    """How often a column differs among the rows that both sides have, and how it was compared."""

    column: str
    compared_as: str
    mismatches: int


@frozen
class SideCount:
    """The rows of one side: all, those without a key, those under a key that is not unique."""

    rows: int
    without_key: int
    ambiguous: int


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
    kinds = shared_kinds(con, (left, right), pairs, zone)
    pairs = tuple(pair.compared_as(kind) for pair, kind in zip(pairs, kinds, strict=True))
    keys, values = pairs[: len(rules.keys)], pairs[len(rules.keys) :]
    _side(con, "kit_left", left, pairs, zone, 0)
    _side(con, "kit_right", right, pairs, zone, 1)
    ambiguous = _ambiguous_keys(con, len(keys))
    _join(con, pairs, len(keys), rules, ambiguous > 0)
    _name_compared(con, pairs, len(keys), rules)
    return _counted(con, values, len(keys), ambiguous, uncompared)


def _side(con: Any, made: str, table: str, pairs: tuple[Pair, ...], zone: str, side: int) -> None:
    """The compared columns of one side as `c0`, `c1` …, typed; the key columns come first."""
    types = engine_types(con, table)
    names = [(pair.left, pair.right)[side] for pair in pairs]
    values = [
        pair.value(identifier(name), types[name] == "VARCHAR", zone)
        for pair, name in zip(pairs, names, strict=True)
    ]
    columns = ", ".join(f"{value} as c{place}" for place, value in enumerate(values))
    con.execute(f"create or replace temp view {made} as select {columns} from {identifier(table)}")


def _ambiguous_keys(con: Any, keys: int) -> int:
    """Note the keys that are not unique on a side in `kit_ambiguous`, and count them."""
    key = ", ".join(f"c{place}" for place in range(keys))
    has_key = _has_key("", keys)
    one = "select {key} from {side} where {has} group by {key} having count(*) > 1"
    both = " union ".join(
        one.format(key=key, side=side, has=has_key) for side in ("kit_left", "kit_right")
    )
    con.execute(f"create or replace temp table kit_ambiguous as {both}")
    return int(con.execute("select count(*) from kit_ambiguous").fetchall()[0][0])


def _has_key(side: str, keys: int) -> str:
    return " and ".join(f"{side}c{place} is not null" for place in range(keys))


def _join(con: Any, pairs: tuple[Pair, ...], keys: int, rules: Rules, ambiguous: bool) -> None:
    """Every row that differs, as `kit_differing`, by one full outer join."""
    equal = " and ".join(f"a.c{place} = b.c{place}" for place in range(keys))
    places = range(keys, len(pairs))
    differs = [pairs[place].differs(f"a.c{place}", f"b.c{place}") for place in places]
    named = [f"{sql} as d{place}" for sql, place in zip(differs, places, strict=True)]
    kept = [
        f"{pairs[place].shown(f'{side}.c{place}')} as {side}{place}"
        for place in places
        for side in ("a", "b")
    ]
    kind = "case when b.c0 is null then 'only left' when a.c0 is null then 'only right' "
    wanted = ["a.c0 is null", "b.c0 is null", *differs]
    shown = [
        f"{_key_text(pairs[:keys], 'coalesce(a.{0}, b.{0})')} as key",
        f"{kind} else 'mismatched' end as kind",
        f"{_time(pairs, rules)} as time",
    ]
    con.execute(
        f"create or replace temp table kit_differing as select {', '.join(shown + named + kept)} "
        f"from ({_unique('kit_left', keys, ambiguous)}) a full outer join "
        f"({_unique('kit_right', keys, ambiguous)}) b on {equal} where {' or '.join(wanted)}"
    )


def _key_text(keys: tuple[Pair, ...], column: str) -> str:
    """SQL for the key as one text; `column` is a pattern of what stands for `c0`, `c1` …"""
    parts = [pair.shown(column.format(f"c{place}")) for place, pair in enumerate(keys)]
    return f"concat_ws('/', {', '.join(parts)})"


def _name_compared(con: Any, pairs: tuple[Pair, ...], keys: int, rules: Rules) -> None:
    """`compared`: each row that was compared, by its time, which is that of the left side first."""
    same = _key_text(pairs[:keys], "a.{0}")
    con.execute(
        "create or replace temp view compared as "
        f"select {_time(pairs, rules, 'a.')} as timestamp, false as differs from kit_left a "
        f"where {_has_key('a.', keys)} and {same} not in (select key from kit_differing) and "
        f"({', '.join(f'a.c{place}' for place in range(keys))}) not in (from kit_ambiguous) "
        "union all select time, true from kit_differing"
    )


def _unique(side: str, keys: int, ambiguous: bool) -> str:
    rows = f"select * from {side} where {_has_key('', keys)}"
    key = ", ".join(f"c{place}" for place in range(keys))
    return rows + (f" and ({key}) not in (from kit_ambiguous)" if ambiguous else "")


def _time(pairs: tuple[Pair, ...], rules: Rules, side: str = "") -> str:
    """SQL for the time of a row: of that side, else of the left one where it is there."""
    wanted = plain_name(rules.time) if rules.time else None
    place = next((n for n, pair in enumerate(pairs) if plain_name(pair.left) == wanted), None)
    if place is None or pairs[place].kind != "timestamp":
        return "null::timestamp"
    return f"{side}c{place}" if side else f"coalesce(a.c{place}, b.c{place})"


def _counted(
    con: Any, values: tuple[Pair, ...], first: int, ambiguous: int, uncompared: tuple[str, ...]
) -> Reconciled:
    _name_differences(con, values, first)
    left, right = (_side_count(con, side, first) for side in ("kit_left", "kit_right"))
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


def _side_count(con: Any, side: str, keys: int) -> SideCount:
    key = ", ".join(f"c{place}" for place in range(keys))
    found = con.execute(
        f"select count(*), count(*) filter (not ({_has_key('', keys)})), "
        f"count(*) filter (({key}) in (from kit_ambiguous)) from {side}"
    ).fetchall()[0]
    return SideCount(*map(int, found))


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
