import json
import math
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner import kit

LOG = "timestamp,event_type,status\n2026-11-22T10:00:00Z,paid,200\n2026-11-22T11:30:00Z,paid,500\n"


def result(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    return found


def test_every_publish_writes_all_that_was_published(key: kit.Key, tmp_path: Path) -> None:
    Path("log.csv").write_text(LOG)
    key.load("log", "log.csv")
    key.publish(events=2)
    key.publish(rate=Decimal("0.5"))

    assert result(tmp_path) == {
        "format": 1,
        "key": "jupyter-delivery-log",
        "outputs": {"events": 2, "rate": 0.5},
        "data_from": "2026-11-22T10:00:00+00:00",
        "data_to": "2026-11-22T11:30:00+00:00",
        "warnings": [],
        "inputs": {"log": {"rows_read": 2, "rows_bad": 0}},
    }
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["result.json"]


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf, Decimal("NaN")])
def test_no_value_of_a_nullable_output_is_undefined(
    key: kit.Key, tmp_path: Path, nothing: Any
) -> None:
    key.publish(rate=nothing)

    assert list(result(tmp_path)["outputs"]["rate"]) == ["undefined"]


def test_the_notebook_may_say_why_there_is_no_value(key: kit.Key, tmp_path: Path) -> None:
    key.publish(rate=kit.undefined("the export has no status"))

    assert result(tmp_path)["outputs"]["rate"] == {"undefined": "the export has no status"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"evnts": 1}, "`evnts` is not an output in the key.json of jupyter-delivery-log; did you"),
        ({"events": -1}, "output `events` must not be negative, found -1"),
        ({"events": None}, "output `events` is null, and the contract says it always has a value"),
        ({"events": True}, "output `events` must be a number (count), found bool 'True'"),
        ({"events": [1]}, "a value of type list cannot be published"),
        ({"rate": 95}, "output `rate` must be a ratio between 0 and 1, found 95"),
        ({"by_type": 1}, "output `by_type` is published by key.table(…)"),
    ],
)
def test_a_value_that_breaks_the_contract_stops_the_notebook(
    key: kit.Key, tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(kit.KitMisuse) as misuse:
        key.publish(**values)

    assert str(misuse.value).startswith(message)
    assert not (tmp_path / "out").exists()


def test_times_are_published_in_utc(key: kit.Key, tmp_path: Path) -> None:
    key.publish(since=datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=2))))
    assert result(tmp_path)["outputs"]["since"] == "2026-11-22T08:00:00+00:00"

    key.publish(since=datetime(2026, 11, 22, 10))
    assert result(tmp_path)["outputs"]["since"] == "2026-11-22T10:00:00+00:00"


def test_a_table_is_parquet_with_its_first_rows_as_text(key: kit.Key, tmp_path: Path) -> None:
    key.table("by_type", [{"event_type": f"t{n:03d}", "share": n / 8} for n in range(60)])

    table = result(tmp_path)["outputs"]["by_type"]["table"]
    assert table["columns"] == ["event_type", "share"]
    assert (table["row_count"], len(table["rows"])) == (60, 50)
    assert table["rows"][3] == ["t003", "0.375"]
    rows = key.sql(f"from '{tmp_path / 'out' / table['file']}'").fetchall()
    assert rows[59] == ("t059", 7.375)


