"""What the KEYs on systems say where there is nothing to say, and where a case is odd."""

from pathlib import Path
from typing import Any

import pytest

from runner.model.results import KeyFailure, KeyResult
from runner.model.values import Undefined
from tests.library.conftest import Execute

HEADERS = {
    "dependency-analysis": {"call_graph": "timestamp,source,target,calls,errors"},
    "dependency-impact-analysis": {"call_graph": "timestamp,source,target,calls,errors"},
    "risk-analysis": {
        "call_graph": "timestamp,source,target,calls,errors",
        "changes": "timestamp,service,outcome",
    },
    "degradation-analysis": {"metric_series": "timestamp,metric,value"},
    "deployment-impact-analysis": {"request_log": "timestamp,status,version"},
    "impact-analysis": {"request_log": "timestamp,status,user_id,amount"},
    "cost-analysis": {"cost_export": "timestamp,cost,service"},
    "audit-trail-analysis": {"audit_log": "timestamp,actor,action"},
    "ai-output-analysis": {"model_log": "timestamp,output"},
    "input-quality-analysis": {"model_log": "timestamp,input"},
}
CLAIMS = ("degraded", "regression", "impact", "risk_level", "costs_risen", "trail_complete")


def values(result: KeyResult | KeyFailure) -> dict[str, Any]:
    assert isinstance(result, KeyResult), result
    return {output.name: output.value for output in result.outputs}


@pytest.mark.parametrize("slug", HEADERS)
def test_a_file_without_records_is_never_a_sign_of_health(
    execute: Execute, tmp_path: Path, slug: str
) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in HEADERS[slug]}
    for name, file in files.items():
        file.write_text(HEADERS[slug][name] + "\n", "utf-8")

    found = values(execute(slug, **files))

    claims = {name: found[name] for name in CLAIMS if name in found}
    assert claims != {}
    assert all(isinstance(value, Undefined) for value in claims.values()), claims


def test_a_window_without_charges_has_no_run_rate(execute: Execute) -> None:
    found = values(execute("cost-analysis", window_start="2027-01-01T00:00:00Z"))

    assert isinstance(found["run_rate"], Undefined)
    assert isinstance(found["total_cost"], Undefined)


def test_charges_by_the_hour_leave_out_a_day_that_has_not_ended(
    execute: Execute, tmp_path: Path
) -> None:
    hours = [
        f"2026-11-{day:02d}T{hour:02d}:00:00Z,1,db" for day in range(1, 9) for hour in range(24)
    ]
    (tmp_path / "c.csv").write_text("date,cost,service\n" + "\n".join(hours[:-10]) + "\n", "utf-8")

    found = values(execute("cost-analysis", cost_export=tmp_path / "c.csv"))

    assert (found["days"], found["run_rate"]) == (7, 24)


def test_a_failure_before_the_deployment_is_told(execute: Execute, tmp_path: Path) -> None:
    rows = [
        f"2026-11-22T10:{minute:02d}:{second:02d}Z,{500 if minute >= 20 else 200},"
        f"{'v2' if minute >= 40 else 'v1'}"
        for minute in range(60)
        for second in range(0, 60, 5)
    ]
    (tmp_path / "r.csv").write_text("time,status,version\n" + "\n".join(rows) + "\n", "utf-8")

    found = values(execute("deployment-impact-analysis", request_log=tmp_path / "r.csv"))

    assert (found["regression"], found["worse_before"]) == (True, True)
