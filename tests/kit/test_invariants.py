from pathlib import Path
from typing import Any

import duckdb
import pytest

from runner import kit
from runner.kit.invariants import Invariant, invariants_of, judge
from runner.kit.refusal import KitMisuse


@pytest.fixture
def con() -> Any:
    made = duckdb.connect()
    made.execute("create table orders (id integer, total integer, state varchar)")
    made.execute("insert into orders values (1, 5, 'paid'), (2, -1, 'paid'), (3, null, 'new')")
    return made


@pytest.mark.parametrize(
    ("condition", "violations", "undecided"),
    [
        ("total >= 0", 1, 1),
        ("total is null or total >= 0", 1, 0),
        ("id > 0", 0, 0),
        ("state in ('paid', 'new')", 0, 0),
        ("state <> 'paid' or total > 0 -- a comment", 1, 0),
        ("id <= (select max(id) from orders)", 0, 0),
        ("false", 3, 0),
    ],
)
def test_rows_break_an_invariant_or_leave_it_open(
    con: Any, condition: str, violations: int, undecided: int
) -> None:
    [judged] = judge(con, "orders", (Invariant("it", condition),))

    assert (judged.rows, judged.violations, judged.undecided) == (3, violations, undecided)
    assert len(con.execute("from violations").fetchall()) == violations


def test_broken_rows_are_named(con: Any) -> None:
    judge(con, "orders", (Invariant("positive", "total >= 0"),))

    assert con.execute("from violations").fetchall() == [
        ("positive", '{"id":2,"total":-1,"state":"paid"}')
    ]


@pytest.mark.parametrize("condition", ["totl > 0", "1 +", "true) from orders) union (select 1", ""])
def test_a_condition_that_is_no_sql_is_refused_by_name(con: Any, condition: str) -> None:
    with pytest.raises(KitMisuse, match="invariant `it` cannot be judged: "):
        judge(con, "orders", (Invariant("it", condition),))


def test_invariants_are_written_one_a_line_or_with_semicolons() -> None:
    wanted = (Invariant("paid", "total > 0"), Invariant("known", "state::varchar <> ''"))

    assert invariants_of("paid: total > 0\n\n known : state::varchar <> '' ;") == wanted
    assert invariants_of("paid: total > 0; known: state::varchar <> ''") == wanted
    assert invariants_of("") == ()


@pytest.mark.parametrize("text", ["total > 0", ": total", "paid:", "a: x\na: y"])
def test_an_invariant_needs_a_name_of_its_own_and_a_condition(text: str) -> None:
    with pytest.raises(KitMisuse):
        invariants_of(text)


def test_a_condition_reads_no_file_and_tables_are_published_all_the_same(
    key: kit.Key, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    Path("table.csv").write_text("id,total,done\n1,5,true\n2,-1,false\n")
    key.load("any_table", "table.csv")
    key.typed("any_table", "orders")

    with pytest.raises(KitMisuse, match="cannot be judged: Permission Error"):
        key.judge("orders", f"it: (select count(*) from '{tmp_path}/secret.csv') > 0")
    [judged] = key.judge("orders", "it: total > 0 or not done")
    key.table("by_type", key.sql("from invariant_results"))

    assert (judged.rows, judged.violations) == (2, 0)
    assert (tmp_path / "out" / "tables" / "by_type.parquet").is_file()
