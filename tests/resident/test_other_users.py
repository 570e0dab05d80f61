"""Other users of the host and the resident: it serves none of them; none of them can play it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.resident import place
from tests.kernels.users import EVE, NEEDS_USERS, as_user, words_as
from tests.resident.conftest import ROOT, Call, served

pytestmark = [pytest.mark.fault, NEEDS_USERS]
SAMPLE = ROOT / "jupyter-keys/webhook-event-analysis/samples/healthy-day.csv"
ASKS = """
import socket, sys
asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
asked.settimeout(5)
try:
    asked.connect(sys.argv[1])
    print("heard", asked.recv(16))
except OSError as error:
    print(type(error).__name__)
"""
PLAYS = """
import socket, sys
played = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
played.bind(sys.argv[1])
played.listen()
print("ready", flush=True)
played.settimeout(30)
connection, _ = played.accept()
connection.settimeout(5)
try:
    connection.send(b"here")
    print("got", connection.recv(1 << 20), flush=True)
except OSError:
    print("got", b"", flush=True)
"""


@pytest.fixture
def folder(environment: dict[str, str]) -> Iterator[Path]:
    """Where the socket is: below a folder that everybody may enter."""
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o755)
    environment["RUNBOOK_WARM_DIR"] = str(outer / "warm")
    yield outer / "warm"
    shutil.rmtree(outer)


def test_another_user_is_not_served_whatever_the_modes_are(
    folder: Path, runbook: Call, resident: int
) -> None:
    (socket,) = folder.iterdir()
    asked = as_user(EVE, "python3", "-c", ASKS, str(socket))
    assert asked.stdout == "PermissionError\n", asked.stderr
    folder.chmod(0o755)
    asked = as_user(EVE, "python3", "-c", ASKS, str(socket))
    assert asked.stdout == "PermissionError\n"
    socket.chmod(0o666)
    asked = as_user(EVE, "python3", "-c", ASKS, str(socket))
    assert asked.stdout in ("heard b''\n", "ConnectionResetError\n")
    assert runbook("run", "webhook-failures", "-i", str(SAMPLE)).returncode == 0
    folder.chmod(0o700)
    assert served(runbook) == 0


def test_a_resident_that_another_user_plays_is_told_nothing(
    folder: Path, runbook: Call, environment: dict[str, str]
) -> None:
    folder.mkdir(mode=0o700)
    os.chown(folder, EVE, EVE)
    path = place.socket_path({"RUNBOOK_WARM_DIR": str(folder)})
    words = words_as(EVE, "python3", "-c", PLAYS, path)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as played:
        assert played.stdout is not None
        assert played.stdout.readline() == "ready\n"
        ended = runbook("run", "webhook-failures", "-i", str(SAMPLE))
        assert ended.returncode == 0, ended.stderr
        assert played.stdout.readline() == "got b''\n"
