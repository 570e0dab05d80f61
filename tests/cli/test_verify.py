"""`runbook verify` on the shipped runbook: real kernels, and exports of the last hour."""

import csv
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import DEVNULL
from xml.etree.ElementTree import parse

import pytest

SAMPLES = Path(__file__).parents[2] / "jupyter-keys/webhook-event-analysis/samples"
Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
VERIFY = ("verify", "webhook-failures", "--horizon", "ongoing")


def of_the_last_hour(sample: str, folder: Path) -> str:
    """A sample with its deliveries spread over the last 50 minutes."""
    head, *rows = csv.reader((SAMPLES / f"{sample}.csv").read_text().splitlines())
    begin, at = datetime.now(UTC) - timedelta(minutes=50), head.index("timestamp")
    for number, row in enumerate(rows):
        row[at] = (begin + timedelta(minutes=45) * number / len(rows)).isoformat()
    file = folder / f"{sample}.csv"
    with file.open("w") as stream:
        csv.writer(stream).writerows([head, *rows])
    return str(file)


@pytest.mark.kernel
def test_a_check_is_true_broken_or_open_by_what_new_data_say(
    runbook: Runbook, tmp_path: Path
) -> None:
    healthy = runbook(*VERIFY, "-i", of_the_last_hour("healthy-day", tmp_path), "--json")
    outage = runbook(
        *VERIFY, "-i", of_the_last_hour("outage", tmp_path), "--junit", str(tmp_path / "j.xml")
    )
    old = runbook(*VERIFY, "-i", str(SAMPLES / "healthy-day.csv"))
    codes = [ended.returncode for ended in (healthy, outage, old)]
    assert codes == [0, 1, 5], healthy.stderr
    (check,) = json.loads(healthy.stdout)["verification"]["checks"]
    assert (check["check"], check["verdict"]) == ("verification 3", "true")
    assert "BROKEN  exit code 1" in outage.stdout
    assert "before the window of the step begins" in " ".join(old.stdout.split())
    suite = parse(tmp_path / "j.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    listed = runbook("history").stdout.splitlines()
    assert [re.split(r"  +", line)[1] for line in listed] == ["inconclusive", "broken", "healthy"]
    assert all(line.endswith("  verification") for line in listed)
    assert runbook("evidence", "verify", "latest").returncode == 0
    again = runbook(*VERIFY, "-i", str(SAMPLES / "healthy-day.csv"), "--of", "latest")
    assert (again.returncode, "looked at already" in again.stderr) == (3, True)


def test_checks_for_people_are_named_and_no_input_is_asked_for(runbook: Runbook) -> None:
    ended = runbook("verify", "webhook-failures", "--horizon", "immediate")
    assert ended.returncode == 5
    assert "not shown by machine: Verification 1, New deliveries succeed" in ended.stdout
    told = json.loads(runbook("report", "latest", "--json").stdout)
    assert (told["run"]["mode"], len(told["verification"]["checks"])) == ("verification", 2)


def test_the_run_that_is_verified_is_on_record(runbook: Runbook) -> None:
    runbook("verify", "webhook-failures", "--horizon", "immediate")
    ended = runbook("verify", "webhook-failures", "--horizon", "immediate", "--of", "latest")
    told = json.loads(runbook("report", "latest", "--json").stdout)
    assert ended.returncode == 5
    assert told["verification"]["verifies"] in runbook("history").stdout
    assert told["verification"]["verifies"] != told["run"]["id"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--horizon", "ongoing"), 3, "input webhook_log is missing"),
        (("--horizon", "soon"), 2, "'soon' is not one of"),
        (("--of", "latest"), 2, "there are no runs here yet"),
        (("--horizon", "immediate", "-i", "x.csv"), 2, "takes no input"),
    ],
)
def test_what_cannot_be_verified_is_refused(
    runbook: Runbook, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = runbook("verify", "webhook-failures", *arguments)
    assert ended.returncode == code
    assert said in ended.stderr


def test_a_runbook_without_checks_of_a_horizon_says_which_it_has(
    runbook: Runbook, tmp_path: Path
) -> None:
    path = tmp_path / "queue.md"
    path.write_text("# Q\n\n## Diagnosis Flow\n\n### Step 1: Look\n\n**Action**: look\n")
    ended = runbook("verify", str(path))
    assert ended.returncode == 2
    assert "queue has no verification check for all" in ended.stderr


def journal(store: Path, number: int) -> bytes:
    """That of the run of that number, from 0, as far as it is written."""
    journals = sorted(store.glob("runs/2*/journal.jsonl"))[number:]
    return journals[0].read_bytes() if journals else b""


@pytest.mark.kernel
def test_a_verification_that_broke_off_is_resumed_as_one(
    runbook: Runbook, environment: dict[str, str], store: Path, tmp_path: Path
) -> None:
    given = (*VERIFY, "-i", of_the_last_hour("outage", tmp_path))
    command = [sys.executable, "-m", "runner", *given]
    for number in range(5):  # one that was too fast to be broken off is no try
        with subprocess.Popen(command, env=environment, stdout=DEVNULL, stderr=DEVNULL) as process:
            while process.poll() is None and b"InputStaged" not in journal(store, number):
                time.sleep(0.002)
            process.kill()
        if "interrupted" in runbook("history", "-n", "1").stdout:
            break
    resumed = runbook("resume", "--format", "json")
    assert resumed.returncode == 1, resumed.stderr
    told = json.loads(resumed.stdout)
    assert told["run"]["mode"] == "verification"
    (check,) = told["verification"]["checks"]
    assert check["verdict"] != "true"
    assert runbook("evidence", "verify", "latest").returncode == 0
