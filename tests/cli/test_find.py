"""`runbook find` and the bare `runbook`: what to open at 3 a.m., and what is open already."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.evidence.store import Store

Runbook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("words", "because"),
    [
        ("stripe_webhook_failure_rate > 5%", "its alert stripe_webhook_failure_rate > 5%"),
        ("FIRING: stripe_webhook_backlog_age is 22 min", "its alert stripe_webhook_backlog_age"),
        ("customers who paid", "customer"),
    ],
)
def test_an_alert_leads_to_its_runbook(runbook: Runbook, words: str, because: str) -> None:
    ended = runbook("find", words)
    assert ended.returncode == 0
    assert ended.stdout.startswith("webhook-failures  Stripe webhooks are failing\n")
    assert because in ended.stdout
    assert "next     runbook plan webhook-failures" in ended.stdout


def test_several_words_need_no_quotes_and_json_is_for_programs(runbook: Runbook) -> None:
    found = json.loads(runbook("find", "webhooks", "failing", "--json").stdout)[0]
    assert found["slug"] == "webhook-failures"
    assert found["next"] == "runbook plan webhook-failures"


def test_what_nothing_speaks_of_is_said_with_near_names(runbook: Runbook) -> None:
    ended = runbook("find", "strype webhoks")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "stripe_webhook_failure_rate" in ended.stderr
    assert json.loads(runbook("find", "coffee", "--json").stdout) == []


def test_a_runbook_that_cannot_be_read_holds_up_no_other(runbook: Runbook, tmp_path: Path) -> None:
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "broken.md").write_bytes(b"\xff\xfe")
    (folder / "kettle.md").write_text("# The kettle is cold\n")
    ended = runbook("find", "kettle", "--library", str(tmp_path))
    assert ended.stdout.startswith("kettle  The kettle is cold\n")
    assert "left out: " in ended.stderr


def test_alone_it_shows_a_short_help_and_writes_nothing(runbook: Runbook, store: Path) -> None:
    ended = runbook()
    assert ended.returncode == 0
    assert "runbook find TEXT" in ended.stdout
    assert not store.exists()


def test_alone_it_shows_open_runs_the_newest_first(runbook: Runbook, store: Path) -> None:
    runs = Store(store)
    for day in (1, 2):
        runs.create_run("webhook-failures", datetime(2026, 11, day, tzinfo=UTC)).close()
    lines = runbook().stdout.splitlines()
    assert lines[0] == "Open runs"
    assert lines[1].startswith("  20261102T000000000Z-webhook-failures-")
    assert lines[1].endswith("  interrupted")
    assert lines[2].startswith("    next: runbook ")
    assert lines[3].startswith("  20261101T000000000Z-webhook-failures-")


def test_a_run_that_goes_on_is_shown_as_running(runbook: Runbook, store: Path) -> None:
    with Store(store).create_run("webhook-failures", datetime(2026, 11, 1, tzinfo=UTC)):
        assert runbook().stdout.splitlines()[1].endswith("  running")
