"""What uses up memory, processes, files or the disk is ended, by the name of the limit."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from runner.model.contract import Limits
from runner.model.results import FailureKind, KeyResult
from tests.cli.test_containment import library
from tests.faults.conftest import Tally
from tests.faults.toy import OK, execute, failed, nothing_lives, printed

pytestmark = [pytest.mark.kernel, pytest.mark.fault]
MEMORY = 500_000_000
ROOT = Path(__file__).parents[2]


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


def memory_group(limit_bytes: int) -> Path | None:
    """A new memory cgroup below the one that we are in; None where none can be made."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    own = {kind: path for _, kind, path in (line.split(":", 2) for line in lines)}
    names = {"memory": "memory.limit_in_bytes", "": "memory.max"}
    for kind, name in names.items():
        if kind in own:
            group = Path(f"/sys/fs/cgroup/{kind}{own[kind]}") / f"runbook-test-{os.getpid()}"
            try:
                group.mkdir()
                (group / name).write_text(str(limit_bytes))
            except OSError:
                with suppress(OSError):
                    group.rmdir()
                continue
            return group
    return None


def test_a_kernel_that_the_system_kills_for_want_of_memory_is_told_as_that(
    tmp_path: Path, tally: Tally
) -> None:
    group = memory_group(400_000_000)
    if group is None:
        pytest.skip("absent here: a memory cgroup that may be made; RLIMIT_DATA is tried above")
    hog = "x = []\nwhile True: x.append(bytearray(b'x') * 10_000_000)"
    folder = library(tmp_path / "lib", hog)
    words = [sys.executable, "-m", "runner", "run", "toy", "--unattended", "--json"]
    words += ["--library", str(folder), "--evidence-dir", str(tmp_path / "store")]
    entered = f'echo $$ > {group}/cgroup.procs && exec "$@"'
    try:
        ended = subprocess.run(
            ["sh", "-c", entered, "sh", *words],
            env={**os.environ, "RUNBOOK_WARM": "off", "TMPDIR": str(tmp_path)},
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
        assert nothing_lives(str(tmp_path))
    finally:
        until = time.monotonic() + 5
        while group.exists() and time.monotonic() < until:
            with suppress(OSError):
                group.rmdir()
    assert ended.returncode == 4, ended.stderr
    told = json.loads(ended.stdout)
    failure = told["steps"][0]["keys"][0]["failure"]
    assert failure["kind"] == "out of memory"
    assert failure["message"] == "the system had no more memory and killed it, below its own limit"
    cells = [cell["state"] for cell in told["steps"][0]["keys"][0]["cells"]]
    assert cells[-1] == "killed"
    tally("kernel: killed by the system for want of memory (cgroup)", 1, 1)


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
