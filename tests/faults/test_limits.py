"""What uses up memory, processes, files or the disk is ended, by the name of the limit."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from runner.model.contract import Limits
from runner.model.results import FailureKind, KeyResult
from tests.faults.conftest import Tally
from tests.faults.toy import OK, execute, failed, nothing_lives, printed

pytestmark = [pytest.mark.kernel, pytest.mark.fault]
MEMORY = 500_000_000


@pytest.mark.parametrize(
    ("bomb", "limits", "kind", "message"),
    [
        pytest.param(
            "x = []\nwhile True: x.append(bytearray(10_000_000))",
            Limits(memory_bytes=MEMORY),
            FailureKind.MEMORY,
            "MemoryError",
            id="memory in one process",
        ),
        pytest.param(
            "import os, time\nfor _ in range(8):\n    if not os.fork():\n"
            "        x = bytearray(os.urandom(1 << 20) * 200)\n        time.sleep(30)\n"
            "time.sleep(30)",
            Limits(memory_bytes=MEMORY),
            FailureKind.MEMORY,
            "used more memory than its limit of 500,000,000 bytes",
            id="memory in many processes",
        ),
        pytest.param(
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
            Limits(processes=40, wall_seconds=20),
            FailureKind.KERNEL,
            "started more than 40 processes, its limit",
            id="fork bomb",
        ),
        pytest.param(
            "open('huge', 'wb').truncate(1 << 45)",
            Limits(file_bytes=1 << 30),
            FailureKind.CELL,
            "OSError: [Errno 27] File too large",
            id="huge sparse file",
        ),
        pytest.param(
            "import time\nfor n in range(60):\n    open(str(n), 'wb').write(bytes(2_000_000))\n"
            "time.sleep(30)",
            Limits(disk_bytes=100_000_000),
            FailureKind.KERNEL,
            "wrote more files than its limit of 100,000,000 bytes on disk",
            id="many files",
        ),
    ],
)
def test_a_bomb_is_ended_by_the_name_of_its_limit(
    tmp_path: Path,
    bomb: str,
    limits: Limits,
    kind: FailureKind,
    message: str,
    tally: Tally,
    request: pytest.FixtureRequest,
) -> None:
    outcome = failed(execute(tmp_path, bomb, OK, limits=limits))
    assert (outcome.kind, outcome.message[: len(message)]) == (kind, message)
    assert outcome.seconds < 20
    assert nothing_lives(str(tmp_path))
    tally(f"limit: {request.node.callspec.id}", 1, 1)


@pytest.mark.long
@pytest.mark.parametrize("megabytes", [100, 200])
def test_one_print_of_many_megabytes_is_cut_with_a_mark(
    tmp_path: Path, megabytes: int, tally: Tally
) -> None:
    outcome = execute(tmp_path, f"print('x' * {megabytes * 1_000_000}, end='')", OK)
    assert isinstance(outcome, KeyResult), outcome
    head, end = Limits().output_bytes, 65_536
    text = printed(tmp_path, outcome)
    assert text.startswith("x" * head + "\n[runbook: output cut here")
    dropped = megabytes * 1_000_000 - head - end
    assert f"{head + end:,} bytes kept, {dropped:,} bytes dropped" in text
    tally(f"output: {megabytes} MB in one print", 1, 1)


@pytest.mark.long
def test_of_many_megabytes_of_lines_the_end_and_the_digest_are_kept(
    tmp_path: Path, tally: Tally
) -> None:
    outcome = execute(tmp_path, "for n in range(200): print(str(n) * 400_000)", OK)
    assert isinstance(outcome, KeyResult), outcome
    text = printed(tmp_path, outcome)
    lines = "".join(str(n) * 400_000 + "\n" for n in range(200)).encode()
    assert text.startswith("0" * 400_000 + "\n" + "1" * 400_000)
    assert f"sha256 of all of this cell's output: {sha256(lines).hexdigest()}]" in text
    assert text.rstrip().endswith("199" * 20_000)
    tally(f"output: {len(lines) / 1e6:.0f} MB in lines", 1, 1)


@pytest.mark.long
def test_an_endless_print_ends_at_the_wall_limit(tmp_path: Path, tally: Tally) -> None:
    flood = "while True: print('y' * 1000)"
    outcome = failed(execute(tmp_path, flood, OK, limits=Limits(wall_seconds=5)))
    assert outcome.kind is FailureKind.TIMEOUT
    assert outcome.seconds < 12
    tally("output: endless print", 1, 1)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_flushed_prints_under_four_hogs_lose_nothing(tmp_path: Path, tally: Tally) -> None:
    hog = [sys.executable, "-c", "while True: pass"]
    hogs = [subprocess.Popen(hog) for _ in range(4)]
    try:
        outcome = execute(tmp_path, "for n in range(20_000): print(n, flush=True)", OK)
    finally:
        for process in hogs:
            process.kill()
            process.wait()
    assert isinstance(outcome, KeyResult), outcome
    assert printed(tmp_path, outcome).split() == [str(n) for n in range(20_000)]
    tally("output: 20,000 flushed prints under four CPU hogs", 1, 1)
