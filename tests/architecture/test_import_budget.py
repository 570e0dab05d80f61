"""Commands that an engineer waits for load nothing heavy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("papermill", "nbformat", "nbclient", "jupyter_client", "pydantic", "rich", "duckdb", "zmq")
PROGRAM = """
import sys
from runner.cli.app import main
try:
    main()
except SystemExit as ended:
    assert ended.code in (0, 1, None), ended.code
heavy = [name for name in {heavy!r} if name in sys.modules]
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["list"],
        ["lint"],
        ["plan", "webhook-failures"],
        ["rehearse"],
        ["plan", "webhook-failures", "--format", "svg"],
        ["find", "webhooks"],
        ["fmt", "--check", "webhook-failures"],
        ["history"],
        ["verify", "--help"],
        ["rule", "RB104"],
        ["schedule", "--help"],
        ["resume", "--help"],
        ["answer", "--help"],
    ],
    ids=" ".join,
)
def test_a_command_that_starts_no_kernel_loads_nothing_heavy(
    arguments: list[str], tmp_path: Path
) -> None:
    environment = {**os.environ, "RUNBOOK_EVIDENCE_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(heavy=HEAVY), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_a_run_that_is_refused_has_not_imported_what_carries_it_out() -> None:
    arguments = ["run", "webhook-failures", "-i", "LICENSE", "--unattended"]
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "runner", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 3, ended.stderr
    assert "has no column timestamp" in ended.stderr
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "runner.runs.assignment" in imported
    assert "runner.runs.begin" not in imported
