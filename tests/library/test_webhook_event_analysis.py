import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jupytext
import pytest

from runner.model.contract_decoder import decode_contract
from runner.model.result_file import PublishedResult, decode_result
from runner.model.values import Undefined

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "jupyter-keys" / "webhook-event-analysis"
NOTEBOOK = FOLDER / "webhook-event-analysis.ipynb"
SAMPLES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("samples/*.json"))
CONTRACT, _ = decode_contract((FOLDER / "key.json").read_text("utf-8"))
TYPED = "timestamp,event_type,http_status,error\n"

Run = Callable[..., PublishedResult]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Executes the notebook's cells with these parameters and reads the result file."""
    monkeypatch.setenv("RUNBOOK_KEY_DIR", str(FOLDER))
    monkeypatch.setenv("RUNBOOK_OUTPUT_DIR", str(tmp_path / "out"))
    monkeypatch.chdir(tmp_path)

    def execute(log: Path | str, threads: int = 0, **parameters: Any) -> PublishedResult:
        names: dict[str, Any] = {}
        for cell in jupytext.read(NOTEBOOK).cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
            if threads and "key" in names:
                names["key"].connection.execute(f"set threads = {threads}")
            if "parameters" in cell.metadata.get("tags", []):
                names.update(webhook_log=str(log), **parameters)
        return published(tmp_path)

    return execute


def published(tmp_path: Path) -> PublishedResult:
    assert CONTRACT is not None
    text = (tmp_path / "out" / "result.json").read_text("utf-8")
    result, problems = decode_result(text, CONTRACT)
    assert problems == ()
    assert result is not None
    return result


def values(result: PublishedResult) -> dict[str, Any]:
    return {output.name: output.value for output in result.outputs}


def same(value: object, wanted: object) -> bool:
    if wanted is None:
        return isinstance(value, Undefined)
    if isinstance(value, Decimal):
        return value == Decimal(str(wanted))
    return value == (datetime.fromisoformat(str(wanted)) if isinstance(value, datetime) else wanted)


KINDS = ("signature", "timeout", "processing", "connection", "other")


@pytest.mark.parametrize(
    ("sample", "began"),
    [("signature-incident", "2026-11-22T14:12Z"), ("mixed-timeouts", "2026-11-22T19:00Z")],
)
def test_the_beginning_is_found_within_ten_minutes(run: Run, sample: str, began: str) -> None:
    found = values(run(FOLDER / "samples" / f"{sample}.csv"))["failures_began_at"]

    assert abs(found - datetime.fromisoformat(began)) <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("400", "signature_verification_failed: timeout tolerance", "signature"),
        ("0", "timeout: request timed out after 20000ms", "timeout"),
        ("200", "", None),
        ("204", "timed out", None),
        ("0", "", "timeout"),
        ("408", "", "timeout"),
        ("504", "", "timeout"),
        ("500", "context deadline exceeded", "timeout"),
        ("500", "database connection refused", "processing"),
        ("503", "", "processing"),
        ("422", "processing_error", "processing"),
        ("0", "connection_refused", "connection"),
        ("", "", "connection"),
        ("", "TLS handshake", "connection"),
        ("302", "", "other"),
        ("404", "not_found", "other"),
    ],
)
def test_each_failure_is_of_one_kind(
    run: Run, tmp_path: Path, status: str, error: str, kind: str | None
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f"{TYPED}2026-11-22T10:00:00Z,invoice.paid,{status},{error}\n")

    found = values(run(log))

    assert [name for name in KINDS if found[f"{name}_errors"]] == ([kind] if kind else [])


def test_a_window_without_deliveries_has_no_success_rate(run: Run) -> None:
    result = run(FOLDER / "samples" / "healthy-day.csv", window_start="2026-11-23T00:00:00Z")

    found = values(result)
    assert found["delivery_success_rate"] == Undefined("no deliveries in the window")
    assert (found["events"], result.data_from, result.data_to) == (0, None, None)


def test_a_window_leaves_out_what_is_not_in_it(run: Run) -> None:
    log = FOLDER / "samples" / "signature-incident.csv"

    result = run(
        log,
        window_start="2026-11-22 13:00",
        window_end="2026-11-22T15:00:00+01:00",
        timezone="Europe/Berlin",
    )

    assert str(result.data_from) >= "2026-11-22 12:00:00"
    assert str(result.data_to) < "2026-11-22 14:00:00"
    assert values(result)["failed_deliveries"] == 0


@pytest.mark.kernel
def test_papermill_alone_runs_it_from_the_root_of_the_repository(tmp_path: Path) -> None:
    papermill = Path(sys.executable).with_name("papermill")
    log = FOLDER.relative_to(ROOT) / "samples" / "healthy-day.csv"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUNBOOK_")}

    subprocess.run(
        [papermill, NOTEBOOK.relative_to(ROOT), tmp_path / "out.ipynb", "-p", "webhook_log", log],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        timeout=100,
    )

    bundles = [
        output["data"]
        for cell in json.loads((tmp_path / "out.ipynb").read_text("utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    scraps = [
        b["application/scrapbook.scrap.json+json"]
        for b in bundles
        if len(b) == 1 and "application/scrapbook.scrap.json+json" in b
    ]
    assert {scrap["name"]: scrap["data"] for scrap in scraps}["events"] == 2013
    charts = [bundle for bundle in bundles if "image/svg+xml" in bundle]
    drawn = [chart["application/vnd.vegalite.v5+json"]["mark"]["type"] for chart in charts]
    assert drawn == ["bar", "bar"]  # what Jupyter draws before the notebook is trusted
