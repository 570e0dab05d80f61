"""What the macros of the engine make of the words of others."""

from pathlib import Path
from typing import Any

import pytest

from runner.kit.engine import connect


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return connect(Path(tmp_path_factory.mktemp("scratch")), 500_000_000)


def value(con: Any, expression: str, *given: Any) -> Any:
    return con.execute(f"select {expression}", list(given)).fetchall()[0][0]


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("SUCCESS", "succeeded"),
        ("completed", "succeeded"),
        ("complete", "succeeded"),
        ("Done", "succeeded"),
        ("FAILED", "failed"),
        ("timed out", "failed"),
        ("TIMED_OUT", "failed"),
        ("dead", "failed"),
        ("error", "failed"),
        ("completed_with_errors", "failed"),
        ("cancelled", "cancelled"),
        ("Skipped", "cancelled"),
        ("in-progress", "running"),
        ("started", "running"),
        ("queued", "waiting"),
        ("retrying", "waiting"),
        ("purple", None),
        (None, None),
    ],
)
def test_a_status_tells_how_a_job_ended(con: Any, status: str | None, ending: str | None) -> None:
    assert value(con, "kit_ending(?::varchar)", status) == ending


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Net::ReadTimeout with #<TCPSocket>", "timeout"),
        ("context deadline exceeded", "timeout"),
        ("HTTP 429 Too Many Requests", "rate limit"),
        ("Worker killed: out of memory", "resource"),
        ("403 Forbidden", "permission"),
        ("Access denied for user", "permission"),
        ("ECONNREFUSED 10.0.0.1:5432", "connection"),
        ("502 Bad Gateway", "connection"),
        ("ValidationError: email is invalid", "data"),
        ("duplicate key value violates unique constraint", "data"),
        ("NoMethodError: undefined method", "code"),
        ("purple", "other"),
        (None, "other"),
    ],
)
def test_an_error_tells_its_kind(con: Any, error: str | None, kind: str) -> None:
    assert value(con, "kit_failure(?::varchar)", error) == kind


@pytest.mark.parametrize(
    ("state", "message", "kind"),
    [
        ("40P01", "deadlock detected", "deadlock"),
        (None, "deadlock detected", "deadlock"),
        ("00000", "process 12 still waiting for ShareLock on transaction 7", "lock wait"),
        ("00000", "process 12 acquired ShareLock on transaction 7 after 5 ms", None),
        ("53300", "sorry, too many clients already", "refused"),
        (None, "remaining connection slots are reserved", "refused"),
        ("28P01", 'password authentication failed for user "app"', "failed login"),
        ("57014", "canceling statement due to statement timeout", "cancelled"),
        ("53100", "could not extend file", "resource"),
        ("58030", 'could not write to file "x": No space left on device', "resource"),
        ("00000", 'temporary file: path "base/pgsql_tmp/1", size 5', "temporary file"),
        ("00000", "checkpoint starting: time", "checkpoint"),
        ("00000", "checkpoint complete: wrote 5 buffers", None),
        ("00000", 'automatic vacuum of table "a.b.c": index scans: 0', "vacuum"),
        ("00000", 'automatic aggressive vacuum of table "a.b.c": index scans: 0', "vacuum"),
        ("00000", 'automatic analyze of table "a.b.c"', None),
        ("01000", 'database "a" must be vacuumed within 177009986 transactions', "wraparound"),
        ("00000", "server process (PID 5) was terminated by signal 9: Killed", "crash"),
    ],
)
def test_a_server_entry_tells_its_kind(
    con: Any, state: str | None, message: str, kind: str | None
) -> None:
    assert value(con, "kit_server_entry(?::varchar, ?)", state, message) == kind


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("20.00", "usd", 2000), ("500", "JPY", 500), ("1.234", "kwd", 1234), ("20", None, 2000)],
)
def test_amounts_are_counted_in_the_smallest_unit(
    con: Any, amount: str, currency: str | None, units: int
) -> None:
    expression = "kit_smallest_unit(?::decimal(38, 9), ?::varchar)"
    assert value(con, expression, amount, currency) == units


def test_a_record_without_a_level_is_as_bad_as_its_status(con: Any) -> None:
    found = [
        value(con, "kit_severity(?::varchar, ?::integer)", *given)
        for given in (("warn", 500), (None, 500), (None, 204), ("purple", 503), (None, None))
    ]

    assert found == ["warning", "error", "info", "error", None]


def test_what_passes_by_itself_can_be_replayed(con: Any) -> None:
    kinds = ("timeout", "connection", "rate limit", "resource", "permission", "data", "code")

    assert [value(con, "kit_passes(?::varchar)", kind) for kind in kinds] == [True] * 4 + [
        False
    ] * 3
