"""Damaged exports of databases: the right answer, or a refusal that says what is wrong where.

The outcomes stand in `tests/golden/damage/<format>.txt`, one line for each damage.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runner import kit
from tests.conftest import Golden
from tests.kit.formats.damage import DAMAGES, check_digits, few_at_once, outcome
from tests.kit.formats.server_logs import csv_row, json_line

COUNT = 20
MESSAGE = "duration: 12.500 ms  statement: select a from t where n = {n}"
MYSQL = """\
# Time: 2026-11-22T10:00:{n:02d}.000000Z
# User@Host: app[app] @ web1 [10.0.0.1]  Id:    42
# Query_time: 12.500  Lock_time: 0.000010 Rows_sent: 1  Rows_examined: 100
select a from t where n = {n};
"""
FILES = {
    "postgres-csvlog": "".join(csv_row(26, message=MESSAGE.format(n=n)) for n in range(COUNT)),
    "postgres-jsonlog": "".join(json_line(message=MESSAGE.format(n=n)) for n in range(COUNT)),
    "postgres-stderr": "".join(
        f"2026-11-22 10:00:{n:02d}.000 UTC [41] app@shop LOG:  {MESSAGE.format(n=n)}\n"
        for n in range(COUNT)
    ),
    "mysql-slow": "".join(MYSQL.format(n=n) for n in range(COUNT)),
    "table": "at,ms,text\n"
    + "".join(f"2026-11-22T10:00:{n:02d}Z,12.500,select {n}\n" for n in range(COUNT)),
}


@pytest.mark.parametrize("form", FILES)
def test_a_damaged_file_is_read_right_or_refused(key: kit.Key, golden: Golden, form: str) -> None:
    told = [f"{name}: {damaged(key, form, name)}" for name in DAMAGES]

    golden(f"damage/{form}.txt", "\n".join(told) + "\n")


@pytest.mark.parametrize("form", few_at_once(FILES))
def test_the_digits_are_the_same_in_any_zone_and_with_any_threads(
    key: kit.Key, zone: Callable[[str], None], form: str
) -> None:
    loads = {name: partial(load, key, form, name) for name in DAMAGES if "5 MB" not in name}
    check_digits(key, "any_table" if form == "table" else "server_log", loads, zone)


def damaged(key: kit.Key, form: str, damage: str) -> str:
    return outcome(partial(load, key, form, damage))


def load(key: kit.Key, form: str, damage: str) -> Any:
    Path("export.file").write_bytes(DAMAGES[damage](FILES[form]))
    name, time = ("any_table", "at") if form == "table" else ("server_log", "")
    return key.load(name, "export.file", time=time)
