"""`runbook schedule`: what it lists, renders and starts."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "jupyter-keys/webhook-event-analysis/samples"
Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
DAILY = """
[[schedule]]
name = "daily"
runbook = "webhook-failures"
cron = "0 6 * * *"
timezone = "Europe/Berlin"
inputs = { webhook_log = "exports/webhook_logs_{YYYYMMDD}*.csv" }
incident = "DAILY"
"""
SIX_IN_BERLIN = "2026-11-20T05:00:10+00:00"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    path = tmp_path / "runbook.toml"
    path.write_text(DAILY)
    return path


def journal_of(store: Path) -> list[str]:
    (journal,) = store.glob("schedule/daily-*/journal.jsonl")
    return [json.loads(line)["event"]["is"] for line in journal.read_text().splitlines()]


@pytest.mark.kernel
def test_a_due_entry_is_run_once_with_its_evidence(
    runbook: Runbook, config: Path, store: Path
) -> None:
    log = config.parent / "exports/webhook_logs_20261120-full.csv"
    shutil.copy(SAMPLES / "signature-incident.csv", log)
    run_due = ("schedule", "run", "--once", "--config", str(config), "--now", SIX_IN_BERLIN)
    ended = runbook(*run_due)
    assert ended.returncode == 10, ended.stderr
    assert "daily  starting for 2026-11-20T05:00:00Z" in ended.stderr
    (run,) = json.loads(runbook("history", "--json").stdout)
    assert (run["exit_code"], run["incident"]) == (10, "DAILY")
    assert runbook("evidence", "verify", "latest").returncode == 0
    again = runbook(*run_due)
    assert (again.returncode, again.stderr) == (0, "")
    assert journal_of(store) == ["Watched", "Fired", "Ended"]
    (listed,) = json.loads(runbook("schedule", "list", "--json", "--config", str(config)).stdout)
    assert listed["last"]["run"] == run["id"]
    assert listed["last"]["exit_code"] == 10


@pytest.mark.kernel
def test_a_due_verification_is_run_once_and_kept_as_one(
    runbook: Runbook, config: Path, store: Path
) -> None:
    config.write_text(DAILY + 'verify = "ongoing"\n')
    log = config.parent / "exports/webhook_logs_20261120.csv"
    shutil.copy(SAMPLES / "signature-incident.csv", log)
    run_due = ("schedule", "run", "--once", "--config", str(config), "--now", SIX_IN_BERLIN)
    ended = runbook(*run_due)
    assert ended.returncode == 5, ended.stderr
    (listed,) = json.loads(runbook("schedule", "list", "--json", "--config", str(config)).stdout)
    (run,) = json.loads(runbook("history", "--json").stdout)
    assert (listed["verify"], listed["last"]["exit_code"]) == ("ongoing", 5)
    assert (run["id"], run["exit_code"]) == (listed["last"]["run"], 5)
    assert journal_of(store) == ["Watched", "Fired", "Ended"]


def test_a_missing_input_is_on_record_and_is_no_completed_run(
    runbook: Runbook, config: Path, store: Path
) -> None:
    ended = runbook("schedule", "run", "--once", "--config", str(config), "--now", SIX_IN_BERLIN)
    assert ended.returncode == 3
    assert "no file matches" in ended.stderr
    assert journal_of(store) == ["Watched", "Fired", "Ended"]
    listed = runbook("schedule", "list", "--config", str(config))
    assert "invalid (3)  no file matches" in listed.stdout


def test_a_caller_who_names_an_entry_may_be_late(runbook: Runbook, config: Path) -> None:
    late = ("--config", str(config), "--now", "2026-11-20T07:30:00+00:00")
    assert runbook("schedule", "run", "--once", *late).returncode == 0
    other = config.with_name("other.toml")
    other.write_text(DAILY)
    named = ("--config", str(other), "--now", "2026-11-20T07:30:00+00:00", "daily")
    assert runbook("schedule", "run", "--once", *named).returncode == 3


def test_the_watch_ends_in_order_on_sigterm(config: Path, environment: dict[str, str]) -> None:
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", "schedule", "run", "--config", str(config)],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "watching 1 of" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 20
    process.stderr.close()


@pytest.mark.kernel
def test_a_run_that_outlives_the_grace_is_left_to_be_resumed(
    config: Path, environment: dict[str, str], runbook: Runbook
) -> None:
    shutil.copy(SAMPLES / "healthy-day.csv", config.parent / "exports/webhook_logs_20261120.csv")
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", "schedule", "run", "--once", "--grace", "0",
         "--config", str(config), "--now", SIX_IN_BERLIN],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "starting" in process.stderr.readline()
    runs = Path(environment["RUNBOOK_EVIDENCE_DIR"]) / "runs"
    while not list(runs.glob("*/journal.jsonl")):
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 128 + signal.SIGTERM
    assert "ended with" in process.stderr.read()
    process.stderr.close()
    assert "interrupted" in runbook("history").stdout
    assert runbook("resume", "latest").returncode == 0
    assert runbook("evidence", "verify", "latest").returncode == 0


def test_of_several_callers_at_once_one_starts_the_run(
    config: Path, store: Path, environment: dict[str, str]
) -> None:
    once = [sys.executable, "-m", "runner", "schedule", "run", "--once", "--config", str(config)]
    callers = [
        subprocess.Popen(
            [*once, "--now", SIX_IN_BERLIN], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        for _ in range(4)
    ]
    assert sorted(caller.wait(timeout=30) for caller in callers) == [0, 0, 0, 3]
    assert journal_of(store) == ["Watched", "Fired", "Ended"]


@pytest.mark.kernel
def test_a_run_outlives_a_killed_watch_and_its_end_is_found(
    config: Path, store: Path, environment: dict[str, str], runbook: Runbook
) -> None:
    shutil.copy(SAMPLES / "healthy-day.csv", config.parent / "exports/webhook_logs_20261120.csv")
    once = ("schedule", "run", "--once", "--config", str(config), "--now", SIX_IN_BERLIN)
    watch = subprocess.Popen(
        [sys.executable, "-m", "runner", *once],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watch.stderr is not None
    assert "starting" in watch.stderr.readline()
    while not list(store.glob("runs/*/journal.jsonl")):
        time.sleep(0.01)
    watch.kill()
    watch.wait()
    watch.stderr.close()
    while '"RunFinished"' not in "".join(f.read_text() for f in store.glob("runs/*/journal.jsonl")):
        time.sleep(0.05)
    while journal_of(store)[-1] != "Ended":
        assert runbook(*once).returncode == 0
    (listed,) = json.loads(runbook("schedule", "list", "--json", "--config", str(config)).stdout)
    assert listed["last"]["exit_code"] == 0
    assert listed["last"]["run"]
    assert journal_of(store) == ["Watched", "Fired", "Ended"]


def test_the_list_has_the_times_of_both_clocks(runbook: Runbook, config: Path) -> None:
    ended = runbook(
        "schedule", "list", "--config", str(config), "--now", "2026-10-24T00:00:00+00:00"
    )
    assert ended.returncode == 0
    assert "Sat 2026-10-24 06:00 CEST  04:00 UTC" in ended.stdout
    assert "Sun 2026-10-25 06:00 CET  05:00 UTC" in ended.stdout
    assert "no run yet" in ended.stdout


@pytest.mark.parametrize("kind", ["--systemd", "--cron", "--k8s", "--github"])
def test_every_scheduler_can_be_written_for(
    runbook: Runbook, config: Path, tmp_path: Path, kind: str
) -> None:
    printed = runbook("schedule", "render", kind, "--config", str(config))
    assert printed.returncode == 0, printed.stderr
    assert "--once" in printed.stdout
    written = runbook(
        "schedule", "render", kind, "--config", str(config), "--output", str(tmp_path / "out")
    )
    files = [Path(line) for line in written.stdout.splitlines()]
    assert files
    assert all(file.is_file() and file.read_text() in printed.stdout for file in files)


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (None, ("list",), "cannot be read"),
        ("[[schedule]]\n", ("list",), "has 3 problems:\n  [[schedule]] 1: name: it is missing"),
        (DAILY.replace("failures", "failure"), ("list",), "did you mean webhook-failures?"),
        (DAILY + "verify = 'tomorrow'\n", ("run",), "true, false or one of"),
        (DAILY, ("run", "--once", "dayly"), "has no entry 'dayly'"),
        (DAILY, ("render",), "one of --systemd, --cron, --k8s and --github"),
        (DAILY, ("render", "--cron", "--k8s"), "one scheduler is wanted"),
        (DAILY, ("run", "--once", "--now", "noon"), "'noon' is no ISO time"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_started(
    runbook: Runbook, config: Path, text: str | None, arguments: tuple[str, ...], said: str
) -> None:
    config.unlink()
    if text is not None:
        config.write_text(text)
    ended = runbook("schedule", arguments[0], "--config", str(config), *arguments[1:])
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not (config.parent / "store").exists()


def test_the_schedule_of_the_project_is_found_from_below(
    runbook: Runbook, config: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["PYTHONPATH"] = str(ROOT)
    below = config.parent / "deep/er"
    below.mkdir(parents=True)
    assert "daily" in runbook("schedule", "list", cwd=below).stdout
    config.unlink()
    environment["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    nowhere = runbook("schedule", "list", cwd=below)
    assert nowhere.returncode == 2
    assert "there is no runbook.toml here, above, or in" in nowhere.stderr
    (tmp_path / "xdg/runbook").mkdir(parents=True)
    (tmp_path / "xdg/runbook/runbook.toml").write_text(DAILY)
    assert "daily" in runbook("schedule", "list", cwd=below).stdout
