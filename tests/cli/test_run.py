"""`runbook run` on the shipped runbook: real kernels, real files."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_containment import library

SAMPLES = Path(__file__).parents[2] / "jupyter-keys/webhook-event-analysis/samples"
Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.kernel


def run_folder(output: str) -> Path:
    found = re.search(r"^evidence +(.+)$", output, re.M)
    assert found is not None, output
    return Path(found[1])


@pytest.mark.parametrize(
    ("sample", "exit_code", "headline", "actions"),
    [
        ("healthy-day", 0, "HEALTHY", []),
        ("signature-incident", 10, "ACTIONS RECOMMENDED", ["1"]),
        ("mixed-timeouts", 10, "ACTIONS RECOMMENDED", ["2", "3"]),
        ("outage", 11, "ESCALATE", []),
        ("header-only", 5, "INCONCLUSIVE", []),
    ],
)
def test_three_days_and_two_oddities_lead_to_different_outcomes(
    runbook: Runbook, sample: str, exit_code: int, headline: str, actions: list[str]
) -> None:
    ended = runbook("run", "webhook-failures", "-i", str(SAMPLES / f"{sample}.csv"))
    assert ended.returncode == exit_code, ended.stderr
    assert headline in ended.stdout
    called_for = re.findall(r"^  Action (\d+)  ", ended.stdout, re.M)
    assert called_for == actions
    assert (run_folder(ended.stdout) / "report.html").is_file()


def test_everything_that_a_run_says_is_in_its_evidence(runbook: Runbook) -> None:
    ended = runbook("run", "webhook-failures", "-i", str(SAMPLES / "signature-incident.csv"))
    folder = run_folder(ended.stdout)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"journal.jsonl", "runbook.md", "manifest.json", "SHA256SUMS", "report.html"} <= names
    assert "contracts/webhook-event-analysis.json" in names
    assert "inputs/webhook_log/signature-incident.csv" in names
    assert any(name.endswith("notebook.ipynb") for name in names)
    checked = subprocess.run(
        ["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert runbook("evidence", "verify", folder.name).returncode == 0


def test_json_is_one_document_with_the_outcome(runbook: Runbook) -> None:
    ended = runbook("run", "webhook-failures", "-i", str(SAMPLES / "healthy-day.csv"), "--json")
    told = json.loads(ended.stdout)
    assert (told["outcome"], told["exit_code"], ended.returncode) == ("healthy", 0, 0)


def test_jsonl_is_the_journal_line_by_line(runbook: Runbook) -> None:
    ended = runbook(
        "run", "webhook-failures", "-i", str(SAMPLES / "healthy-day.csv"), "--format", "jsonl"
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    kinds = [line["event"]["is"] for line in lines if line["is"] == "JournalEntry"]
    assert {line["is"] for line in lines} == {"JournalEntry", "Progress"}
    assert kinds[0] == "RunStarted"
    assert kinds[-1] == "RunFinished"
    assert kinds.index("KeyStarted") < kinds.index("KeyFinished") < kinds.index(
        "BranchDecided"
    ) or ("KeyFinished" in kinds)


def test_exit_zero_hides_the_outcome_only_from_the_caller(runbook: Runbook) -> None:
    sample = str(SAMPLES / "signature-incident.csv")
    ended = runbook("run", "webhook-failures", "-i", sample, "--exit-zero")
    assert ended.returncode == 0
    assert "ACTIONS RECOMMENDED" in ended.stdout


def test_an_answer_given_ahead_is_recorded_as_given_ahead(runbook: Runbook) -> None:
    sample = str(SAMPLES / "signature-incident.csv")
    ended = runbook("run", "webhook-failures", "-i", sample, "--answer", "2=it answers 404")
    assert "Deployment Failure Runbook" in ended.stdout
    assert "given ahead" in runbook("report").stdout


def test_standard_input_is_an_input_like_any_other(runbook: Runbook) -> None:
    text = (SAMPLES / "healthy-day.csv").read_text()
    ended = runbook("run", "webhook-failures", "-i", "-", stdin=text)
    assert ended.returncode == 0, ended.stderr
    assert (run_folder(ended.stdout) / "inputs/webhook_log/stdin").read_text() == text


def test_standard_input_of_the_wrong_shape_ends_on_record_before_a_cell_runs(
    runbook: Runbook,
) -> None:
    ended = runbook("run", "webhook-failures", "-i", "-", stdin="a,b\n1,2\n")
    assert ended.returncode == 3
    assert "stdin has no column timestamp" in ended.stderr
    (row,) = json.loads(runbook("history", "--json").stdout)
    assert (row["standing"], row["exit_code"]) == ("failed", 3)


def test_a_part_of_the_runbook_runs_and_says_what_it_left_out(runbook: Runbook) -> None:
    sample = str(SAMPLES / "healthy-day.csv")
    ended = runbook(
        "run", "webhook-failures", "-i", sample, "--from-step", "3", "--until-step", "3"
    )
    assert ended.returncode == 0
    assert "before the start of this run" in ended.stdout
    assert "Step 4" not in ended.stdout.split("HEALTHY")[0]


LOUD = """
import sys, time
print("reading", flush=True)
time.sleep(0.3)
for n in range(20_000):
    print(n, flush=True)
"""


def test_jsonl_says_how_far_a_key_is_and_what_it_prints(runbook: Runbook, tmp_path: Path) -> None:
    folder = library(tmp_path / "lib", LOUD, "print('the last words'); publish(count=1)")
    ended = runbook("run", "toy", "--unattended", "--format", "jsonl", cwd=folder)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    told = [line for line in lines if line["is"] == "Progress"]
    assert ended.returncode == 0, ended.stderr
    assert [one["cell"] for one in told] == sorted(one["cell"] for one in told)
    assert {(one["cell"], one["cells"]) for one in told} >= {(3, 4), (4, 4)}
    assert "reading" in [one["tail"] for one in told]
    printed = sum(len(one["printed"]) + one["cut"] for one in told)
    everything = sum(len(f"{n}\n") for n in range(20_000)) + len("reading\nthe last words\n")
    dropped = sum(one["dropped"] for one in told)
    assert printed == everything if not dropped else printed < everything
    assert told[-1]["printed"] == "the last words\n"


def test_a_key_that_knows_a_secret_shows_no_output_while_it_runs(
    runbook: Runbook, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["TOKEN"] = "hunter2-hunter2"
    folder = library(
        tmp_path / "lib", "print('hello', flush=True); publish(count=1)", secrets=("t",)
    )
    ended = runbook(
        "run", "toy", "--unattended", "--format", "jsonl", "--secret", "t=TOKEN", cwd=folder
    )
    told = [line for line in map(json.loads, ended.stdout.splitlines()) if line["is"] == "Progress"]
    assert told
    assert {(one["tail"], one["printed"], one["cut"]) for one in told} == {("", "", 0)}
