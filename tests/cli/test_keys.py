"""`runbook keys` and `run --sample`."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import InvalidInput
from runner.runs.sample_run import load_sample

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
KEY = "jupyter-webhook-event-analysis"
SAMPLES = Path(__file__).parents[2] / "jupyter-keys/webhook-event-analysis/samples"


def test_keys_are_listed_with_what_they_answer(runbook: Runbook) -> None:
    listed = runbook("keys", "list")
    assert f"{KEY} " in listed.stdout
    found = {one["key"]: one for one in json.loads(runbook("keys", "list", "--json").stdout)}
    assert "When did failures start?" in found[KEY]["questions"]


def test_a_key_is_shown_with_the_names_that_conditions_may_use(runbook: Runbook) -> None:
    shown = runbook("keys", "show", "webhook-event-analysis").stdout
    assert "Input webhook_log: webhook delivery log (csv, " in shown
    assert "“Delivery success rate”, “Success Rate”" in shown
    assert f"Try it: runbook keys run {KEY} -i webhook_log=FILE" in shown


def test_a_name_that_is_no_key_is_refused_with_close_ones(runbook: Runbook) -> None:
    refused = runbook("keys", "show", "webhook-event-analyses")
    assert refused.returncode == 2
    assert f"did you mean {KEY}" in refused.stderr


@pytest.mark.kernel
def test_a_key_runs_by_itself_and_keeps_its_results_where_it_is_told(
    runbook: Runbook, tmp_path: Path
) -> None:
    log = SAMPLES / "healthy-day.csv"
    ended = runbook("keys", "run", KEY, "-i", str(log), "--output", str(tmp_path / "kept"))
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^  Deliveries +2,013$", ended.stdout, re.M)
    assert (tmp_path / "kept/keys/step-1.1.1/attempt-1/outputs/result.json").is_file()
    again = runbook("keys", "run", KEY, "-i", str(log), "--output", str(tmp_path / "kept"))
    assert again.returncode == 2
    assert "cannot be made" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 3, "input webhook_log is missing"),
        (("-i", "log=x.csv"), 2, "has no input 'log'"),
        (("-i", "nothing.csv"), 3, "is not there"),
        (("-i", "runbooks/webhook-failures.md"), 3, "has no column"),
        (("-i", str(SAMPLES / "outage.csv"), "-p", "zone=UTC"), 3, "has no parameter 'zone'"),
    ],
)
def test_what_cannot_be_run_is_refused(
    runbook: Runbook, arguments: tuple[str, ...], code: int, said: str
) -> None:
    refused = runbook("keys", "run", KEY, *arguments)
    assert (refused.returncode, said in refused.stderr) == (code, True), refused.stderr


@pytest.mark.kernel
def test_samples_that_are_not_met_are_told(runbook: Runbook, tmp_path: Path) -> None:
    runbook("keys", "new", "order-errors", cwd=tmp_path)
    assert runbook("keys", "test", "order-errors", cwd=tmp_path).returncode == 0
    file = tmp_path / "jupyter-keys/order-errors/samples/records.expected.json"
    file.write_text('{"outputs": {"record_count": 5, "failure_rate": null}}')
    tested = runbook("keys", "test", "order-errors", cwd=tmp_path)
    assert tested.returncode == 1
    assert "record_count: 4, expected 5" in tested.stdout
    assert "failure_rate: 0.25, expected undefined" in tested.stdout


@pytest.mark.kernel
def test_a_runbook_shows_itself_on_its_sample(runbook: Runbook) -> None:
    ended = runbook("run", "webhook-failures", "--sample", "--json")
    assert ended.returncode == 10, ended.stderr
    assert json.loads(ended.stdout)["run"]["as_of"] == "2026-11-23T00:00:00+00:00"
    assert "the sample is of 2026-11-23 00:00 UTC" in ended.stderr
    assert "2026-11-23 00:00:00 UTC, the time of the sample" in runbook("report").stdout
    assert runbook("run", "webhook-failures", "--sample", "-p", "x=1").returncode == 3


@pytest.mark.kernel
def test_the_clock_of_a_sample_is_not_that_of_a_file_that_is_given(runbook: Runbook) -> None:
    log = f"webhook_log={SAMPLES / 'healthy-day.csv'}"
    ended = runbook("run", "webhook-failures", "--sample", "-i", log, "--json")
    assert json.loads(ended.stdout)["run"]["as_of"] is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("as_of = 2026-11-22T18:00:00", "as_of is no time with an offset"),
        ("as_of = 'today'", "as_of is no time with an offset"),
        ("[times]", "it has times; known: as_of, inputs, parameters, answers"),
    ],
)
def test_a_sample_that_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.sample.toml").write_text(text, "utf-8")

    with pytest.raises(InvalidInput, match=why):
        load_sample(tmp_path / "a.md")


def test_a_runbook_without_a_sample_says_so(runbook: Runbook, tmp_path: Path) -> None:
    runbook("new", "runbook", "order-errors", cwd=tmp_path)
    refused = runbook("run", "order-errors", "--sample", cwd=tmp_path)
    assert refused.returncode == 2
    assert "order-errors.md has no sample" in refused.stderr


OTHER_NAMES = {"timestamp": "happened", "http_status": "code"}


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """The sample of the webhook KEY with other names in its first line."""
    head, rest = (SAMPLES / "healthy-day.csv").read_text("utf-8").split("\n", 1)
    for old, new in OTHER_NAMES.items():
        head = head.replace(old, new)
    (tmp_path / "renamed.csv").write_text(f"{head}\n{rest}", "utf-8")
    return tmp_path / "renamed.csv"


@pytest.mark.kernel
def test_a_file_with_other_names_is_read_by_the_names_that_are_told(
    runbook: Runbook, renamed: Path
) -> None:
    told = ",".join(f"{column}={found}" for column, found in OTHER_NAMES.items())
    key = ("keys", "run", "webhook-event-analysis", "-i", str(renamed), "--json")
    assert "no column timestamp" in runbook(*key).stderr

    ended = runbook(*key, "-p", f"columns={told}")
    assert json.loads(ended.stdout)["outputs"]["events"] == "2013"

    whole = runbook(
        *("run", "webhook-failures", "-i", f"webhook_log={renamed}"),
        *("-p", f"columns={told}", "--unattended", "--json"),
    )
    outputs = [key["outputs"] for step in json.loads(whole.stdout)["steps"] for key in step["keys"]]
    assert outputs[0]["events"]["value"] == "2013"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            "timestmp=happened",
            "parameter 'columns': `timestmp` is no column; did you mean timestamp?",
        ),
        ("timestamp=hapened", "no column hapened for timestamp (did you mean happened?)"),
        ("timestamp", "parameter 'columns' takes a columns, given 'timestamp'"),
    ],
)
@pytest.mark.parametrize("words", [("keys", "run", "webhook-event-analysis"),
                                   ("run", "webhook-failures", "--unattended")])  # fmt: skip
def test_columns_that_are_told_wrong_are_refused_before_a_kernel_starts(
    runbook: Runbook, renamed: Path, words: tuple[str, ...], told: str, why: str
) -> None:
    given = (*words, "-i", f"webhook_log={renamed}", "-p", f"columns={told}")

    ended = runbook(*given)

    assert ended.returncode == 3
    assert why in ended.stderr
