"""A loaded input kept as Parquet is what loading the file again would give, or it is not used."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from runner import kit

HEADER = "timestamp,event_type,status,seconds,note\n"
GOOD = "2026-11-22T10:00:{:02d}Z,paid,200,0.123456789,é\n"
LOG = HEADER + "".join(GOOD.format(n) for n in range(30))
BAD = (
    LOG + "never,paid,200,1,\n2026-11-22T10:01:00Z,paid,x,1,\n2026-11-22T10:02:00Z,paid,200,soon,\n"
)
VARIABLE = "RUNBOOK_KEPT_TABLES"
DIGEST = "sha256:1"
KEPT = Path("out/loaded")


def ask(monkeypatch: pytest.MonkeyPatch, what: str, name: str, path: str, **more: str) -> None:
    told = {"path": path, "digest": DIGEST, **more}
    monkeypatch.setenv(VARIABLE, json.dumps({what: {name: told}}))


def keep(key: kit.Key, monkeypatch: pytest.MonkeyPatch, name: str, text: str, **how: Any) -> Any:
    Path("log.file").write_text(text)
    ask(monkeypatch, "keep", name, "log.file")
    return key.load(name, "log.file", **how)


def again(key: kit.Key, monkeypatch: pytest.MonkeyPatch, name: str, **how: Any) -> Any:
    """Load the file once more, of which only what was kept is left to read."""
    Path("log.file").write_text("nothing that could be loaded\0")
    ask(monkeypatch, "have", name, "log.file", table=str(KEPT.absolute() / f"{name}.parquet"))
    return key.load(name, "log.file", **how)


def rows(key: kit.Key, name: str) -> list[Any]:
    found: list[Any] = key.sql(f"from {name}").fetchall()
    return found


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        ("log", LOG, {}),
        ("log", BAD, {}),
        ("log", BAD, {"between": ("2026-11-22T10:00:05Z", "2026-11-22T10:00:09Z")}),
        ("log", LOG.replace("Z,", ","), {"timezone": "Europe/Berlin"}),
        ("lines", "first\n\nthird\n", {}),
        ("any_table", "a,b\n1,2\n3,\n", {}),
        ("any_table", "a,at\n1,2026-11-22T10:00:00Z\n", {"time": "at"}),
    ],
)
def test_what_was_kept_gives_the_same_table_counts_and_rejects(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch, name: str, text: str, how: Any
) -> None:
    loaded = keep(key, monkeypatch, name, text, **how)
    first, bounds = rows(key, name), key._bounds.get(name)
    types = key.connection.execute(f"describe kit_loaded_{name}").fetchall()

    assert again(key, monkeypatch, name, **how) == loaded
    assert rows(key, name) == first
    assert key._bounds.get(name) == bounds
    assert key.connection.execute(f"describe kit_loaded_{name}").fetchall() == types


@pytest.mark.parametrize("name", ["log", "lines"])
@pytest.mark.parametrize("first_many", [True, False])
def test_many_rows_that_were_kept_stay_in_a_file_and_are_the_same(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch, name: str, first_many: bool
) -> None:
    if first_many:
        monkeypatch.setattr("runner.kit.rows.LARGE_BYTES", 1)
    loaded = keep(key, monkeypatch, name, BAD)
    asked = f"select *, rowid as place from kit_loaded_{name}"
    first, every = rows(key, name), key.connection.execute(asked).fetchall()
    monkeypatch.setattr("runner.kit.rows.LARGE_BYTES", 1)
    kept = KEPT / f"{name}.parquet"
    for _ in range(2):
        assert again(key, monkeypatch, name) == loaded
        kept.rename("elsewhere")
        assert rows(key, name) == first
        found = key.connection.execute(f"select * exclude rowid, rowid from kit_loaded_{name}")
        assert found.fetchall() == [row[: len(found.description) - 1] + row[-1:] for row in every]
        assert len(list(key._scratch.glob(f"rows-kit_loaded_{name}-*"))) == 1
        Path("elsewhere").rename(kept)


def test_the_kept_table_has_every_record_whatever_the_window_was(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(key, monkeypatch, "log", BAD, between=("2026-11-22T10:00:05Z", "2026-11-22T10:00:09Z"))
    again(key, monkeypatch, "log")
    assert len(rows(key, "log")) == 31


def test_its_checksum_stands_beside_it(key: kit.Key, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(key, monkeypatch, "log", LOG)
    digest = hashlib.sha256((KEPT / "log.parquet").read_bytes()).hexdigest()
    assert (KEPT / "log.parquet.sha256").read_text() == f"{digest}  log.parquet\n"


@pytest.mark.parametrize(
    "how",
    [{"timezone": "Europe/Berlin"}, {"year": 2026}],
    ids=lambda how: next(iter(how)),
)
def test_another_way_to_load_reads_the_file(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch, how: Any
) -> None:
    keep(key, monkeypatch, "log", LOG)
    with pytest.raises(kit.InputRefused):
        again(key, monkeypatch, "log", **how)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda asked, file: asked.update(digest="sha256:2"), id="another file"),
        pytest.param(lambda asked, file: asked.update(path="other"), id="not what was handed over"),
        pytest.param(lambda asked, file: file.unlink(), id="gone"),
        pytest.param(lambda asked, file: file.write_bytes(b"PAR1"), id="cut off"),
        pytest.param(lambda asked, file: file.write_text("a,b\n"), id="no Parquet"),
    ],
)
def test_what_does_not_fit_is_not_used(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    loaded = keep(key, monkeypatch, "log", LOG)
    asked = {"path": "log.file", "digest": DIGEST, "table": str(KEPT / "log.parquet")}
    change(asked, KEPT / "log.parquet")
    monkeypatch.setenv(VARIABLE, json.dumps({"have": {"log": asked}}))
    Path("log.file").write_text(LOG + GOOD.format(59))
    assert key.load("log", "log.file").rows_read == loaded.rows_read + 1


def test_what_other_code_has_loaded_is_not_used(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runner.kit import kept_tables

    keep(key, monkeypatch, "log", LOG)
    monkeypatch.setattr(kept_tables, "_loader", lambda: "another")
    with pytest.raises(kit.InputRefused):
        again(key, monkeypatch, "log")


@pytest.mark.parametrize("told", [None, "{}", "no JSON", "[]", '{"keep": {"log": 7}}'])
def test_nothing_is_kept_where_nobody_asks(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    if told is not None:
        monkeypatch.setenv(VARIABLE, told)
    Path("log.file").write_text(LOG)
    assert key.load("log", "log.file").rows_read == 30
    assert not KEPT.exists()


def test_a_table_that_cannot_be_written_is_left_out(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("a file stands where the folder would be")
    assert keep(key, monkeypatch, "log", LOG).rows_read == 30
    assert len(rows(key, "log")) == 30
