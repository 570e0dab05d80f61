"""Whatever ends, nothing of it lives on; and a killed run never claims what is not so."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from runner.model.contract import Limits
from runner.model.sandbox import SandboxLevel, SandboxPolicy
from tests.faults.conftest import Tally
from tests.faults.toy import OK, execute, nothing_lives, processes_with
from tests.keys.installed import CONTRACT, PUBLISH, install

pytestmark = [pytest.mark.kernel, pytest.mark.fault]
ROOT = Path(__file__).parents[2]
OFFSPRING = """
import os, subprocess, time
mark = {**os.environ, "FAULT_MARK": "%s"}
subprocess.Popen(["sleep", "120"], env=mark)
subprocess.Popen(["setsid", "sleep", "120"], env=mark)
subprocess.Popen(["sh", "-c", "(setsid sleep 120 &) &"], env=mark)
time.sleep(0.2)
"""
RUNBOOK = """# Toy

## Diagnosis Flow

### Step 1: Count

- **KEY**: `jupyter-toy-key`
- **Output**: Count
- **If Count > 100**: Continue to Step 2

### Step 2: Look

**Action**: Look closer.
"""


@pytest.mark.parametrize("level", SandboxLevel)
@pytest.mark.parametrize(
    "end",
    [OK, "1 / 0", "os._exit(1)", "import signal; os.kill(os.getpid(), signal.SIGKILL)"],
    ids=["a good end", "an error", "an exit", "a kill"],
)
def test_children_do_not_outlive_their_kernel(
    tmp_path: Path, level: SandboxLevel, end: str, tally: Tally
) -> None:
    mark = f"mark-{os.getpid()}-{tmp_path.name}"
    execute(tmp_path, OFFSPRING % mark, end, policy=SandboxPolicy(level))
    assert nothing_lives(mark)
    tally(f"orphans: plain, setsid and double-forked children, {level.value}", 1, 1)


def test_children_do_not_outlive_the_wall_limit(tmp_path: Path, tally: Tally) -> None:
    mark = f"mark-{os.getpid()}-{tmp_path.name}"
    stubborn = "while True:\n    try:\n        time.sleep(30)\n    except KeyboardInterrupt: pass"
    execute(tmp_path, OFFSPRING % mark, stubborn, limits=Limits(wall_seconds=1))
    assert nothing_lives(mark)
    tally("orphans: at the wall limit, SIGINT ignored", 1, 1)


class Toy:
    """A library with a runbook of one KEY, a store, and runs that can be killed."""

    def __init__(self, folder: Path):
        self.folder, self.store = folder, folder / "store"
        self.mark = str(folder / "tmp")
        (folder / "tmp").mkdir()
        contract = {name: part for name, part in CONTRACT.items() if name != "inputs"}
        install(folder, PUBLISH, OFFSPRING % "x", OK, contract=contract)
        (folder / "runbooks").mkdir()
        (folder / "runbooks" / "toy.md").write_text(RUNBOOK)
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = {**kept, "PYTHONPATH": str(ROOT), "TMPDIR": self.mark}

    def start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command("run", "toy", "--library", str(self.folder), "--unattended"),
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def history(self) -> list[dict[str, Any]]:
        told = subprocess.run(
            self._command("history", "--json", "--limit", "1000"),
            env=self.environment,
            check=True,
            capture_output=True,
        )
        found: list[dict[str, Any]] = json.loads(told.stdout)
        return found

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "runner", *words, "--evidence-dir", str(self.store)]


def is_finished(journal: Path) -> bool:
    """Whether the last whole line of a journal says so, read without the runner."""
    lines = journal.read_bytes().split(b"\n")[:-1] if journal.exists() else []
    return bool(lines) and json.loads(lines[-1])["event"]["is"] == "RunFinished"


def kill_at_random(toy: Toy, times: int, seed: int) -> tuple[int, int]:
    """Start a run and kill it, `times` over; how often nothing lived on, and the longest run."""
    moments, clean = random.Random(seed), 0
    started = time.monotonic()
    toy.start().wait()
    usual = time.monotonic() - started
    for _ in range(times):
        run = toy.start()
        time.sleep(moments.uniform(0, 1.05 * usual))
        run.send_signal(signal.SIGKILL)
        run.wait()
        clean += nothing_lives(toy.mark)
    return clean, times


def false_states(toy: Toy) -> list[str]:
    """Runs of which the history says what their journals do not."""
    told = {run["id"]: run for run in toy.history()}
    wrong = []
    for folder in (toy.store / "runs").iterdir():
        run = told.get(folder.name)
        finished = is_finished(folder / "journal.jsonl")
        wanted = (folder.name in told) if not (folder / "journal.jsonl").exists() else True
        if run is None:
            wrong += [f"{folder.name} is not told of"] if wanted else []
        elif (run["standing"] == "interrupted") is finished:
            wrong.append(f"{folder.name} is {run['standing']}, finished: {finished}")
        elif run["standing"] in ("running", "damaged", "waiting"):
            wrong.append(f"{folder.name} is {run['standing']}")
    return wrong


def check_kills(toy: Toy, times: int, seed: int, tally: Tally) -> None:
    clean, _ = kill_at_random(toy, times, seed)
    wrong = false_states(toy)
    left = list(Path(toy.mark).glob("*/kernel.log"))
    tally("runner: SIGKILL at a random moment, 0 orphans", times, clean)
    tally("runner: SIGKILL at a random moment, 0 false states", times, times - len(wrong))
    assert wrong == []
    assert clean == times
    assert left == []


def test_a_killed_runner_leaves_nothing_and_claims_nothing(tmp_path: Path, tally: Tally) -> None:
    check_kills(Toy(tmp_path), 5, 20261125, tally)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_two_hundred_killed_runners_leave_nothing(tmp_path: Path, tally: Tally) -> None:
    check_kills(Toy(tmp_path), 200, 20261126, tally)


@pytest.mark.parametrize("level", SandboxLevel)
def test_children_do_not_outlive_a_killed_guardian(
    tmp_path: Path, level: SandboxLevel, tally: Tally
) -> None:
    mark = f"mark-{os.getpid()}-{tmp_path.name}"
    killed = threading.Event()

    def kill_guardian() -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and not killed.is_set():
            if len(at := processes_with(mark)) >= 3:
                for pid in {guardian_of(one) for one in at} - {0}:
                    os.kill(pid, signal.SIGKILL)
                    killed.set()
            time.sleep(0.05)

    killer = threading.Thread(target=kill_guardian)
    killer.start()
    outcome = execute(tmp_path, OFFSPRING % mark, "time.sleep(60)", policy=SandboxPolicy(level))
    killer.join()
    assert killed.is_set()
    states = [cell.state.value for cell in outcome.cells]
    assert "killed" in states
    assert states[-1] in ("killed", "never ran")
    assert nothing_lives(mark)
    tally(f"orphans: guardian killed, {level.value}", 1, 1)


def guardian_of(pid: int) -> int:
    """The guardian above a process; 0 where there is none."""
    while pid > 1:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return 0
        if b"guardian.py" in command:
            return pid
        pid = int(stat.rpartition(b")")[2].split()[1])
    return 0
