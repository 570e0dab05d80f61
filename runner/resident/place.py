"""Where the resident of a user and a checkout listens, and what it and its callers must share.

Standard library only, and little of it: every `runbook run` imports this first.
"""
# pathlib and socket would cost more than all else here together.
# ruff: noqa: PTH112, PTH115, PTH120

import os
import sys
from collections.abc import Mapping
from zlib import crc32

from runner.version import VERSION

OFF = "RUNBOOK_WARM"
"""Set to `off`, no resident is used."""
FOLDER = "RUNBOOK_WARM_DIR"
PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_AT_START = ("LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LD_PRELOAD", "TMPDIR", "MALLOC_ARENA_MAX")
_NAMESPACES = ("mnt", "net", "pid", "user", "uts", "ipc", "cgroup")


def folder(environment: Mapping[str, str]) -> str:
    """The private folder of this user's residents: the same in a login and in a cron job."""
    if named := environment.get(FOLDER):
        return named
    user = os.geteuid()
    system = f"/run/user/{user}"
    return f"{system}/runbook" if os.path.isdir(system) else f"/tmp/runbook-{user}"  # noqa: S108


def socket_path(environment: Mapping[str, str]) -> str:
    """The socket for this checkout and this interpreter."""
    whose = crc32(f"{PACKAGE}\0{sys.executable}".encode("utf-8", "surrogateescape"))
    return f"{folder(environment)}/warm-{whose:08x}.sock"


def is_private(path: str) -> bool:
    """Whether a folder is this user's alone, and no link."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return found.st_uid == os.geteuid() and found.st_mode & 0o170077 == 0o040000


def identity(environment: Mapping[str, str]) -> str:
    """What must be equal for a run there to be the run that it would be here.

    The runner, the interpreter, what an interpreter reads of the environment when it starts, the
    groups of the user, and the namespaces, which say what the process could see and reach.
    """
    at_start = sorted(
        f"{name}={value}"
        for name, value in environment.items()
        if name in _AT_START or name.startswith(("LC_", "PYTHON"))
    )
    spaces = [os.readlink(f"/proc/self/ns/{name}") for name in _NAMESPACES]
    who = (os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *sorted(os.getgroups()))
    said = (VERSION, PACKAGE, sys.executable, sys.version, *sys.flags, who, *spaces, *at_start)
    return "\x01".join(map(str, said))


def limits() -> str:
    """The resource limits, the priority and the file mask of this process, as one text."""
    import resource

    numbers = sorted(
        value for name, value in vars(resource).items() if name.startswith("RLIMIT_")
    )  # fmt: skip
    pairs = ((number, *resource.getrlimit(number)) for number in dict.fromkeys(numbers))
    mask = os.umask(0o077)
    os.umask(mask)
    return f"{mask} {os.nice(0)} " + " ".join(f"{n}:{soft}:{hard}" for n, soft, hard in pairs)


def take_limits(text: str) -> None:
    """Put limits on this process. Raises OSError or ValueError where it may not have them."""
    import resource

    mask, nice, *pairs = text.split()
    os.umask(int(mask))
    os.setpriority(os.PRIO_PROCESS, 0, int(nice))
    for number, soft, hard in (map(int, pair.split(":")) for pair in pairs):
        if resource.getrlimit(number) != (soft, hard):
            resource.setrlimit(number, (soft, hard))
