"""`runbook warm`: one resident for a user and a checkout, used only where it is surely the same."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.cli.warm import units
from runner.resident import place
from runner.resident.request import Request, receive
from tests.kernels.processes import alive, wait_for
from tests.resident.conftest import COMMAND, ROOT, Call, served

SAMPLE = str(ROOT / "jupyter-keys/webhook-event-analysis/samples/healthy-day.csv")
RUN = ("run", "webhook-failures", "-i", SAMPLE)


def test_it_starts_once_tells_and_stops(runbook: Call, resident: int) -> None:
    assert runbook("warm").stdout.startswith(f"resident {resident}: ")
    assert runbook("warm", "--status").returncode == 0
    assert runbook("warm", "--stop").returncode == 0
    wait_for("it has ended", lambda: not alive(resident), seconds=5)
    for word in ("--status", "--stop"):
        assert runbook("warm", word).returncode == 1


def test_only_its_user_may_enter(resident: int, environment: dict[str, str]) -> None:
    folder = Path(environment["RUNBOOK_WARM_DIR"])
    (found,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, found.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_folder_that_others_may_enter_is_not_trusted(
    runbook: Call, resident: int, environment: dict[str, str]
) -> None:
    Path(environment["RUNBOOK_WARM_DIR"]).chmod(0o755)
    assert runbook("warm", "--status").returncode == 1
    assert runbook(*RUN).returncode == 0
    Path(environment["RUNBOOK_WARM_DIR"]).chmod(0o700)
    assert served(runbook) == 0


@pytest.mark.parametrize(
    "variables", [{"RUNBOOK_WARM": "off"}, {"PYTHONOPTIMIZE": "1"}, {"LC_ALL": "C"}]
)
def test_a_caller_that_is_not_like_it_does_the_run_itself(
    runbook: Call, resident: int, variables: dict[str, str]
) -> None:
    ended = runbook(*RUN, **variables)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert served(runbook) == 0


def test_another_checkout_has_another_resident(
    tmp_path: Path, runbook: Call, resident: int, environment: dict[str, str]
) -> None:
    shutil.copytree(ROOT / "runner", tmp_path / "other" / "runner")
    asked = subprocess.run(
        [*COMMAND, "warm", "--status"],
        cwd=tmp_path / "other",
        env={**environment, "PYTHONPATH": str(tmp_path / "other")},
        capture_output=True,
        check=False,
    )
    assert asked.returncode == 1
    assert runbook("warm", "--status").returncode == 0


def test_a_resident_whose_sources_have_changed_ends(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "runner", other / "runner")
    its_own = {**environment, "PYTHONPATH": str(other), "RUNBOOK_LIBRARY": str(ROOT)}

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *words],
            cwd=other,
            env=its_own,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    assert call("warm").returncode == 0
    source = other / "runner" / "version.py"
    source.write_text(source.read_text() + "\n# later\n")
    assert call(*RUN).returncode == 0
    wait_for("it has ended", lambda: call("warm", "--status").returncode == 1, seconds=5)


def test_a_socket_that_nobody_serves_is_no_obstacle(
    runbook: Call, environment: dict[str, str]
) -> None:
    folder = Path(environment["RUNBOOK_WARM_DIR"])
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stale:
        stale.bind(place.socket_path(environment))
    assert runbook(*RUN).returncode == 0
    assert runbook("warm").returncode == 0
    assert runbook("warm", "--stop").returncode == 0


def test_one_that_does_not_answer_is_not_awaited_for_long(
    runbook: Call, environment: dict[str, str]
) -> None:
    folder = Path(environment["RUNBOOK_WARM_DIR"])
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as silent:
        silent.bind(place.socket_path(environment))
        silent.listen()
        started = time.monotonic()
        assert runbook(*RUN).returncode == 0
        assert time.monotonic() - started < 15


def test_it_ends_when_it_is_idle(runbook: Call) -> None:
    assert runbook("warm", "--idle", "0.02").returncode == 0
    wait_for("it has ended", lambda: runbook("warm", "--status").returncode == 1, seconds=8)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_at_once(resident: int, number: signal.Signals) -> None:
    os.kill(resident, number)
    wait_for("it has ended", lambda: not alive(resident), seconds=2)


def test_garbled_requests_and_callers_that_are_gone_do_not_end_it(
    runbook: Call, resident: int, environment: dict[str, str]
) -> None:
    garbled = (b"", b"nonsense", b"run", b"run\0a\0b\0c", b"run\0a\0b\x009\0run", b"\xff\0\xfe")
    for message in (*garbled, b"status"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
            caller.connect(place.socket_path(environment))
            socket.send_fds(caller, [message], [0, 0, 0, 0])
    assert runbook("warm", "--status").returncode == 0
    assert alive(resident)


@pytest.mark.parametrize(
    ("texts", "words", "variables"),
    [
        (("i", "l", "2", "run", "x", "A=1", "B=="), ("run", "x"), {"A": "1", "B": "="}),
        (("i", "l", "0"), (), {}),
        (("i", "l", "3", "run", "x"), None, None),
        (("i", "l", "-1", "run"), None, None),
        (("i", "l", "1", "run", "no variable"), None, None),
    ],
)
def test_a_request_is_read_whole_or_not_at_all(
    texts: tuple[str, ...], words: object, variables: object
) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        socket.send_fds(ours, ["\0".join(("run", *texts)).encode()], [0, 0, 0, 0])
        found = receive(theirs)
    if words is None:
        assert found == ""
        return
    assert isinstance(found, Request)
    found.close()
    assert (found.words, found.environment) == (words, variables)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="absent here: systemd-analyze")
@pytest.mark.parametrize("name", ["plain", "with space", "per%cent ; x"])
def test_systemd_accepts_the_units(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    python = tmp_path / name / "python"
    python.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("RUNBOOK_WARM_DIR", f"/tmp/{name}")  # not made; a long one is no address
    for file, text in units().items():
        (tmp_path / file).write_text(text)
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.glob("runbook-warm.*"))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in ended.stderr.splitlines() if "runbook-warm" in line] == []


def test_one_that_cannot_fork_lets_the_caller_do_the_run(
    runbook: Call, environment: dict[str, str]
) -> None:
    script = """
