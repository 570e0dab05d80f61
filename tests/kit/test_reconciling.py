import random
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from runner.kit.pairing import Rules
from runner.kit.reconciling import Reconciled, reconcile
from runner.kit.refusal import KitMisuse


def tables(left: str, right: str) -> Any:
    """Two tables of text from rows such as `id v | 1 a | 2 b`; a dash is no value."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    for name, text in (("one", left), ("other", right)):
        header, *rows = [part.split() for part in text.split("|")]
        columns = ", ".join(f'"{column}" varchar' for column in header)
        con.execute(f"create table {name} ({columns})")
        for row in rows:
            marks = ", ".join("?" for _ in row)
            con.execute(
                f"insert into {name} values ({marks})", [None if v == "-" else v for v in row]
            )
    return con


def compared(con: Any, **rules: Any) -> Reconciled:
    return reconcile(con, "one", "other", Rules(**{"keys": ("id",), **rules}))


def mismatches(found: Reconciled) -> dict[str, int]:
    return {column.column: column.mismatches for column in found.columns}


def test_rows_that_are_missing_and_rows_that_differ_are_counted_apart() -> None:
    con = tables("id v w | 1 a x | 2 b x | 3 c x | 4 d x", "id v w | 2 b x | 3 C y | 4 d x | 5 e x")

    found = compared(con)

    assert (found.only_left, found.only_right, found.mismatched, found.identical) == (1, 1, 1, 2)
    assert mismatches(found) == {"v": 1, "w": 1}
    assert (found.discrepancies, found.match_rate) == (3, Decimal("0.4"))
    assert con.execute("from differences order by all").fetchall() == [
        ("1", "only left", None, None, None, None),
        ("3", "mismatched", None, "v", "c", "C"),
        ("3", "mismatched", None, "w", "x", "y"),
        ("5", "only right", None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("left", "right", "rules", "differ"),
    [
        ("12.0", "12", {}, 0),
        ("0012", "12", {}, 1),
        ("1e2", "100", {}, 0),
        ("-", "-", {}, 0),
        ("-", "0", {}, 1),
        ("10.00", "10.01", {}, 1),
        ("10.00", "10.01", {"number_tolerance": Decimal("0.01")}, 0),
        ("10.00", "10.02", {"number_tolerance": Decimal("0.01")}, 1),
        ("100", "101", {"relative_tolerance": Decimal("0.01")}, 0),
        ("100", "102", {"relative_tolerance": Decimal("0.01")}, 1),
        ("-", "0", {"number_tolerance": Decimal(5)}, 1),
        ("a", "A", {}, 1),
        ("a", "A", {"ignore_case": True}, 0),
        ("NaN", "NaN", {}, 0),
        ("9007199254740993", "9007199254740992", {}, 1),
        ("2026-11-22T10:00:00Z", "2026-11-22T11:00:00+01:00", {}, 0),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z", {}, 1),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z", {"time_tolerance": Decimal(1)}, 0),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:02Z", {"time_tolerance": Decimal(1)}, 1),
        ("22/11/2026", "22/11/2026", {}, 0),
    ],
)
def test_values_are_the_same_by_what_they_mean(
    left: str, right: str, rules: dict[str, Any], differ: int
) -> None:
    con = tables(f"id v | 1 {left}", f"id v | 1 {right}")

    assert mismatches(compared(con, **rules)) == {"v": differ}


def test_one_value_that_is_no_number_makes_a_column_text() -> None:
    rows = " ".join(f"| {n} {n}.0" for n in range(3_000))

    found = compared(tables(f"id v {rows} | x n/a", f"id v {rows} | x n/a".replace(".0", "")))

    assert (mismatches(found), found.columns[0].compared_as) == ({"v": 3_000}, "text")


def test_a_key_that_is_not_unique_is_not_compared_and_not_lost() -> None:
    con = tables(
        "id v | 1 a | 1 b | 2 a | 3 a | - a | - b", "id v | 1 a | 2 a | 3 a | 3 b | 3 c | - a"
    )

    found = compared(con)

    assert (found.ambiguous_keys, found.identical, found.mismatched) == (2, 1, 0)
    assert (found.left.rows, found.left.ambiguous, found.left.without_key) == (6, 3, 2)
    assert (found.right.rows, found.right.ambiguous, found.right.without_key) == (6, 4, 1)
    assert found.discrepancies == 5


def test_columns_pair_by_name_by_mapping_and_not_at_all() -> None:
    con = tables("ID State total note | 1 a 5 x", "Order-Id id status Total extra | 9 1 a 6 y")

    found = compared(con, mapped=(("State", "status"),), ignored=("note",))

    assert mismatches(found) == {"State": 0, "total": 1}
    assert found.uncompared == ("Order-Id", "extra")


def test_keys_of_several_columns_belong_together() -> None:
    found = compared(tables("a b v | 1 x p | 1 y q", "a b v | 1 y q | 1 x p"), keys=("a", "b"))

    assert (found.identical, found.ambiguous_keys) == (2, 0)


def test_a_row_that_differs_keeps_its_time() -> None:
    con = tables(
        "id at v | 1 2026-11-22 a | 2 2026-11-23 b", "id at v | 1 2026-11-22 z | 3 2026-11-24 c"
    )

    compared(con, time="at")

    found = con.execute("select key, time::varchar from differing order by key").fetchall()
    assert [(key, time[:10]) for key, time in found] == [
        ("1", "2026-11-22"),
        ("2", "2026-11-23"),
        ("3", "2026-11-24"),
    ]


def test_every_row_that_was_compared_is_there_once() -> None:
    days = [f"2026-11-{day}" for day in range(20, 26)]
    left = "id at v " + " ".join(f"| {n} {day} a" for n, day in enumerate(days))
    con = tables(left + " | 9 2026-11-26 a | 9 2026-11-26 a", left.replace("25 a", "25 b"))

    compared(con, time="at")

    found = con.execute("select timestamp::varchar, differs from compared order by all").fetchall()
    assert [(at[:10], differs) for at, differs in found] == [(d, d == days[-1]) for d in days]


def test_the_time_of_a_record_may_be_a_part_of_its_key() -> None:
    con = tables("at id v | 2026-11-22 1 a", "at id v | 2026-11-22T00:00:00Z 1 b")

    found = compared(con, keys=("at", "id"), time="at")

    assert found.mismatched == 1
    assert con.execute("select time::varchar from differing").fetchall()[0][0][:10] == "2026-11-22"


def test_nothing_against_nothing_has_no_rate() -> None:
    found = compared(tables("id v", "id v"))

    assert (found.match_rate, found.discrepancies) == (None, 0)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"keys": ("no",)}, "the left side has no column `no`; it has id, v"),
        ({"keys": ("v",)}, "the right side has no key column `v`; it has id, w"),
        ({"keys": ()}, "name the columns that say which rows belong together, such as `id`"),
        ({"mapped": (("v", "x"),)}, "the right side has no column `x`; it has id, w"),
        ({"mapped": (("v", "w"), ("id", "w"))}, "the mapping names a column twice"),
        ({"ignored": ("zz",)}, "the left side has no column `zz`; it has id, v"),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_ones(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(KitMisuse) as refused:
        compared(tables("id v | 1 a", "id w | 1 a"), **rules)

    assert str(refused.value) == message


def test_mappings_are_written_as_pairs() -> None:
    assert Rules.pairs("state = status, a=b,") == (("state", "status"), ("a", "b"))
    assert Rules.names(" id , region,") == ("id", "region")
    with pytest.raises(KitMisuse, match="`state` is no pair of columns such as"):
        Rules.pairs("state")


@pytest.mark.parametrize("seed", range(6))
def test_planted_differences_are_found_to_the_last_one(seed: int) -> None:
    rng = random.Random(seed)
    rows = {str(n): [rng.choice("abc"), f"{rng.random():.3f}", str(n)] for n in range(500)}
    other = {key: list(row) for key, row in rows.items()}
    gone, new, changed = (set(rng.sample(sorted(rows), 40)) for _ in range(3))
    for key in changed:
        other[key][rng.randrange(3)] = "changed"
    for key in gone:
        del other[key]
    for key in new:
        other[f"new {key}".replace(" ", "-")] = ["a", "1", "2"]
    con = tables(
        "id x y z " + " ".join(f"| {k} {' '.join(v)}" for k, v in rows.items()),
        "id x y z " + " ".join(f"| {k} {' '.join(v)}" for k, v in other.items()),
    )

    found = compared(con)

    assert (found.only_left, found.only_right) == (len(gone), len(new))
    assert found.mismatched == len(changed - gone) == sum(mismatches(found).values())
    assert found.identical == 500 - len(gone | changed)
    assert found.left.rows == found.identical + found.mismatched + found.only_left


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("id v | 1 true | 2 1 | 4 1", "id v | 2 1 | 4 0", "text"),
        ("id v | 1 true | 2 1 | 3 yes | 4 1", "id v | 2 1 | 3 yes | 4 0", "flag"),
        ("id v | 1 1 | 2 2 | 4 1", "id v | 2 2 | 4 0", "number"),
        ("id v | 1 1 | 2 2 | 4 1", "id v | 2 2 | 3 x | 4 0", "text"),
        ("id v | 1 1 | 2 2 | 4 1", "id v | 2 2 | - x | 4 0", "text"),
        ("id v | 1 1 | 2 2 | 4 1", "id v | 2 2 | 3 x | 3 x | 4 0", "text"),
        ("id v | 1 2026-11-22 | 4 2026-11-23", "id v | 4 2026-11-24", "timestamp"),
        ("id v | 1 2026-11-22 | 2 1795341600 | 4 -", "id v | 2 1795341600 | 4 1", "text"),
        ("id v | 1 - | 2 -", "id v | 2 7", "number"),
    ],
)
def test_a_kind_is_that_of_all_values_though_equal_ones_are_read_once(
    left: str, right: str, kind: str
) -> None:
    found = compared(tables(left, right))

    assert [column.compared_as for column in found.columns] == [kind]


@pytest.mark.parametrize("rules", [{}, {"ignore_case": True}, {"number_tolerance": Decimal(1)}])
def test_a_column_that_is_nowhere_written_otherwise_is_compared_as_written(
    rules: dict[str, Any],
) -> None:
    con = tables("id v w | 1 1 a | 2 true B | 3 - c", "id v w | 2 true B | 3 - c | 4 9 A")

    found = compared(con, **rules)

    assert [(one.column, one.compared_as, one.mismatches) for one in found.columns] == [
        ("v", "as written", 0),
        ("w", "as written", 0),
    ]
    assert (found.identical, found.only_left, found.only_right) == (2, 1, 1)


def test_the_column_of_the_time_is_read_as_times_also_where_it_is_nowhere_written_otherwise() -> (
    None
):
    rows = "id t v | 1 2026-11-22 a | 2 2026-11-23 b"
    con = tables(rows, rows.replace("b", "c"))

    found = compared(con, time="t")

    assert {one.column: one.compared_as for one in found.columns} == {
        "t": "timestamp",
        "v": "text",
    }
    times = con.execute("select timestamp::varchar from compared order by 1").fetchall()
    assert times == [("2026-11-22 00:00:00",), ("2026-11-23 00:00:00",)]
