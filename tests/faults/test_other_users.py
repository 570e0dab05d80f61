"""Runs of users who are not root, and what several of them do in one store."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_containment import library
from tests.faults.conftest import Tally
from tests.faults.toy import nothing_lives
from tests.kernels.levels import NEEDS_STRICT
from tests.kernels.users import ANN, BOB, EVE, NEEDS_USERS, ROOT, TEAM, Ended, as_user

pytestmark = [pytest.mark.kernel, pytest.mark.fault, NEEDS_USERS]
THREADS = """
import threading, time
made = 0
try:
    while made < 500:
        threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
        made += 1
except RuntimeError as error:
    print(error)
"""
FORKS = """
import os
while True:
    try: os.fork()
    except OSError: pass
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of Ann, which all may enter."""
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, ANN, TEAM)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def runbook(user: int, place: Path, *words: str) -> Ended:
    environment = {
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "RUNBOOK_EVIDENCE_DIR": str(place / "store"),
        "RUNBOOK_LIBRARY": str(place / "lib"),
        "RUNBOOK_WARM": "off",
    }
    return as_user(user, sys.executable, "-m", "runner", *words, environment=environment)


def first_key(ended: Ended) -> dict[str, Any]:
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)["steps"][0]["keys"][0]
    return found


@NEEDS_STRICT
def test_the_system_refuses_a_user_more_threads_than_the_limit_grants(
    place: Path, tally: Tally
) -> None:
    library(place / "lib", THREADS, "publish(count=made)")
    words = ("run", "toy", "--unattended", "--json", "--require-sandbox")
    key = first_key(runbook(ANN, place, *words, "--limit", "processes=20"))
    made = int(key["outputs"]["count"]["value"])
    assert 20 < made < 80
    tally("limit: RLIMIT_NPROC of a user who is not root", 1, 1)


def test_a_fork_bomb_of_a_user_is_ended_and_the_user_can_go_on(place: Path, tally: Tally) -> None:
    library(place / "lib", FORKS)
    words = ("run", "toy", "--unattended", "--json", "--limit", "processes=40")
    key = first_key(runbook(ANN, place, *words))
    assert key["failure"]["message"] == "started more than 40 processes, its limit"
    assert nothing_lives(str(place / "store"))
    assert as_user(ANN, "sh", "-c", "true & wait").returncode == 0
    tally("limit: fork bomb of a user who is not root", 1, 1)


def test_two_users_of_a_group_share_a_store_and_a_third_sees_nothing(
    place: Path, tally: Tally
) -> None:
    library(place / "lib", "publish(count=200)")
    store = place / "store"
    store.mkdir()
    os.chown(store, ANN, TEAM)
    store.chmod(0o2770)
    left = runbook(ANN, place, "run", "toy", "--stop-at-person")
    assert left.returncode == 6, left.stderr
    (run,) = (path.name for path in (store / "runs").iterdir())
    (seen,) = json.loads(runbook(BOB, place, "history", "--json").stdout)
    assert (seen["id"], seen["standing"]) == (run, "waiting")
    listed = runbook(BOB, place, "answer", run)
    assert "step 2" in listed.stdout + listed.stderr
    answered = runbook(BOB, place, "answer", run, "step 2", "y", "--reason", "looked")
    assert answered.returncode == 0, answered.stderr
    ended = runbook(BOB, place, "resume", run)
    assert ended.returncode in (0, 5), ended.stderr
    assert "looked" in (store / "runs" / run / "journal.jsonl").read_text()
    verified = runbook(ANN, place, "evidence", "verify", run)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for words in (("history",), ("report", run), ("answer", run, "step 2", "y")):
        refused = runbook(EVE, place, *words)
        assert refused.returncode != 0
        assert run not in refused.stdout
        assert "Traceback" not in refused.stderr
    tally("users: two of a group in one store, a third kept out", 1, 1)
