"""A disk that is really full never yields success; what was begun goes on when there is room."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_containment import library
from tests.cli.test_waiting import TEXT
from tests.faults.conftest import Tally

ROOT = Path(__file__).parents[2]
FEW = (4, 16, 24, 32, 40, 48, 72)
MANY = range(2, 80, 3)


def can_mount() -> bool:
    """Whether a user may mount a tmpfs in a namespace of its own."""
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(not can_mount(), reason="no tmpfs can be mounted in a user namespace"),
]


def check(place: Path, runbook: str, sizes: list[int], tally: Tally) -> list[int]:
    """Try all sizes; the exit codes of the runs."""
    module = (sys.executable, "-m", "tests.faults.full_disk")
    told = subprocess.run(
        ["unshare", "-Urm", *module, str(place), runbook, *map(str, sizes)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    tries = json.loads(told.stdout)
    bad = [one for one in tries if not _held(one)]
    tally(f"full disk: {runbook}", len(tries), len(tries) - len(bad))
    assert bad == []
    return [one["first"] for one in tries]


def _held(one: dict[str, object]) -> bool:
    """Whether a try never claimed success, and ended whole or had nothing on record."""
    if one["first"] not in (4, 5):
        return False
    if one["whole"]:
        return True
    if one["first"] != 4 or "no space left" not in str(one["said"]).lower():
        return False
    if not one["begun"]:
        return True
    nothing = "broke off before anything of it was on record" in str(one["resume_said"])
    return nothing or (one["resumed"] in (4, 5) and one["verified"] == 0)


def by_hand(place: Path) -> None:
    (place / "library/runbooks").mkdir(parents=True)
    (place / "library/runbooks/by-hand.md").write_text(TEXT)


def test_a_full_disk_never_yields_success(tmp_path: Path, tally: Tally) -> None:
    by_hand(tmp_path)
    codes = check(tmp_path, "by-hand", list(FEW), tally)
    assert codes[0] == 4
    assert codes[-1] == 5


@pytest.mark.long
def test_no_size_of_a_full_disk_yields_success(tmp_path: Path, tally: Tally) -> None:
    by_hand(tmp_path)
    assert {4, 5} == set(check(tmp_path, "by-hand", list(MANY), tally))


@pytest.mark.kernel
def test_a_key_on_a_full_disk_gives_no_result(tmp_path: Path, tally: Tally) -> None:
    library(
        tmp_path / "library",
        "out = os.environ['RUNBOOK_OUTPUT_DIR']",
        "open(out + '/big', 'wb').write(os.urandom(300_000)); publish(count=200)",
    )
    assert 4 in check(tmp_path, "toy", [40, 120, 200, 300], tally)
