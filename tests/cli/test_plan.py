"""`runbook plan`: what would happen, with the inputs that are given, and nothing of it done."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "jupyter-keys/webhook-event-analysis/samples/healthy-day.csv"
Runbook = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_plan_names_what_is_missing_and_the_next_command(runbook: Runbook, store: Path) -> None:
    ended = runbook("plan", "webhook-failures")
    assert ended.returncode == 0
    assert "webhook_log: webhook delivery log, for step 3: missing" in ended.stdout
    assert "next: runbook run webhook-failures -i webhook_log=FILE" in ended.stderr
    assert not store.exists()


def test_an_input_is_looked_at_and_nothing_is_written(runbook: Runbook, store: Path) -> None:
    ended = runbook("plan", "webhook-failures", "-i", str(SAMPLE), "--json")
    plan = json.loads(ended.stdout)
    assert plan["missing_inputs"] == []
    assert [one["source"] for one in plan["inputs"]] == ["given"]
    wrong = runbook("plan", "webhook-failures", "-i", "LICENSE")
    assert wrong.returncode == 3
    assert "no column timestamp" in wrong.stderr
    assert not store.exists()


def test_parameters_are_looked_at_and_kept_in_the_next_command(
    runbook: Runbook, tmp_path: Path
) -> None:
    renamed = tmp_path / "log.csv"
    renamed.write_text(SAMPLE.read_text().replace("timestamp", "seen at", 1))
    refused = runbook("plan", "webhook-failures", "-i", str(renamed))
    assert (refused.returncode, "no column timestamp" in refused.stderr) == (3, True)
    mapping = "columns=timestamp=seen at"
    ended = runbook("plan", "webhook-failures", "-i", str(renamed), "-p", mapping)
    assert ended.returncode == 0
    asked = f"runbook run webhook-failures -i {renamed} -p '{mapping}'"
    assert ended.stderr.splitlines()[-1] == f"next: {asked}"
    unknown = runbook("plan", "webhook-failures", "-p", "colums=a=b")
    assert (unknown.returncode, "did you mean columns?" in unknown.stderr) == (3, True)


def test_a_plan_is_a_picture_and_a_chart(runbook: Runbook) -> None:
    picture = runbook("plan", "webhook-failures", "--format", "svg").stdout
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    chart = runbook("plan", "webhook-failures", "--format", "mermaid").stdout
    assert chart.startswith("flowchart TD\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "png"), "there is no format 'png'"),
        (("--from-step", "9"), "the runbook has no '9'"),
        (("-i", "x=y.csv"), "no KEY of this runbook has an input 'x'"),
    ],
)
def test_what_cannot_be_planned_is_said(
    runbook: Runbook, arguments: tuple[str, ...], said: str
) -> None:
    ended = runbook("plan", "webhook-failures", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr


def test_a_part_of_a_runbook_has_a_plan(runbook: Runbook) -> None:
    ended = runbook("plan", "webhook-failures", "--from-step", "4", "--json")
    assert [step["id"] for step in json.loads(ended.stdout)["steps"]] == ["step 4", "step 5"]
