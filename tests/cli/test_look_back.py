"""Looking back at one recorded run, in every form, from its evidence alone."""

import hashlib
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
        (("inc-47", "WEBHOOK"), 1),
        (("inc-47", "nothing of the sort"), 0),
        (("--until", "2000-01-01"), 0),
        (("--since", "2000-01-01", "--until", "0s"), 1),
    ],
)
def test_history_is_searched(store: Path, arguments: tuple[str, ...], lines: int) -> None:
    assert len(call(store, "history", *arguments).stdout.splitlines()) == lines


def test_a_search_that_finds_nothing_says_so(store: Path) -> None:
    assert "no run fits; without options all are listed" in call(store, "history", "zebra").stderr
    refused = call(store, "history", "--since", "yesterday")
    assert refused.returncode == 2
    assert "--since 'yesterday' is no time" in refused.stderr


def test_a_run_is_shown_in_order_of_time(store: Path) -> None:
    shown = call(store, "show", "latest").stdout
    assert max(map(len, shown.splitlines())) <= 80
    said = " ".join(shown.split())
    places = [said.index(w) for w in ("(UTC)", "run started", "input webhook_log", "run finished")]
    assert places == sorted(places)
    told = json.loads(call(store, "show", "latest", "--json").stdout)
    assert told[0]["words"].startswith("run started")
    assert [one["seconds"] for one in told] == sorted(one["seconds"] for one in told)


def test_a_runbook_is_told_from_a_run(store: Path) -> None:
    refused = call(store, "show", "webhook-failures")
    assert refused.returncode == 2
    assert "webhook-failures is a runbook, and show tells runs" in refused.stderr
    assert "runbook history --runbook webhook-failures" in " ".join(refused.stderr.split())
    assert 'no run is called "zebra"' in call(store, "show", "zebra").stderr


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


def test_a_run_decides_the_same_again_without_a_kernel(store: Path) -> None:
    told = call(store, "replay")
    assert told.returncode == 0
    assert "decisions, all the same again" in told.stdout


def test_another_threshold_shows_what_it_would_have_changed(store: Path) -> None:
    told = call(store, "replay", "latest", "--edit", "step 3: Success Rate < 90%")
    assert told.returncode == 1
    assert told.stdout.startswith(
        "step 3  If Success Rate < 90%\n"
        "  was  yes (91.2 % < 95 %), as: If Success Rate < 95%\n"
        "  now  no (91.2 % >= 90 %)\n"
    )


def test_another_text_is_supposed_for_many_runs_as_a_table(store: Path, tmp_path: Path) -> None:
    text = (ROOT / "runbooks/webhook-failures.md").read_text()
    other = tmp_path / "webhook-failures.md"
    other.write_text(text.replace("**If Signature Errors**", "**If Signature Errors > 1000**"))
    told = call(store, "replay", "--last", "5", "--runbook", str(other))
    assert told.returncode == 1
    assert "actions recommended → inconclusive" in told.stdout
    assert told.stdout.endswith("1 runs, 1 decided differently\n")
    assert max(map(len, told.stdout.splitlines())) <= 80


def test_a_forged_decision_in_a_well_formed_journal_does_not_follow(store: Path) -> None:
    (journal,) = (store / "runs").glob("*/journal.jsonl")
    journal.chmod(0o600)
    forged, previous = [], "0" * 64
    for line in journal.read_text().splitlines():
        entry = json.loads(line)
        entry["previous"] = previous
        if entry["event"]["is"] == "BranchDecided" and entry["event"]["text"] == "Timeout Errors":
            entry["event"]["reason"]["verdict"] = "holds"
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        forged.append(text)
        previous = hashlib.sha256(f"{text}\n".encode()).hexdigest()
    journal.write_text("\n".join(forged) + "\n")
    told = call(store, "replay", "--json")
    assert told.returncode == 1
    found = json.loads(told.stdout)
    assert found["same"] is False
    assert found["difference"]["recorded"]["text"] == "Timeout Errors"
    assert found["difference"]["decided"]["reason"]["verdict"] == "fails"


def test_a_run_beside_itself_differs_in_nothing(store: Path) -> None:
    assert call(store, "diff", "latest", "latest").returncode == 0


def test_runs_on_other_data_differ_from_the_input_on(store: Path) -> None:
    (first,) = (folder.name for folder in (store / "runs").iterdir())
    log = SAMPLE.with_name("mixed-timeouts.csv")
    call(store, "run", "webhook-failures", "-i", str(log), "--unattended")
    told = call(store, "diff", first, "latest")
    assert told.returncode == 1
    assert told.stdout.startswith("input webhook_log: sha256:")
    assert "step-3.1.1  timeout_errors  0 → 147" in told.stdout
    assert "end  recommended\n  was  Action 1\n  now  Action 2, Action 3" in told.stdout


def test_an_exported_run_verifies_without_its_store(store: Path, tmp_path: Path) -> None:
    archive = tmp_path / "run.tar.gz"
    assert call(store, "evidence", "export", "-o", str(archive)).returncode == 0
    told = call(tmp_path / "no-store", "evidence", "verify", str(archive))
    assert (told.returncode, "as it was sealed" in told.stdout) == (0, True)


def test_a_store_is_checked_against_a_checkpoint(store: Path, tmp_path: Path) -> None:
    noted = tmp_path / "checkpoint.txt"
    noted.write_text(call(store, "evidence", "checkpoint").stdout)
    whole = call(store, "evidence", "verify", "--all", "--checkpoint", str(noted))
    assert whole.returncode == 0, whole.stdout
    shutil.rmtree(store / "runs")
    (store / "runs").mkdir()
    cut = call(store, "evidence", "verify", "--checkpoint", str(noted))
    assert (cut.returncode, "is missing" in cut.stdout) == (20, True)


def test_old_runs_are_listed_and_removed_on_a_yes_alone(store: Path) -> None:
    listed = call(store, "evidence", "prune", "--max-size", "0")
    assert "beyond the size asked for" in listed.stdout
    assert len(list((store / "runs").iterdir())) == 1
    call(store, "evidence", "prune", "--max-size", "0", "--yes")
    assert list((store / "runs").iterdir()) == []
    assert call(store, "evidence", "verify", "--all").returncode == 0