def test_a_chart_is_svg_in_utc_beside_its_vega_lite(
    key: kit.Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    rows = key.sql("select timestamp '2026-11-22 10:00' as hour, 3 as failures, 'x' as kind")

    key.chart("over_time", kit.bars(rows, "hour", "failures", stack="kind"), "Failures")

    chart = result(tmp_path)["outputs"]["over_time"]["chart"]
    svg = (tmp_path / "out" / chart["file"]).read_text("utf-8")
    spec = json.loads((tmp_path / "out" / "charts" / "over_time.vl.json").read_text("utf-8"))
    assert chart == {"file": "charts/over_time.svg", "caption": "Failures"}
    assert svg.startswith("<svg")
    assert "<script" not in svg
    assert spec["data"]["values"] == [{"hour": "2026-11-22T10:00:00Z", "failures": 3, "kind": "x"}]
    assert spec["encoding"]["x"]["scale"] == {"type": "utc"}


def test_without_an_output_folder_nothing_is_written(
    key: kit.Key,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("RUNBOOK_OUTPUT_DIR")

    kit.open_key("jupyter-delivery-log").publish(events=2)

    assert "Events  2" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_the_contract_is_found_in_a_library_above(
    key: kit.Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNBOOK_KEY_DIR")
    (tmp_path / "jupyter-keys").mkdir()
    (tmp_path / "key").rename(tmp_path / "jupyter-keys" / "delivery-log")
    (tmp_path / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "down")

    assert kit.open_key("jupyter-delivery-log").folder == tmp_path / "jupyter-keys" / "delivery-log"
    assert kit.open_key("jupyter-webhook-event-analysis").contract.title
    with pytest.raises(kit.KitMisuse, match=r"no key\.json for jupyter-unheard-of"):
        kit.open_key("jupyter-unheard-of")


def test_a_parameter_of_a_query_is_a_value_and_never_sql(key: kit.Key) -> None:
    assert key.row("select $name as name", name="'; drop table log") == {
        "name": "'; drop table log"
    }
    with pytest.raises(kit.KitMisuse, match="several rows where one is wanted"):
        key.row("from range(3)")


def test_importing_the_kit_loads_no_engine_and_no_notebook_machinery() -> None:
    code = "import sys; from runner import kit; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    heavy = {"duckdb", "IPython", "pandas", "numpy", "pyarrow", "papermill"}
    assert not heavy & set(done.stdout.split())


def test_findings_are_a_table_and_none_are_an_empty_one(key: kit.Key, tmp_path: Path) -> None:
    key.findings(
        ("Queries are slow", datetime(2026, 11, 22, 11), "p95 is 4 x", "the top query"), None
    )
    rows = table_of(tmp_path, "findings")["rows"]
    key.findings(None)

    assert rows == [["Queries are slow", "2026-11-22 11:00:00", "p95 is 4 x", "the top query"]]
    empty = table_of(tmp_path, "findings")
    assert (empty["row_count"], empty["columns"]) == (
        0,
        ["finding", "since", "how_bad", "look_at_next"],
    )


def table_of(tmp_path: Path, name: str) -> Any:
    return json.loads((tmp_path / "out" / "result.json").read_text())["outputs"][name]["table"]


def test_each_named_select_is_a_table(key: kit.Key) -> None:
    key.tables(by_type="select 'paid' as type", findings="select 1 as n union select 2 order by n")

    result = json.loads(Path("out/result.json").read_text("utf-8"))
    assert result["outputs"]["by_type"]["table"]["rows"] == [["paid"]]
    assert result["outputs"]["findings"]["table"]["row_count"] == 2


def test_rows_come_by_column_name(key: kit.Key) -> None:
    query = "select n, n > $least as more from range(2) t(n) order by n"
    assert key.rows(query, least=0) == [{"n": 0, "more": False}, {"n": 1, "more": True}]
    assert key.rows(key.sql("select 7 as n")) == [{"n": 7}]


@pytest.mark.parametrize(
    ("at", "flags"),
    [
        (datetime(2026, 11, 22, 10), [False, True]),
        (datetime(2026, 11, 22, 11, tzinfo=timezone(timedelta(hours=1))), [False, True]),
        (None, [None, None]),
    ],
)
def test_a_table_is_split_at_a_time(
    key: kit.Key, at: datetime | None, flags: list[bool | None]
) -> None:
    times = "(values (timestamp '2026-11-22 09:59:59'), ('2026-11-22 10:00:00')) t(timestamp)"
    key.view("times", f"from {times}")

    key.split("times", at, "sides", "is_after")

    found = key.rows("select is_after from sides order by timestamp")
    assert [row["is_after"] for row in found] == flags
