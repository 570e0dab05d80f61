"""A run on a disk that is really full: a small tmpfs in a mount namespace of its own.

`python -m tests.faults.full_disk FOLDER RUNBOOK SIZE…`, as root of a user namespace. For each size,
in KiB, a run is tried, then the disk is made larger and the run is resumed. Prints a list of JSON.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ENOUGH_KIB = 200 * 1024


def main(folder: Path, runbook: str, sizes: list[int]) -> None:
    """Try every size and print what came of it."""
    print(json.dumps([tried(folder, runbook, size) for size in sizes]))


def tried(folder: Path, runbook: str, size: int) -> dict[str, Any]:
    """The exit code and words of a run on a disk of so many KiB, and of what went on from there."""
    disk = folder / f"disk-{size}"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}k,mode=700", "tmpfs", str(disk))
    given = ("--library", str(folder / "library"), "--unattended", "--answer", "1=none")
    first = call(disk, "run", runbook, *given)
    sealed = [path.parent.name for path in disk.glob("store/runs/*/SHA256SUMS")]
    whole = bool(sealed) and call(disk, "evidence", "verify", "latest").returncode == 0
    mount("-o", f"remount,size={ENOUGH_KIB}k", str(disk))
    begun = [path.name for path in disk.glob("store/runs/[0-9]*") if path.is_dir()]
    second = call(disk, "resume", "--format", "plain") if begun and not whole else None
    after = call(disk, "evidence", "verify", "latest") if begun else None
    told = {
        "size": size,
        "first": first.returncode,
        "said": first.stderr[-2000:],
        "whole": whole,
        "begun": len(begun),
        "resumed": second.returncode if second else None,
        "resume_said": second.stderr[-2000:] if second else "",
        "verified": after.returncode if after else None,
    }
    subprocess.run(["umount", str(disk)], check=True)
    return told


def mount(*words: str) -> None:
    """Mount, or change what is mounted."""
    subprocess.run(["mount", *words], check=True)


def call(disk: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command line, with its evidence on the small disk."""
    return subprocess.run(
        [sys.executable, "-m", "runner", *words],
        cwd=ROOT,
        env={**os.environ, "RUNBOOK_EVIDENCE_DIR": str(disk / "store"), "RUNBOOK_WARM": "off"},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [int(size) for size in sys.argv[3:]])
