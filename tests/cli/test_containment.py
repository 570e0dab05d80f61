"""Sandbox, limits and secrets from the command line to the evidence."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Runbook
from tests.kernels.levels import NEEDS_LANDLOCK, NEEDS_STRICT
from tests.keys.installed import CONTRACT, PUBLISH, install

SECRET = "hunter2-hunter2"
RUNBOOK = """# Toy

## Diagnosis Flow

### Step 1: Count

- **KEY**: `jupyter-toy-key`
- **Output**: Count
- **If Count > 100**: Continue to Step 2

### Step 2: Look

**Action**: Look closer.
"""


def library(folder: Path, *cells: str, secrets: tuple[str, ...] = ()) -> Path:
    contract: dict[str, Any] = {k: v for k, v in CONTRACT.items() if k != "inputs"}
    contract["secrets"] = [{"name": name} for name in secrets]
    install(folder, PUBLISH, *cells, contract=contract)
    (folder / "runbooks").mkdir()
    (folder / "runbooks" / "toy.md").write_text(RUNBOOK)
    return folder


def without_namespaces(*words: str) -> list[str]:
    """The command where nobody may make a user namespace, as hardened systems have it."""
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces"
    forbid += ' && exec setpriv --bounding-set=-all "$@"'
    return ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh", *words]


def run_without_namespaces(
    environment: dict[str, str], *words: str
) -> "subprocess.CompletedProcess[str]":
    command = without_namespaces(sys.executable, "-m", "runner", *words)
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def can_forbid() -> bool:
    if shutil.which("unshare") is None:
        return False
    return (
        subprocess.run(without_namespaces("true"), capture_output=True, check=False).returncode == 0
    )


NEEDS_UNSHARE = pytest.mark.skipif(not can_forbid(), reason="absent here: unshare --user")


@pytest.mark.kernel
@NEEDS_STRICT
def test_the_level_is_in_the_json_and_the_limits_in_the_journal(
    runbook: Runbook, tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)")
    ended = runbook(
        "run", "toy", "--library", str(folder), "--unattended", "--json", "--require-sandbox",
        "--limit", "memory_bytes=1GiB", "--limit", "wall_seconds=2min",
    )  # fmt: skip
    key = json.loads(ended.stdout)["steps"][0]["keys"][0]
    assert key["sandbox"] == {"level": "strict", "network": False, "not_better_because": ""}
    journal = next(store.glob("runs/*/journal.jsonl")).read_text().splitlines()
    events = [json.loads(line)["event"] for line in journal]
    limits = next(event["limits"] for event in events if event["is"] == "KeyStarted")
    assert (limits["memory_bytes"], limits["wall_seconds"]) == (1024**3, 120)


@pytest.mark.kernel
@NEEDS_UNSHARE
def test_a_sandbox_that_is_required_and_not_there_stops_the_run_before_a_cell(
    environment: dict[str, str], tmp_path: Path, store: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)")
    ended = run_without_namespaces(
        environment, "run", "toy", "--library", str(folder), "--unattended", "--require-sandbox"
    )
    assert ended.returncode == 3
    assert "the sandbox level strict is required and cannot be had here (strict: " in ended.stderr
    assert "no cell ran" in ended.stderr
    assert not store.exists()


@pytest.mark.kernel
@NEEDS_UNSHARE
@NEEDS_LANDLOCK
def test_without_namespaces_the_run_goes_on_in_landlock_and_says_why(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)")
    words = ("run", "toy", "--library", str(folder), "--unattended")
    told = run_without_namespaces(environment, *words).stdout
    assert "note: jupyter-toy-key ran in the weaker sandbox landlock" in " ".join(told.split())
    told_in_json = json.loads(run_without_namespaces(environment, *words, "--json").stdout)
    sandbox = told_in_json["steps"][0]["keys"][0]["sandbox"]
    assert sandbox["level"] == "landlock"
    assert sandbox["not_better_because"].startswith("strict: ")


@pytest.mark.kernel
@pytest.mark.parametrize("level", ["auto", "rlimits"])
def test_a_secret_is_nowhere_in_store_and_terminal(
    runbook: Runbook, tmp_path: Path, store: Path, level: str
) -> None:
    show = "import base64\ntoken = open(os.environ['RUNBOOK_SECRETS_DIR'] + '/token').read()"
    fail = "print(token, base64.b64encode(token.encode()).decode()); raise ValueError(token)"
    folder = library(tmp_path / "lib", show, fail, secrets=("token",))
    (tmp_path / "token").write_text(SECRET + "\n")
    ended = runbook(
        "run", "toy", "--library", str(folder), "--unattended", "--sandbox", level,
        "--secret", f"token=@{tmp_path / 'token'}",
    )  # fmt: skip
    assert "ValueError: [masked: token]" in ended.stdout
    kept = [file for file in store.rglob("*") if file.is_file()]
    assert [file for file in kept if b"hunter2" in file.read_bytes()] == []
    assert [file for file in kept if b"aHVudGVyMi" in file.read_bytes()] == []
    assert "hunter2" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 3, "jupyter-toy-key needs the secret token"),
        (["--secret", f"token={SECRET}"], 3, "names no variable of the environment"),
        (["--limit", "memory=1"], 2, "no limit is called 'memory'"),
        (["--sandbox", "none"], 2, "'none' is not one of"),
    ],
)
def test_what_cannot_be_is_refused_before_a_run_is_begun(
    runbook: Runbook, tmp_path: Path, store: Path, options: list[str], code: int, said: str
) -> None:
    folder = library(tmp_path / "lib", "publish(count=1)", secrets=("token",))
    ended = runbook("run", "toy", "--library", str(folder), "--unattended", *options)
    assert ended.returncode == code, ended.stderr
    assert said in " ".join(ended.stderr.split())
    assert SECRET not in ended.stdout + ended.stderr
    assert not store.exists()
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.kernel
def test_a_key_by_itself_is_contained_too(runbook: Runbook, tmp_path: Path) -> None:
    cells = ("token = open(os.environ['RUNBOOK_SECRETS_DIR'] + '/token').read()",
             "publish(count=len(token))")  # fmt: skip
    folder = library(tmp_path / "lib", *cells, secrets=("token",))
    (tmp_path / "token").write_text(SECRET)
    given = ("keys", "run", "toy-key", "--library", str(folder), "--json")
    assert runbook(*given).returncode == 3
    ended = runbook(*given, "--secret", f"token=@{tmp_path / 'token'}", "--limit", "processes=9")
    assert json.loads(ended.stdout)["outputs"]["count"] == str(len(SECRET)), ended
    limited = runbook(*given, "--limit", "processes=0")
    assert (limited.returncode, "the limit processes cannot be '0'" in limited.stderr) == (2, True)
