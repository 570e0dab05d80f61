"""The quick way from a cell to a value gives what the careful one gives."""

import random
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import duckdb
import pytest

from runner.kit.casting import typed
from runner.kit.typed_rows import Cell, select_typed
from runner.model.contract import ColumnSpec

MADE = 20_000
SEED = 20261125


def engine() -> Any:
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    return con


def values(texts: list[str | None], column_type: str, has_blanks: bool = True) -> list[Any]:
    """What the cells of an optional column become, with what is said of those that are lost."""
    con = engine()
    con.execute("create table cells as select unnest($1::varchar[]) as c0", [texts])
    cell = Cell(ColumnSpec("v", column_type, required=False), "c0")
    return list(con.execute(select_typed((cell,), "UTC", "from cells", has_blanks)).fetchall())


def careful(texts: list[str], column_type: str) -> list[Any]:
    con = engine()
    con.execute("create table texts as select unnest($1::varchar[]) as t", [texts])
    bare = "nullif(trim(t, ' \t'), '')"
    query = f"select {typed(column_type, bare, 'UTC')} from texts"
    return [value for (value,) in con.execute(query).fetchall()]


def some_numbers(chance: random.Random) -> list[str]:
    letters = "01234567890123456789+-.eExb_ \t,%"
    made = ["".join(chance.choices(letters, k=chance.randint(1, 9))) for _ in range(MADE)]
    made += [str(chance.randint(-(10**19), 10**19)) for _ in range(MADE // 10)]
    return made


def some_times(chance: random.Random) -> list[str]:
    made = []
    for _ in range(MADE):
        time = f"{chance.choice((1969, 2024, 2026))}-{chance.randint(0, 13):02}-"
        time += f"{chance.randint(0, 32):02}{chance.choice('TTT t')}{chance.randint(0, 24):02}:"
        time += f"{chance.randint(0, 60):02}:{chance.randint(0, 60):02}"
        time += chance.choice(("", f".{chance.randint(0, 999):03}", ".123456", ",5"))
        letters = list(time + chance.choice(("Z", "Z", "", "+02:00", "z")))
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            letters[chance.randrange(len(letters))] = chance.choice("0123456789-:T Z.+/")
        made.append("".join(letters))
    return made


@pytest.mark.parametrize("column_type", ["integer", "timestamp"])
def test_the_quick_way_gives_the_value_of_the_careful_one(column_type: str) -> None:
    chance = random.Random(SEED)
    texts = some_numbers(chance) if column_type == "integer" else some_times(chance)

    found = [value for value, *_ in values(list(texts), column_type)]

    assert found == careful(texts, column_type)
    assert 100 < sum(value is None for value in found) < len(texts) - 100


def test_a_number_is_a_plain_decimal_and_nothing_else() -> None:
    plain = re.compile(r"[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+\.?)?[ \t]*")
    texts = some_numbers(random.Random(SEED))

    for text, (value, fault, lost) in zip(texts, values(list(texts), "number"), strict=True):
        if not plain.fullmatch(text):
            assert value is None
            assert (lost is None) is (not text.strip(" \t"))
        elif value is not None:
            exact = Decimal(text.strip().rstrip("."))
            assert value == exact.quantize(Decimal("1e-9"), ROUND_HALF_UP, Context(prec=60))
        assert fault is None


@pytest.mark.parametrize("text", ["NaN", "inf", "1_000", "0x1f", "12abc", "1,5", "5%", "١"])
def test_what_engines_take_for_a_number_is_lost_with_a_word(text: str) -> None:
    assert values([text], "number") == [(None, None, f"v: not a number: {text}")]


def test_a_text_has_no_blanks_around_it_and_none_is_no_text() -> None:
    texts = ["a", " a\t", "a b", "", " ", "\t", None, "é ", "a\n"]

    found = [value for value, *_ in values(list(texts), "text")]

    assert found == ["a", "a", "a b", None, None, None, None, "é", "a\n"]
    assert [v for v, *_ in values(["a", "", None], "text", False)] == ["a", None, None]


def test_a_record_without_its_time_is_faulty_and_one_with_a_wrong_one_says_so() -> None:
    con = engine()
    con.execute("create table cells as from (values ('2026-11-22T10:00:00Z'), (' '), ('x')) t(c0)")
    cell = Cell(ColumnSpec("at", "timestamp"), "c0")

    assert con.execute(select_typed((cell,), "UTC", "from cells")).fetchall() == [
        (datetime(2026, 11, 22, 10), None, None),
        (None, "at: empty", None),
        (None, "at: not a time that has one reading: x", None),
    ]
