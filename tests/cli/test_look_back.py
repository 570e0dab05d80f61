"""Looking back at one recorded run, in every form, from its evidence alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "jupyter-keys/webhook-event-analysis/samples/signature-incident.csv"
pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store")
    ended = call(store, "run", "webhook-failures", "-i", str(SAMPLE), "--incident", "INC-4711")
    assert ended.returncode == 10
    return store


def call(store: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "RUNBOOK_EVIDENCE_DIR": str(store), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "runner", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def store(recorded: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "store"
    shutil.copytree(recorded, copy)
    return copy


def test_history_is_one_line_a_run_within_eighty_columns(store: Path) -> None:
    (line,) = call(store, "history").stdout.splitlines()
    assert "webhook-failures" in line
    assert "actions recommended" in line
    assert line.endswith("INC-4711")
    assert len(line) <= 80


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (("--runbook", "webhook-failures"), 1),
        (("--runbook", "other"), 0),
        (("--outcome", "actions_recommended"), 1),
        (("--outcome", "healthy"), 0),
        (("--incident", "INC-4711"), 1),
    ],
)
def test_history_is_searched(store: Path, arguments: tuple[str, ...], lines: int) -> None:
    assert len(call(store, "history", *arguments).stdout.splitlines()) == lines


def test_why_names_condition_value_origin_and_line(store: Path) -> None:
    told = call(store, "why", "latest", "3").stdout
    assert "If Success Rate < 95% → Step 4 :113" in told
    assert "delivery_success_rate = 0.91" in told
    assert "would not hold" in told
    assert len(told.splitlines()) <= 16


def test_the_report_is_told_in_text_json_markdown_and_html(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert "ACTIONS RECOMMENDED" in call(store, "report").stdout
    assert json.loads(call(store, "report", "--json").stdout)["outcome"] == "actions_recommended"
    assert "Action 1" in call(store, "report", "--handoff").stdout
    assert call(store, "report", "--html", str(page)).returncode == 0
    text = page.read_text()
    assert "Content-Security-Policy" in text
    assert "<script" not in text
    assert "data:image/svg+xml;base64," in text


def test_the_page_that_was_sealed_is_the_page_that_evidence_gives_again(
    store: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    call(store, "report", "--html", str(page))
    (sealed,) = (store / "runs").glob("*/report.html")
    assert page.read_text() == sealed.read_text()


def test_an_edit_of_the_journal_is_named_and_has_its_own_exit_code(store: Path) -> None:
    (journal,) = (store / "runs").glob("*/journal.jsonl")
    journal.chmod(0o600)
    journal.write_text(journal.read_text().replace('"verdict":"holds"', '"verdict":"fails"', 1))
    told = call(store, "evidence", "verify")
    assert told.returncode == 20
    assert "journal.jsonl" in told.stdout
    assert call(store, "why").returncode == 20


def test_a_run_is_found_by_a_part_of_its_id(store: Path) -> None:
    (folder,) = (store / "runs").iterdir()
    assert call(store, "why", folder.name[-4:], "3").returncode == 0
    missing = call(store, "why", "nothing-like-it")
    assert (missing.returncode, "no run" in missing.stderr) == (2, True)


def test_output_cut_off_by_its_reader_is_no_error(store: Path) -> None:
    environment = {**os.environ, "RUNBOOK_EVIDENCE_DIR": str(store)}
    command = f"{sys.executable} -m runner report --json | head -c 10"
    ended = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert ended.stderr == b""
