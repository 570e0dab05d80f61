import gzip
import os
import stat
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from runner.errors import InvalidInput
from runner.keys.inputs import check_input, stage_input
from runner.model.contract import ColumnSpec, DeclaredInput

EVENTS = DeclaredInput(
    "events",
    "Events",
    ("csv", "jsonl"),
    (ColumnSpec("event_id", "text"), ColumnSpec("status", "integer", ("response code",))),
    min_rows=1,
)
WANTED = "wanted: event_id, status"


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def refusal(name: str, origin: Path, run_folder: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        stage_input(name, origin, run_folder)
    assert refused.value.not_done == "no cell ran"
    return refused.value.happened


def test_a_staged_input_is_a_read_only_copy_with_its_digest(
    tmp_path: Path, run_folder: Path
) -> None:
    origin = tmp_path / "events.csv"
    origin.write_bytes(b"event_id,status\n" * 200_000)
    staged = stage_input("events", origin, run_folder)
    copy = run_folder / staged.file
    assert (staged.file, staged.size) == ("inputs/events/events.csv", 3_200_000)
    assert staged.digest == "sha256:" + sha256(copy.read_bytes()).hexdigest()
    assert copy.read_bytes() == origin.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o400
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert [file.name for file in copy.parent.iterdir()] == ["events.csv"]


def test_what_is_no_file_is_refused(tmp_path: Path, run_folder: Path) -> None:
    missing, folder, pipe, empty = (tmp_path / n for n in ("missing", "folder", "pipe", "empty"))
    folder.mkdir()
    os.mkfifo(pipe)
    empty.touch()
    assert refusal("events", missing, run_folder) == f"input events: {missing} is not there"
    assert refusal("events", folder, run_folder) == f"input events: {folder} is a directory"
    assert refusal("events", pipe, run_folder) == f"input events: {pipe} is a named pipe"
    assert refusal("events", empty, run_folder) == f"input events: {empty} is empty (0 bytes)"
    device = Path("/dev/null")
    assert refusal("events", device, run_folder) == "input events: /dev/null is a device"
    assert not list((run_folder / "inputs").glob("*/*"))


def test_a_file_without_permission_is_refused(tmp_path: Path, run_folder: Path) -> None:
    origin = tmp_path / "events.csv"
    origin.write_text("a\n")
    origin.chmod(0)
    if os.access(origin, os.R_OK):
        pytest.skip("root may read everything")
    assert refusal("events", origin, run_folder) == f"input events: {origin} may not be read"


def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, run_folder: Path) -> None:
    assert refusal("../x", tmp_path, run_folder) == "'../x' is not the name of an input"


def test_an_input_given_twice_is_refused(tmp_path: Path, run_folder: Path) -> None:
    origin = tmp_path / "events.csv"
    origin.write_text("a\n")
    stage_input("events", origin, run_folder)
    assert refusal("events", origin, run_folder) == "input events is given twice"


def test_a_file_that_grows_while_it_is_copied_is_refused(tmp_path: Path, run_folder: Path) -> None:
    origin = tmp_path / "events.csv"
    origin.write_bytes(b"x" * 50_000_000)
    done = threading.Event()

    def grow() -> None:
        with origin.open("ab") as file:
            while not done.is_set():
                file.write(b"x")
                file.flush()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        happened = refusal("events", origin, run_folder)
    finally:
        done.set()
        thread.join()
    assert happened == f"input events: {origin} changed while it was copied"
    assert not list((run_folder / "inputs").glob("*/*"))


def test_a_dash_is_standard_input(run_folder: Path) -> None:
    text = (
        "import sys; from pathlib import Path; from runner.keys.inputs import stage_input;"
        f"print(stage_input('events', Path('-'), Path({str(run_folder)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", text], input=b"a\nb\n", capture_output=True)
    assert b"origin='-', file='inputs/events/stdin', size=4" in done.stdout, done.stderr
    assert (run_folder / "inputs/events/stdin").read_bytes() == b"a\nb\n"


@pytest.mark.parametrize(
    "content",
    [
        b"event_id,status\na,200\n",
        b"\xef\xbb\xbfEvent ID;Response-Code;more\r\na;200;x\r\n",
        "event_id\tstatus\na\t200\n".encode("utf-16"),
        b'"event_id","status"\n"a\nb",200\n',
        b'{"event_id": "a"}\n{"event_id": "b", "status": 200}\n',
        gzip.compress(b"event_id,status\na,200\n"),
        b"\x28\xb5\x2f\xfd whatever",
        b"event_id,status\na," + b"x" * 300_000,
    ],
)
def test_a_file_of_the_right_shape_passes(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "events.csv"
    file.write_bytes(content)
    check_input(EVENTS, file)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"time,level\n1,2\n", f"has no column event_id, status; found: time, level; {WANTED}"),
        (b"event_id,Event ID,status\na,b,1\n",
         f"has several columns for event_id; found: event_id, Event ID, status; {WANTED}"),
        (b'{"a": 1}\n', f"has no column event_id, status; found: a; {WANTED}"),
        (b"event_id,status\n", "has a header and no rows, at least 1 wanted"),
        (b"  \n\n", "holds nothing but white space"),
        (b"PK\x03\x04abc", "is a zip archive"),
        (b"PAR1abc", "is a Parquet file"),
        (b"\x1f\x8bnonsense", "begins like gzip and does not unpack"),
        (b"event_id,status\na\0b,1\n", "is binary: it holds NUL bytes"),
        (b"Nov 22 10:00:00 host app: started\n",
             "is syslog"),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "events.csv"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        check_input(EVENTS, file)
    assert refused.value.happened == f"input events: events.csv {why}"


def test_a_decompression_bomb_is_only_peeked_at(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_bytes(gzip.compress(b"event_id,status\n" + b"a,1\n" * 20_000_000, 1))
    check_input(EVENTS, file)