import os, sys
from runner.__main__ import main
fork, failures = os.fork, [BlockingIOError(11, "Resource temporarily unavailable")]
def fork_later():
    if failures:
        raise failures.pop()
    return fork()
os.fork = fork_later
sys.argv = ["runbook", "warm", "--foreground", "--spares", "1"]
main()
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)
    try:
        wait_for("it answers", lambda: runbook("warm", "--status").returncode == 0)
        did = []
        for _ in range(2):
            told = runbook("run", "webhook-failures", "--sample", "--unattended", "--json")
            did.append(json.loads(told.stdout)["run"]["by_resident"])
        assert did == [False, True]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


RUN_AFTER_THE_IMPORTS = """
import os, sys
from importlib import import_module
from runner.cli.warm import OF_A_RUN
for name in OF_A_RUN:
    import_module(name)
known, leave = set(sys.modules), os._exit
def tell(code):
    late = sorted(name for name in set(sys.modules) - known if not name.startswith(("typer.", "_")))
    print("late:", *late, file=sys.stderr, flush=True)
    leave(code)
os._exit = tell
from runner.cli.app import main
main(None)
"""


def test_a_resident_has_imported_what_a_run_needs(environment: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", RUN_AFTER_THE_IMPORTS, *RUN, "--unattended"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.endswith("late:\n")


@pytest.mark.parametrize("locale", [{}, {"LANG": "C.UTF-8"}])
def test_callers_without_a_locale_are_served_as_those_with_one(
    environment: dict[str, str], locale: dict[str, str]
) -> None:
    variables = {name: value for name, value in environment.items() if name != "LANG"} | locale

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *words],
            cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert call("warm", "--spares", "1").returncode == 0
    try:
        told = json.loads(call(*RUN, "--unattended", "--json").stdout)
    finally:
        call("warm", "--stop")
    assert told["run"]["by_resident"] is True
