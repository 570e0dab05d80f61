"""Rows that are many are kept in a scratch file, and are the same as few in memory."""

import os
from pathlib import Path
from typing import Any

import pytest

from runner import kit
from runner.kit.engine import MANY_BYTES, connect, use_cores_for
from runner.kit.repeats import make_repeats
from runner.kit.rows import LARGE_BYTES, forget, making

HEADER = "timestamp,event_type,status,seconds,note\n"
ROWS = (
    "2026-11-22T10:00:00Z,paid,200,0.5,\n"
    "2026-11-22T10:00:01.250Z,failed,500,0.125,late \n"
    "2026-11-22T10:00:02+02:00,failed,x,0.5,\n"
    "2026-11-22T10:00:03Z,paid,200,n/a,a\n"
)
SPACE = "2026-11-22T10:00:04Z,paid,200,1," + "x" * 4_000 + "\n"
"""A record that makes a file large soon."""


def written(name: str, copies: int) -> Path:
    path = Path(name)
    path.write_text(HEADER + ROWS + SPACE * copies + ROWS)
    return path


def loaded(key: kit.Key, path: Path, **more: Any) -> tuple[Any, list[Any]]:
    found = key.load("log", path, **more)
    shown = "select distinct on (timestamp, event_type, status) * exclude note, left(note, 9) "
    return found, key.sql(f"{shown} from log order by all").fetchall()


def test_a_large_file_loads_as_a_small_one_does(key: kit.Key) -> None:
    copies = LARGE_BYTES // len(SPACE) + 1
    few, few_rows = loaded(key, written("few.csv", 60))

    many, many_rows = loaded(key, written("many.csv", copies))

    assert list(key._scratch.glob("rows-*"))
    assert (many.rows_read, many.rows_bad) == (copies + 6, 2)
    assert many_rows == few_rows
    assert [bad.record for bad in many.bad_records] == [3, copies + 7]
    assert [bad.why for bad in many.bad_records] == [bad.why for bad in few.bad_records]
    assert (
        many.warnings[1]
        == few.warnings[1]
        == ("log: 2 records lost an optional value, as seconds: not a number: n/a")
    )
    window = ("2026-11-22T10:00:00Z", "2026-11-22T10:00:02Z")
    assert loaded(key, Path("many.csv"), between=window)[1] == many_rows[:2]
    assert loaded(key, Path("few.csv"))[1] == few_rows
    assert not list(key._scratch.glob("rows-*"))


@pytest.mark.parametrize("many", [True, False])
def test_a_view_made_once_keeps_its_rows_and_their_order(tmp_path: Path, many: bool) -> None:
    con = connect(tmp_path, 1 << 30)
    con.execute("create temp table numbers as select * from range(300_000) t(n)")
    scratch = tmp_path if many else None

    for _ in range(2):
        forget(con, "odd", tmp_path)
        con.execute(making("odd", "select n from numbers where n % 2 = 1", scratch, True))
    con.execute("drop table numbers")

    assert con.execute("select count(*), max(n) from odd").fetchall() == [(150_000, 299_999)]
    assert con.execute("select n from odd limit 2 offset 149_998").fetchall() == [
        (299_997,),
        (299_999,),
    ]
    assert con.execute("select rowid from odd where n = 299_999").fetchall() == [(149_999,)]
    assert len(list(tmp_path.glob("rows-odd-*"))) == many


@pytest.mark.parametrize("many", [True, False])
def test_a_view_made_once_has_the_columns_of_its_select(tmp_path: Path, many: bool) -> None:
    con = connect(tmp_path, 1 << 30)
    select = (
        "select 1.5::decimal(38, 9) as a, 'x' as b, timestamp '2026-11-22 10:00:00.000001' as c"
    )

    con.execute(making("v", select, tmp_path if many else None))

    assert con.execute("from v").fetchall() == con.execute(select).fetchall()
    assert con.execute("describe v").fetchall() == con.execute(f"describe {select}").fetchall()


def test_values_that_a_file_would_change_are_made_once_in_memory(key: kit.Key) -> None:
    load = written("many.csv", LARGE_BYTES // len(SPACE) + 1)
    key.load("log", load)

    key.view("sums", "select sum(status) + 9007199254740993 as n from log", once=True)
    key.view("counts", "select count(*) as n from log", once=True)

    [(total,)] = key.sql("select n - (select sum(status) from log) from sums").fetchall()
    assert total == 9007199254740993
    assert [path.name for path in key._scratch.glob("rows-*s-*")] == ["rows-counts-0.parquet"]


def test_a_view_made_once_can_be_made_again_as_another(key: kit.Key) -> None:
    key.view("v", "select 1 as n", once=True)
    key.view("v", "select 2 as n")
    key.view("v", "select 3 as n", once=True)

    assert key.row("from v") == {"n": 3}


def test_what_repeats_is_found_whatever_its_values(tmp_path: Path) -> None:
    con = connect(tmp_path, 1 << 30)
    con.execute(
        "create temp table events as from (values ('a', 'x'), ('a', 'x'), ('a', 'y'), "
        "(null, 'x'), (null, 'x'), ('b', null)) t(event, place)"
    )

    make_repeats(con, "events", ("event", "place"), "again")

    assert con.execute("from again order by all").fetchall() == [("a", "x", 2), (None, "x", 2)]


def test_the_engine_takes_the_cores_that_the_process_may_use(tmp_path: Path) -> None:
    con = connect(tmp_path, 1 << 30)

    use_cores_for(MANY_BYTES + 1, con)

    [(threads,)] = con.execute("select current_setting('threads')").fetchall()
    assert threads == len(os.sched_getaffinity(0))
