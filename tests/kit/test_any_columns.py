from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from runner import kit


def load(key: kit.Key, text: str) -> Any:
    Path("table.file").write_text(text)
    return key.load("any_table", "table.file")


@pytest.mark.parametrize(
    "text",
    [
        "id,Total paid,it's\n1,5,x\n002,,y\n",
        "id;Total paid;it's\n1;5;x\n002;;y\n",
        '{"id": 1, "Total paid": "5", "it\'s": "x"}\n{"id": "002", "it\'s": "y"}\n',
        '[{"id": 1, "Total paid": 5, "it\'s": "x"}, {"id": "002", "it\'s": "y"}]',
        '{"data": [{"id": 1, "Total paid": 5, "it\'s": "x"}, {"id": "002", "it\'s": "y"}]}',
    ],
)
def test_a_table_of_any_columns_is_read_as_text(key: kit.Key, text: str) -> None:
    loaded = load(key, text)

    assert (loaded.rows_read, loaded.rows_bad, loaded.warnings) == (2, 0, ())
    assert sorted(key.sql("from any_table").columns) == ["Total paid", "id", "it's"]
    rows = key.sql('select id, "Total paid", "it\'s" from any_table')
    assert rows.fetchall() == [("1", "5", "x"), ("002", None, "y")]


def test_a_column_without_a_name_is_called_by_its_place(key: kit.Key) -> None:
    load(key, ",name\n0,a\n1,b\n")

    assert key.sql("from any_table").columns == ["column 1", "name"]


@pytest.mark.parametrize("header", ["id,ID", "user_id,user id", "a,b,a"])
def test_columns_that_share_a_name_are_refused(key: kit.Key, header: str) -> None:
    with pytest.raises(kit.InputRefused, match="several of its columns share a name"):
        load(key, f"{header}\n1,2{',3' * (header.count(',') - 1)}\n")


def test_the_named_column_of_times_is_typed_and_windowed(key: kit.Key) -> None:
    Path("table.file").write_text("id,Created At\n1,2026-11-22\n2,2026-11-23\n3,\n")
    window = ("2026-11-22T12:00:00Z", None)

    key.load("any_table", "table.file", time="created_at", between=window)

    assert key.sql("from any_table").fetchall() == [("2", datetime(2026, 11, 23))]
    with pytest.raises(kit.InputRefused, match="it has no column `at`; columns found: `id`"):
        key.load("any_table", "table.file", time="at")


def test_every_record_of_any_table_is_read_or_bad(key: kit.Key) -> None:
    loaded = load(key, "a,b\n1,2\n3\n4,5,6\n7,8\n9,10\n")

    assert (loaded.rows_read, loaded.rows_bad) == (3, 2)
    assert [bad.record for bad in loaded.bad_records] == [2, 3]
