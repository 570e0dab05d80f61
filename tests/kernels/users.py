"""Commands as other users of this machine: real ids, no capabilities, in a mount namespace.

There the interpreter is where it is for root, also where root's home is closed to others.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ANN, BOB, EVE = 64711, 64712, 64713
"""Three users. Ann and Bob are in one group, Eve is in another."""
TEAM, OTHERS = 64710, 64714
_OPEN = """
base=$1 top=$2 uid=$3 gid=$4; shift 4
if [ -n "$top" ]; then
  mount --bind "$base" /mnt && mount -t tmpfs -o mode=755 tmpfs "$top" &&
  mkdir -p "$base" && mount --move /mnt "$base" || exit 99
fi
exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --bounding-set=-all -- "$@"
"""
Ended = subprocess.CompletedProcess[str]


def as_user(user: int, *command: str, environment: Mapping[str, str] | None = None) -> Ended:
    """How a command of that user ended."""
    return subprocess.run(
        words_as(user, *command),
        env={**(environment or {}), "PATH": os.environ["PATH"]},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


def words_as(user: int, *command: str) -> list[str]:
    """The command line that is that command of that user."""
    base = Path(sys.base_prefix)
    closed = [str(p) for p in reversed(base.parents) if p.stat().st_mode & 0o005 != 0o005]
    group = OTHERS if user == EVE else TEAM
    space = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _OPEN, "sh"]
    return [*space, str(base), (closed or [""])[0], str(user), str(group), *command]


@cache
def _why_not() -> str:
    if os.geteuid() != 0:
        return "absent here: root, who alone can be other users"
    if shutil.which("setpriv") is None or shutil.which("unshare") is None:
        return "absent here: setpriv and unshare (util-linux)"
    tried = as_user(
        EVE, sys.executable, "-c", f"import sys; sys.path[:0] = ['{ROOT}'];import runner"
    )
    return f"absent here: users who can read this checkout ({tried.stderr.strip()})" * (
        tried.returncode != 0
    )


NEEDS_USERS = pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "-")
