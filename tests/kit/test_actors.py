"""Who acts unlike before, and when nobody acted."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from runner import kit

START = datetime(2026, 11, 22)


def at(minutes: float) -> str:
    return f"timestamp '{START + timedelta(minutes=minutes)}'"


def event(
    minutes: float, actor: str, ip: str, failed: bool = False, privilege: bool = False
) -> str:
    flags = f"{failed}, {privilege}, {privilege}, {minutes >= 600}"
    return f"({at(minutes)}, '{actor}', '{ip}', {flags})"


@pytest.fixture
def judge(key: kit.Key) -> Any:
    def judge(*events: str) -> dict[str, dict[str, Any]]:
        names = "timestamp, actor, source_ip, failed, is_change, is_privilege, is_now"
        key.view("sides", f"from (values {', '.join(events)}) t({names})")
        key.actors("sides", "actors", 10)
        return {row["actor"]: row for row in key.rows("from actors order by rowid")}

    return judge


def usual(actor: str) -> list[str]:
    return [event(minutes, actor, "10.0.0.1") for minutes in range(0, 1200, 60)]


def test_an_actor_like_before_has_no_sign(judge: Any) -> None:
    found = judge(*usual("ann"))["ann"]
    assert [found[sign] for sign in kit.SIGNS] == [False] * 4
    assert (found["signs"], found["events"], found["new_sources"]) == (0, 20, 0)


@pytest.mark.parametrize(
    ("more", "sign"),
    [
        ([event(700, "bob", "10.0.0.1")], "is_new"),
        ([*usual("bob"), event(700, "bob", "203.0.113.9")], "has_new_source"),
        ([*usual("bob"), event(700, "bob", "10.0.0.1", privilege=True)], "first_privilege_change"),
        ([*usual("bob"), *[event(700 + n, "bob", "10.0.0.1", failed=True) for n in range(10)]],
         "fails_more"),
    ],
)  # fmt: skip
def test_each_sign_is_one_of_its_own_and_puts_the_actor_first(
    judge: Any, more: list[str], sign: str
) -> None:
    found = judge(*usual("ann"), *more)

    assert next(iter(found)) == "bob"
    assert [name for name in kit.SIGNS if found["bob"][name]] == [sign]


def test_nine_failures_or_as_many_an_hour_before_are_not_more(judge: Any) -> None:
    few = [event(700 + n, "bob", "10.0.0.1", failed=True) for n in range(9)]
    before = [event(10 + n, "eve", "10.0.0.1", failed=True) for n in range(10)]
    now = [event(700 + n, "eve", "10.0.0.1", failed=True) for n in range(10)]

    found = judge(*usual("bob"), *few, *usual("eve"), *before, *now)

    assert [row["fails_more"] for row in found.values()] == [False, False]


def test_silences_are_far_longer_than_what_is_usual(key: kit.Key) -> None:
    times = [*range(300), *range(420, 600)]
    key.view("events", f"from (values {', '.join(f'({at(n)})' for n in times)}) t(timestamp)")

    assert key.rows(key.silences("events")) == [
        {"since": START + timedelta(minutes=299), "until": START + timedelta(minutes=420),
         "minutes": 121.0}
    ]  # fmt: skip
    assert key.rows(key.silences("events", 200)) == []
