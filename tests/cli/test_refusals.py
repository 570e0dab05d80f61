"""Bad input: a clear error, its exit code, and nothing executed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "jupyter-keys/webhook-event-analysis/samples"
Runbook = Callable[..., "subprocess.CompletedProcess[str]"]
GOOD = f"webhook_log={SAMPLES / 'healthy-day.csv'}"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("run", "webhook-failure"), 2, "did you mean webhook-failures?"),
        (("run", "./nowhere.md"), 2, "there is no runbook file ./nowhere.md"),
        (("run", "webhook-failures"), 3, "input webhook_log is missing"),
        (("run", "webhook-failures", "-i", "nowhere.csv"), 3, "nowhere.csv"),
        (("run", "webhook-failures", "-i", "log=x.csv"), 2, "no KEY of this runbook has an input"),
        (("run", "webhook-failures", "-i", "."), 3, "directory"),
        (("run", "webhook-failures", "-i", "LICENSE"), 3, "timestamp"),
        (("run", "webhook-failures", "-i", GOOD, "-p", "zone=UTC"), 3, "has no parameter 'zone'"),
        (("run", "webhook-failures", "-i", GOOD, "-p", "zone"), 2, "--param NAME=VALUE"),
        (("run", "webhook-failures", "-i", GOOD, "-p", "timezone=Mars"), 3, "timezone"),
        (("run", "webhook-failures", "-i", GOOD, "--from-step", "9"), 2, "the runbook has no '9'"),
        (("run", "webhook-failures", "-i", GOOD, "--answer", "9=x"), 2, "names no question"),
        (("run", "webhook-failures", "-i", GOOD, "-i", GOOD), 2, "given twice"),
        (("plan", "webhook-failures", "--library", "docs"), 2, "is not a library"),
        (("why", "latest"), 2, "no run"),
        (("history", "--outcome", "good"), 2, "there is no outcome 'good'"),
        (("lint", "--format", "xml"), 2, "there is no format 'xml'"),
        (("rule", "RB999"), 2, "there is no rule 'RB999'"),
        (("walk",), 2, "No such command"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_executed(
    runbook: Runbook, store: Path, arguments: tuple[str, ...], exit_code: int, said: str
) -> None:
    ended = runbook(*arguments)
    assert said in ended.stderr
    assert ended.returncode == exit_code
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert not (store / "runs").exists() or not list((store / "runs").iterdir())


def test_a_runbook_with_errors_is_not_run(runbook: Runbook, tmp_path: Path, store: Path) -> None:
    path = tmp_path / "broken.md"
    path.write_text(
        "# B\n\n## Diagnosis Flow\n\n### Step 1: Look\n\n- If odd: Continue to Step 7\n"
    )
    ended = runbook("run", str(path))
    assert ended.returncode == 3
    assert "error" in ended.stderr
    assert not store.exists()


def test_a_runbook_that_is_no_text_is_refused(runbook: Runbook, tmp_path: Path) -> None:
    path = tmp_path / "binary.md"
    path.write_bytes(b"# B\n\xff\xfe\n")
    ended = runbook("plan", str(path))
    assert ended.returncode == 3
    assert "is not UTF-8 text: byte 4 does not decode" in ended.stderr
