"""A run through the resident is the run that it would have been, only sooner."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.kernels.processes import alive, below, wait_for
from tests.resident.conftest import COMMAND, ROOT, Call, served

SAMPLES = ROOT / "jupyter-keys/webhook-event-analysis/samples"
NOTEBOOK = """
import os, sys, time
open(os.environ["RUNBOOK_OUTPUT_DIR"] + "/ready", "w").close()
time.sleep(60)
"""


def comparable(said: str) -> str:
    """Without what differs between any two runs: when, how long, and names made of that."""
    said = re.sub(r"\d{8}T\d{9}Z-([a-z-]+?)-[0-9a-z]{4}\b", r"ID-\1", said)
    return re.sub(r" +\d+(\.\d+)? (ms|s)\b", " TIME", said)


@pytest.mark.parametrize(
    "sample",
    [
        "signature-incident",
        "header-only",
        pytest.param("healthy-day", marks=pytest.mark.long),
        pytest.param("outage", marks=pytest.mark.long),
    ],
)
def test_it_says_and_returns_the_same(runbook: Call, resident: int, sample: str) -> None:
    words = ("run", "webhook-failures", "-i", str(SAMPLES / f"{sample}.csv"))
    warm = runbook(*words)
    assert served(runbook) == 1
    cold = runbook(*words, RUNBOOK_WARM="off")
    assert served(runbook) == 1
    assert warm.returncode == cold.returncode
    assert comparable(warm.stdout) == comparable(cold.stdout)
    assert comparable(warm.stderr) == comparable(cold.stderr)


def sampled() -> list[str]:
    return sorted(path.name.split(".")[0] for path in (ROOT / "runbooks").glob("*.sample.toml"))


def outcome(runbook: Call, name: str, **variables: str) -> tuple[int, str, list[object]]:
    ended = runbook("run", name, "--sample", "--unattended", "--json", **variables)
    told = json.loads(ended.stdout)
    keys: list[object] = [
        (key.get("key"), key.get("outputs"), key.get("sandbox"), key.get("failure"))
        for step in told["steps"]
        for key in step["keys"]
    ]
    return ended.returncode, told["outcome"], keys


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "elevated-errors" else pytest.mark.long)
        for name in sampled()
    ],
)
def test_samples_of_runbooks_end_alike(runbook: Call, resident: int, name: str) -> None:
    warm = outcome(runbook, name)
    assert served(runbook) == 1
    cold = outcome(runbook, name, RUNBOOK_WARM="off")
    assert warm[2]
    assert warm == cold


def test_folder_and_environment_are_those_of_the_caller(
    runbook: Call, resident: int, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    log = (SAMPLES / "healthy-day.csv").read_bytes()
    (tmp_path / "here" / "mine.csv").write_bytes(log)
    there = tmp_path / "other-store"
    ended = runbook(
        *("run", "webhook-failures", "-i", "mine.csv", "--library", str(ROOT)),
        cwd=tmp_path / "here",
        RUNBOOK_EVIDENCE_DIR=str(there),
    )
    assert ended.returncode == 0, ended.stderr
    assert served(runbook) == 1
    assert len(list(there.glob("runs/*"))) == 1


def test_two_callers_at_once_each_get_their_own(
    environment: dict[str, str], runbook: Call, resident: int
) -> None:
    expected = {"healthy-day": 0, "outage": 11}
    callers = {
        sample: subprocess.Popen(
            [*COMMAND, "run", "webhook-failures", "-i", str(SAMPLES / f"{sample}.csv")],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for sample in expected
    }
    for sample, caller in callers.items():
        said, _ = caller.communicate(timeout=60)
        assert caller.returncode == expected[sample]
        assert (b"ESCALATE" in said) == (sample == "outage")
    assert served(runbook) == 2


@pytest.fixture
def sleeper(tmp_path: Path) -> tuple[str, ...]:
    """The words of a run whose KEY sleeps for a minute."""
    from tests.keys.installed import install

    library = tmp_path / "library"
    install(library, NOTEBOOK)
    (library / "runbooks").mkdir()
    (library / "runbooks" / "slow.md").write_text(
        "# Runbook: Slow\n\n## Symptoms\n\n- It is slow.\n\n## Diagnosis\n\n"
        "### Step 1: Look\n\nKEY: `jupyter-toy-key`\n\n## Escalation\n\n- Call somebody.\n"
    )
    return ("run", "slow", "--library", str(library), "--unattended")


def hosted(environment: dict[str, str], words: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    """A caller whose cell sleeps by now."""
    caller = subprocess.Popen(
        [*COMMAND, *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    store = Path(environment["RUNBOOK_EVIDENCE_DIR"])

    def sleeps() -> bool:
        assert caller.poll() is None, caller.communicate()
        return any(store.rglob("outputs/ready"))

    wait_for("the cell sleeps", sleeps)
    return caller


def states(runbook: Call) -> list[object]:
    return [run["standing"] for run in json.loads(runbook("history", "--json").stdout)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_caller_stops_the_run_in_order(
    environment: dict[str, str],
    runbook: Call,
    resident: int,
    sleeper: tuple[str, ...],
    number: signal.Signals,
) -> None:
    caller = hosted(environment, sleeper)
    caller.send_signal(number)
    said, errors = caller.communicate(timeout=20)
    assert caller.returncode == 128 + number, (said, errors)
    assert served(runbook) == 1
    assert states(runbook) == ["interrupted"]


@pytest.mark.parametrize("victim", ["caller", "resident"])
def test_sigkill_leaves_no_process_and_no_untruth(
    environment: dict[str, str],
    runbook: Call,
    resident: int,
    sleeper: tuple[str, ...],
    victim: str,
) -> None:
    caller = hosted(environment, sleeper)
    hosts = below(resident) - {resident}
    os.kill(resident if victim == "resident" else caller.pid, signal.SIGKILL)
    _, errors = caller.communicate(timeout=20)
    if victim == "resident":
        assert caller.returncode == 128 + signal.SIGTERM
        assert errors.decode().endswith(
            "error: the resident process is gone, and the run that it did was stopped\n"
            "hint:  `runbook history` shows the run, `runbook resume` goes on with it\n"
        )
        wait_for("all are dead", lambda: not any(map(alive, hosts)), seconds=8)
    else:
        wait_for("nothing is hosted", lambda: " 0 runs now" in runbook("warm", "--status").stdout)
    assert states(runbook) != ["finished"]


def test_the_record_says_whether_the_resident_did_it(runbook: Call, resident: int) -> None:
    words = ("run", "webhook-failures", "--sample", "--unattended", "--json")
    told = [json.loads(runbook(*words, RUNBOOK_WARM=use).stdout) for use in ("on", "off")]
    assert [run["run"]["by_resident"] for run in told] == [True, False]
    (warm, *_), (cold, *_) = ([k for s in run["steps"] for k in s["keys"]] for run in told)
    assert (warm["on_spare_of_resident"], cold["on_spare_of_resident"]) == (True, False)


def test_a_file_can_say_that_it_is_not_used(runbook: Call, resident: int, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "runbook.toml").write_text("[warm]\nuse = false\n")
    key = ("keys", "run", "webhook-event-analysis", "-i", str(SAMPLES / "outage.csv"))
    words = (*key, "--library", str(ROOT), "--json")
    cold = runbook(*words, cwd=tmp_path / "here")
    assert served(runbook) == 0
    warm = runbook(*words, cwd=tmp_path / "here", RUNBOOK_WARM="on")
    assert served(runbook) == 1
    assert (warm.returncode, cold.returncode) == (0, 0)
    shown = [json.loads(ended.stdout) for ended in (warm, cold)]
    assert [one.pop("on_spare_of_resident") for one in shown] == [True, False]
    assert shown[0] == shown[1]
