"""The box of Landlock (Linux 5.13), for systems that allow no namespaces: rules on files and TCP.

It bounds this process and its children for good. What it does not bound: UDP, the user's unix
sockets that have a path, and, before Linux 6.12, signals to other processes of the user.
"""

# ruff: noqa: PTH112

import ctypes
import os

from runner.kernels import system_calls as calls
from runner.kernels.namespaces import system_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.kernels.box import Box

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _DEVICE = 1, 2, 4, 8, 1 << 14, 1 << 15
_READING = _EXECUTE | _READ | _LIST
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE
_TCP, _SCOPES = 3, 3
_ABOUT_LIMITS = ("/proc", "/sys/fs/cgroup", "/sys/devices/system/cpu")
"""DuckDB reads there how many cores it has, and aborts where it sees a file and may not."""
_DEVICES = (
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/ptmx",
    "/dev/pts",
)  # fmt: skip


def version() -> int:
    """The version of Landlock that the system has. Raises OSError where it has none."""
    return calls.system_call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))


def enter(box: "Box") -> None:
    """Shut this process in, which must have one thread. Raises OSError where that fails."""
    known = version()
    if known < 4 and not box.network:
        raise OSError(95, f"version {known} of Landlock cannot refuse TCP; version 4 is wanted")
    everything = (1 << (16 if known >= 5 else 15)) - 1
    rules = _rule_set(everything, known, network=box.network)
    for path in (*system_paths(box.network), *_ABOUT_LIMITS, *box.readable, *box.lent):
        _allow(rules, path, _READING)
    for path in (box.folder, *box.writable):
        _allow(rules, path, everything)
    for path in _DEVICES:
        _allow(rules, path, everything)
    calls.drop_capabilities()
    calls.system_call(_RESTRICT, ctypes.c_int(rules), ctypes.c_uint(0))
    os.close(rules)


def _rule_set(everything: int, known: int, *, network: bool) -> int:
    tcp = _TCP if known >= 4 and not network else 0
    wanted = (ctypes.c_uint64 * 3)(everything, tcp, _SCOPES if known >= 6 else 0)
    size = 8 * (3 if known >= 6 else 2 if known >= 4 else 1)
    return calls.system_call(_CREATE, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint(0))


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # there is no such path, so there is nothing to allow
        return
    if not os.path.isdir(path):
        rights &= _OF_FILES
    rule = rights.to_bytes(8, "little") + place.to_bytes(4, "little")
    try:
        kind = ctypes.c_int(1)
        calls.system_call(_ADD, ctypes.c_int(rules), kind, rule, ctypes.c_uint(0))
    finally:
        os.close(place)
