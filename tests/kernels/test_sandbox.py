"""What a notebook can and cannot do at each level of the sandbox, tried from within."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from runner.keys.inputs import stage_input
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.results import FailureKind, KeyFailure, KeyResult
from runner.model.sandbox import Sandbox, SandboxLevel, SandboxPolicy
from tests.kernels.levels import NEEDS_LANDLOCK, NEEDS_STRICT
from tests.keys.installed import CONTRACT, PUBLISH, install, order

pytestmark = pytest.mark.kernel
STRICT, LANDLOCK, RLIMITS = SandboxLevel
OK = "publish(count=3)"
TRY = """
def tried(deed):
    try:
        return deed() or "done"
    except Exception as error:
        return type(error).__name__
"""
both = pytest.mark.parametrize(
    "level",
    [pytest.param(STRICT, marks=NEEDS_STRICT), pytest.param(LANDLOCK, marks=NEEDS_LANDLOCK)],
)


def ask(
    tmp_path: Path, level: SandboxLevel, *deeds: str, spare: bool = True, **contract: Any
) -> tuple[KeyResult | KeyFailure, list[str]]:
    """Execute a KEY that tries the deeds at exactly this level; what came of each."""
    (tmp_path / "store").mkdir()
    (tmp_path / "run-of-another").mkdir()
    run = tmp_path / "store" / "run"
    run.mkdir()
    (tmp_path / "events.csv").write_text("event_id,status\na,200\n")
    staged = stage_input("events", tmp_path / "events.csv", run)
    tries = "\n".join(f"print(tried(lambda: {deed}))" for deed in deeds)
    key = install(
        tmp_path / "library", PUBLISH, f"import os, socket{TRY}{tries}", OK,
        contract={**CONTRACT, **contract},
    )  # fmt: skip
    executor = PapermillExecutor(policy=SandboxPolicy(level, is_required=True))
    if spare:
        executor.prepare()
    outcome = executor.execute(order(key, run, inputs=[staged]), lambda progress: None)
    executor.stop()
    cells = json.loads((run / outcome.notebook).read_text())["cells"] if outcome.notebook else []
    said = ["".join(o.get("text", "")) for c in cells for o in c.get("outputs", ())]
    return outcome, "".join(said).splitlines()


@both
@pytest.mark.parametrize("spare", [True, False])
def test_files_are_read_only_but_for_what_is_its_own(
    tmp_path: Path, level: SandboxLevel, spare: bool
) -> None:
    outcome, said = ask(
        tmp_path,
        level,
        "len(open(events).readlines())",
        "open(events, 'w')",
        "open(events, 'a')",
        "os.unlink(events)",
        "os.chmod(events, 0o600) or open(events, 'w')",
        "open('/usr/planted', 'w')",
        "open(os.environ['RUNBOOK_KEY_DIR'] + '/key.json', 'a')",
        "open('here', 'w').close()",
        "open(os.environ['HOME'] + '/here', 'w').close()",
        "open(os.environ['TMPDIR'] + '/here', 'w').close()",
        "open(os.environ['RUNBOOK_OUTPUT_DIR'] + '/more.txt', 'w').close()",
        spare=spare,
    )
    refused = {"OSError", "PermissionError"}
    assert isinstance(outcome, KeyResult), outcome
    assert outcome.sandbox == Sandbox(level)
    assert said[0] == "2"
    assert set(said[1:7]) <= refused, said
    assert said[7:] == ["done"] * 4
    assert (tmp_path / "store/run/inputs/events/events.csv").read_text().endswith("a,200\n")
    assert (tmp_path / "store/run/keys/step-1.1.1/attempt-1/outputs/more.txt").exists()


@both
def test_nothing_of_the_user_can_be_read(tmp_path: Path, level: SandboxLevel) -> None:
    home = Path.home()
    secret = home / f".secret-{os.getpid()}"
    secret.write_text("private")
    try:
        outcome, said = ask(
            tmp_path,
            level,
            f"open({str(secret)!r}).read()",
            f"os.listdir({str(tmp_path)!r} + '/run-of-another')",
            f"os.listdir({str(tmp_path / 'store')!r} + '/run')",
            f"open({str(tmp_path / 'events.csv')!r}).read()",
            "open('/etc/shadow').read()",
            "os.listdir('/run')",
            f"open('/proc/{os.getpid()}/environ').read()",
        )
    finally:
        secret.unlink()
    assert isinstance(outcome, KeyResult), outcome
    hidden = {"FileNotFoundError", "PermissionError"}
    run_folder = said.pop(2)
    assert run_folder in ("PermissionError", "['inputs', 'keys']", "['keys', 'inputs']")
    assert set(said) <= hidden, said


@both
def test_there_is_no_network(tmp_path: Path, level: SandboxLevel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _, said = ask(tmp_path, level, f"socket.create_connection(('127.0.0.1', {port}), 2)")
    assert said[0] in ("ConnectionRefusedError", "PermissionError")


@both
def test_a_contract_with_network_has_it_and_the_record_says_so(
    tmp_path: Path, level: SandboxLevel
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        connect = f"bool(socket.create_connection(('127.0.0.1', {port}), 2))"
        outcome, said = ask(tmp_path, level, connect, network=True)
    assert isinstance(outcome, KeyResult), outcome
    assert said == ["True"]
    assert outcome.sandbox == Sandbox(level, network=True)


@NEEDS_STRICT
def test_the_strict_box_holds_no_other_process_and_no_power(tmp_path: Path) -> None:
    outcome, said = ask(
        tmp_path,
        STRICT,
        "len([name for name in os.listdir('/proc') if name.isdigit()])",
        "str(os.getppid())",
        "[line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')]",
        "[line.split()[1] for line in open('/proc/self/status') if line.startswith('NoNewP')]",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "open('/proc/self/uid_map', 'w')",
        "os.mknod('/tmp/device', 0o60600)",
        "[socket.create_connection(s.getsockname()) and 'lo'"
        " for s in [socket.create_server(('127.0.0.1', 0))]][0]",
        "os.openpty() and 'pty'",
        "__import__('multiprocessing').Lock() and 'lock'",
        "__import__('subprocess').check_output(['sh', '-c', 'echo sh']).decode().strip()",
    )
    assert isinstance(outcome, KeyResult), outcome
    assert int(said[0]) <= 3
    assert said[1:4] == ["0", "['0000000000000000']", "['1']"]
    assert said[4:7] == ["OSError", "OSError", "PermissionError"]
    assert said[7:] == ["lo", "pty", "lock", "sh"]


@NEEDS_STRICT
def test_paths_in_the_evidence_are_those_of_the_run(tmp_path: Path) -> None:
    _, said = ask(tmp_path, STRICT, "events", "os.environ['RUNBOOK_OUTPUT_DIR']")
    run = tmp_path / "store" / "run"
    assert said == [
        f"{run}/inputs/events/events.csv",
        f"{run}/keys/step-1.1.1/attempt-1/outputs",
    ]


@NEEDS_LANDLOCK
def test_the_best_level_is_reached_though_a_spare_cannot_have_it(tmp_path: Path) -> None:
    key = install(tmp_path / "library", PUBLISH, OK)
    executor = PapermillExecutor(policy=SandboxPolicy(LANDLOCK))
    executor.prepare()
    outcomes = [
        executor.execute(order(key, tmp_path / name), lambda progress: None) for name in ("a", "b")
    ]
    executor.stop()
    assert [outcome.sandbox for outcome in outcomes] == [Sandbox(LANDLOCK)] * 2


def test_an_input_that_was_changed_fails_the_key(tmp_path: Path) -> None:
    outcome, _ = ask(
        tmp_path, RLIMITS, "os.chmod(events, 0o600)", "open(events, 'a').write('b,500')"
    )
    assert isinstance(outcome, KeyFailure)
    assert (outcome.kind, outcome.message) == (
        FailureKind.CONTRACT,
        "it changed its input events",
    )


@pytest.mark.parametrize(
    "deed",
    ["os.mkfifo(f'{out}/odd')", "os.symlink('/etc/passwd', f'{out}/odd')",
     "os.chdir(out) or socket.socket(socket.AF_UNIX).bind('odd')"],
)  # fmt: skip
def test_what_is_no_file_among_the_outputs_fails_the_key_and_is_removed(
    tmp_path: Path, deed: str
) -> None:
    outcome, _ = ask(tmp_path, RLIMITS, f"[{deed} for out in [os.environ['RUNBOOK_OUTPUT_DIR']]]")
    assert isinstance(outcome, KeyFailure)
    assert outcome.message == "it left 'odd' among its outputs, which is no file"
    assert not (tmp_path / "store/run/keys/step-1.1.1/attempt-1/outputs/odd").is_symlink()


def test_the_log_of_a_kernel_is_read_from_its_file_whatever_lies_at_its_name(
    tmp_path: Path,
) -> None:
    log = "os.environ['HOME'] + '/../kernel.log'"
    outcome, _ = ask(
        tmp_path,
        RLIMITS,
        f"os.unlink({log})",
        f"os.symlink('/etc/passwd', {log})",
        "os._exit(3)",
    )
    assert isinstance(outcome, KeyFailure)
    assert outcome.message == "the kernel ended by itself, with exit code 3"


@both
def test_the_database_of_the_kit_opens_in_every_box(tmp_path: Path, level: SandboxLevel) -> None:
    asked = "__import__('duckdb').connect().execute('select 42').fetchall()"
    outcome, said = ask(tmp_path, level, asked)
    assert (isinstance(outcome, KeyResult), said) == (True, ["[(42,)]"])
