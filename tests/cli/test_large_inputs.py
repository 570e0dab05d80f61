"""Inputs that are too large to be copied: named by origin, size and digest, and said so."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Runbook
from tests.cli.test_rerun import CELLS, ROWS, write_library

pytestmark = pytest.mark.kernel


class Referring:
    """A store with one run whose input was not copied."""

    def __init__(self, folder: Path, store: Path, runbook: Runbook, *words: str) -> None:
        self.folder, self.store, self._runbook = folder, store, runbook
        self.library = write_library(folder, CELLS)
        self.events = folder / "events.csv"
        self.events.write_text(ROWS)
        self.digest = "sha256:" + hashlib.sha256(ROWS.encode()).hexdigest()
        limit = words or ("--copy-up-to", "50B")
        self.ended = self.call("run", "toy", "-i", f"events={self.events}", "--unattended", *limit)

    def call(self, *words: str) -> Any:
        return self._runbook(*words, "--library", str(self.library), cwd=self.folder)

    def look(self, *words: str) -> Any:
        return self._runbook(*words, cwd=self.folder)

    @property
    def run(self) -> Path:
        (run,) = (self.store / "runs").iterdir()
        return run

    def staged(self) -> dict[str, Any]:
        lines = (self.run / "journal.jsonl").read_text().splitlines()
        events = [json.loads(line)["event"] for line in lines]
        (staged,) = [event["staged"] for event in events if event["is"] == "InputStaged"]
        found: dict[str, Any] = staged
        return found


@pytest.fixture
def referring(tmp_path: Path, store: Path, runbook: Runbook) -> Referring:
    return Referring(tmp_path, store, runbook)


def test_a_large_input_is_read_where_it_lies_and_every_place_says_that_it_is_not_kept(
    referring: Referring,
) -> None:
    events, digest = referring.events, referring.digest
    assert f"input events is not kept: {events}, 51 bytes" in " ".join(
        referring.ended.stderr.split()
    )
    assert not list(referring.run.glob("inputs/**/*.csv"))
    told = {
        "name": "events", "origin": str(events), "file": str(events),
        "size": 51, "digest": digest, "is_copied": False,
    }  # fmt: skip
    assert referring.staged().items() >= told.items()
    manifest = json.loads((referring.run / "manifest.json").read_text())
    assert manifest["predicate"]["notKept"] == [
        {
            "name": "events", "uri": str(events), "annotations": {"size": 51},
            "digest": {"sha256": digest.removeprefix("sha256:")},
        }
    ]  # fmt: skip
    verified = referring.look("evidence", "verify")
    assert verified.returncode == 0
    assert verified.stdout.endswith(f"not kept: input events, {events}, 51 bytes, {digest}\n")
    report = " ".join(referring.look("report").stdout.split())
    assert "51 bytes, sha256 " in report
    assert ", not kept" in report
    (given,) = json.loads(referring.look("report", "--json").stdout)["inputs"]
    assert given["kept"] is False
    assert ", not kept" in referring.look("report", "--handoff").stdout
    assert "input events taken in: " in referring.look("report", "--incident-record").stdout
    assert "not kept, save it yourself: " in referring.look("report", "--incident-record").stdout
    assert "events.csv (not kept)" in (referring.run / "report.html").read_text()


def test_an_input_within_the_limit_is_copied(tmp_path: Path, store: Path, runbook: Runbook) -> None:
    copied = Referring(tmp_path, store, runbook, "--copy-up-to", "51B")
    assert copied.staged()["is_copied"] is True
    assert "notKept" not in (copied.run / "manifest.json").read_text()
    assert "not kept" not in copied.ended.stderr + copied.look("report").stdout


def test_standard_input_is_copied_whatever_its_size(
    tmp_path: Path, store: Path, runbook: Runbook
) -> None:
    library = write_library(tmp_path, CELLS)
    words = ("run", "toy", "-i", "events=-", "--unattended", "--copy-up-to", "1B")
    runbook(*words, "--library", str(library), stdin=ROWS)
    (run,) = (store / "runs").iterdir()
    assert (run / "inputs/events/stdin").read_text() == ROWS


def test_the_keys_are_executed_again_on_an_origin_that_is_what_it_was(
    referring: Referring,
) -> None:
    told = referring.call("replay", "--rerun-keys")
    assert (told.returncode, "every decision would be the same" in told.stdout) == (0, True)


def test_an_origin_that_changed_is_not_looked_at_again(referring: Referring) -> None:
    referring.events.write_text(ROWS + "e9,200\n")
    told = referring.call("replay", "--rerun-keys")
    assert told.returncode == 3
    said = " ".join(told.stdout.split())
    assert "not executed: input events was not copied, and " in said
    assert "is not what was taken in: it was 51 bytes, sha256:" in said
    assert "and is 58 bytes, sha256:" in said


def test_an_origin_that_is_gone_is_named(referring: Referring) -> None:
    referring.events.unlink()
    told = referring.call("replay", "--rerun-keys")
    assert told.returncode == 3
    assert "it cannot be read (No such file or directory); it was 51" in " ".join(
        told.stdout.split()
    )
    assert referring.look("evidence", "verify").returncode == 0


def left_in_the_key(
    tmp_path: Path, store: Path, environment: dict[str, str], cells: str
) -> tuple[Path, Path]:
    """A run that was killed while its KEY was at work, on an input that was not copied."""
    library, events = write_library(tmp_path, cells), tmp_path / "events.csv"
    events.write_text(ROWS)
    words = ("run", "toy", "-i", f"events={events}", "--unattended", "--copy-up-to", "1B")
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *words, "--library", str(library)],
        env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if any("KeyStarted" in file.read_text() for file in store.glob("runs/*/journal.jsonl")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return library, events


def test_a_run_is_not_resumed_on_an_origin_that_changed_but_can_be_aborted(
    tmp_path: Path, store: Path, environment: dict[str, str], runbook: Runbook
) -> None:
    slow = CELLS.replace("key.publish", "import time; time.sleep(5)\nkey.publish", 1)
    library, events = left_in_the_key(tmp_path, store, environment, slow)
    events.write_text(ROWS.replace("200", "500"))
    told = runbook("resume", "--library", str(library))
    assert told.returncode == 3
    assert "input events was not copied, and " in told.stderr
    assert "put the file back as it was, or run it anew: runbook run" in told.stderr
    events.write_text(ROWS)
    whole = runbook("resume", "--library", str(library))
    assert whole.returncode not in (3, 70)
    assert "KeyFinished" in next(store.glob("runs/*/journal.jsonl")).read_text()


def test_a_run_whose_origin_changed_can_be_aborted(
    tmp_path: Path, store: Path, environment: dict[str, str], runbook: Runbook
) -> None:
    slow = CELLS.replace("key.publish", "import time; time.sleep(60)\nkey.publish", 1)
    library, events = left_in_the_key(tmp_path, store, environment, slow)
    events.unlink()
    assert runbook("resume", "--abort", "--library", str(library)).returncode == 130


def test_the_limit_is_read_from_the_configuration_of_the_project(
    tmp_path: Path, store: Path, runbook: Runbook
) -> None:
    (tmp_path / "runbook.toml").write_text('[evidence]\ncopy_up_to_bytes = "50B"\n')
    configured = Referring(tmp_path, store, runbook, "--exit-zero")
    assert configured.staged()["is_copied"] is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[evidence]\ncopy_up_to_bytes = "much"\n',
            "copy_up_to_bytes = 'much': a size (units: b, ",
        ),
        ("[evidence]\ncopy_up_to_bytes = 0\n", "copy_up_to_bytes = 0: a size"),
        ('[evidence]\ncopy = "1GiB"\n', "no name is called 'copy'"),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(
    tmp_path: Path, store: Path, runbook: Runbook, text: str, said: str
) -> None:
    (tmp_path / "runbook.toml").write_text(text)
    refused = Referring(tmp_path, store, runbook, "--exit-zero").ended
    assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr


def test_a_limit_that_is_no_size_is_refused(tmp_path: Path, store: Path, runbook: Runbook) -> None:
    refused = Referring(tmp_path, store, runbook, "--copy-up-to", "1 mile").ended
    assert refused.returncode == 2
    assert "--copy-up-to cannot be '1 mile'" in refused.stderr
    assert not (store / "runs").exists()
