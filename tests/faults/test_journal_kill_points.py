"""SIGKILL at any moment of writing a journal: nothing that was acknowledged is lost."""

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.evidence.journal import JournalWriter, read_journal
from runner.model.events import DeadlineReached, SignalReceived

pytestmark = pytest.mark.fault

WRITE_FOR_EVER = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from runner.evidence.journal import JournalWriter
from runner.model.events import SignalReceived
writer = JournalWriter.open(Path(sys.argv[1]), lambda: datetime.now(UTC), time.monotonic)
while True:
    last = writer.append([SignalReceived(n) for n in range(3)])[-1].number
    os.write(1, b"%d\\n" % last)
"""
DIE_AT_A_CALL = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from runner.evidence.disk import AppendOnlyFile
from runner.evidence.journal import JournalWriter
from runner.model.events import SignalReceived

class Deadly(AppendOnlyFile):
    def __init__(self, path, call, bytes_first):
        super().__init__(path)
        self.left, self.bytes_first = call, bytes_first
    def die(self):
        self.left -= 1
        return self.left == 0
    def write(self, data):
        if self.die():
            super().write(data[: self.bytes_first])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(data)
    def sync(self):
        if self.die():
            os.kill(os.getpid(), signal.SIGKILL)
        super().sync()

for call in range(1, 9):
    for bytes_first in (0, 1, 100, 10_000):
        path = Path(sys.argv[1], f"{call}-{bytes_first}.jsonl")
        reading, writing = os.pipe()
        if os.fork() == 0:
            disk = Deadly(path, call, bytes_first)
            writer = JournalWriter(disk, lambda: datetime.now(UTC), lambda: 0.0)
            while True:
                writer.append([SignalReceived(1)])
                os.write(writing, b"x")
        os.close(writing)
        os.wait()
        print(path, len(os.read(reading, 99)), flush=True)
        os.close(reading)
"""


def run_until_killed(journal: Path, seconds: float) -> int:
    """Let a process write; kill it `seconds` after its first line; the last number it said."""
    command = [sys.executable, "-c", WRITE_FOR_EVER, str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
    return int(said.rpartition(b"\n")[0].splitlines()[-1])


def test_a_kill_at_a_random_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    moments = random.Random(20261123)
    for _ in range(10):
        acknowledged = run_until_killed(journal, moments.uniform(0, 0.05))

        read = read_journal(journal)

        assert read.problems == ()
        assert len(read.entries) >= acknowledged


def test_a_kill_at_each_call_to_the_disk_loses_nothing_acknowledged(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DIE_AT_A_CALL, str(tmp_path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(told) == 32
    for line in told:
        path, acknowledged = line.rsplit(" ", 1)
        read = read_journal(Path(path))
        assert read.problems == ()
        assert len(read.entries) in (int(acknowledged), int(acknowledged) + 1)
        go_on = JournalWriter.open(Path(path), lambda: datetime.now(UTC), lambda: 0.0)
        assert go_on.append([SignalReceived(9)])[0].number == len(read.entries) + 1
        go_on.close()


@pytest.mark.parametrize("size", [10_000, 100_000])
def test_a_tail_of_any_length_is_set_aside(tmp_path: Path, size: int) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(b"\x00" * size)
    writer = JournalWriter.open(journal, lambda: datetime.now(UTC), lambda: 0.0)
    assert writer.append([DeadlineReached(1.0)])[0].number == 1
    writer.close()
    assert (tmp_path / "journal.torn-1").stat().st_size == size
