"""System calls that the standard library has no function for. Linux; the numbers are those of all
its architectures, but for pivot_root. Imports nothing of this package: the guardian uses it.

Each function raises OSError where the kernel refuses, also where it does not know the call.
"""

import ctypes
import os

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x1000_0000, 0x2000_0000, 0x4000_0000
"""Namespaces of clone(2)."""

READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXECUTION, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096
RECURSIVE, PRIVATE, SLAVE = 0x4000, 0x4_0000, 0x8_0000
"""Flags of mount(2); the first four are those of mount_setattr(2) too."""

SUBREAPER, DEATH_SIGNAL, NO_NEW_PRIVILEGES = 36, 1, 38
"""Options of prctl(2)."""

_AT_HERE, _EMPTY_PATH, _DETACH = -100, 0x1000, 2
_CLONE_TREE, _CLOSE_ON_EXEC, _WHOLE_TREE = 1, os.O_CLOEXEC, 0x8000
_DROP_FROM_BOUNDING_SET, _LAST_CAPABILITY = 24, 63
_CAPABILITY_VERSION = 0x2008_0522
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442

_library = ctypes.CDLL(None, use_errno=True)


def system_call(number: int, *arguments: object) -> int:
    """The result of syscall(2)."""
    return _checked(_library.syscall(ctypes.c_long(number), *arguments))


def unshare(namespaces: int) -> None:
    """Leave these namespaces for new ones."""
    _checked(_library.unshare(namespaces))


def join_mounts_of(descriptor: int) -> None:
    """Enter the mount namespace of an open /proc/<pid>/ns/mnt."""
    _checked(_library.setns(descriptor, NEW_MOUNTS))


def set_process(option: int, value: int) -> None:
    """A call of prctl(2) with one number."""
    _checked(_library.prctl(option, ctypes.c_ulong(value), *(ctypes.c_ulong(0),) * 3))


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """A call of mount(2)."""
    texts = [ctypes.c_char_p(os.fsencode(text) or None) for text in (source, target, kind)]
    given = ctypes.c_char_p(options.encode() or None)
    _checked(_library.mount(*texts, ctypes.c_ulong(flags), given))


def open_tree(path: str, *, whole: bool) -> int:
    """A descriptor of a copy of the mount at `path`, which is nowhere to be seen yet.

    `whole` copies what is mounted below it too.
    """
    flags = _CLONE_TREE | _CLOSE_ON_EXEC | (_WHOLE_TREE if whole else 0)
    return system_call(_OPEN_TREE, ctypes.c_int(_AT_HERE), os.fsencode(path), ctypes.c_uint(flags))


def restrict_tree(tree: int, flags: int) -> None:
    """Put READ_ONLY, NO_SETUID, NO_DEVICES or NO_EXECUTION on all mounts of an open tree."""
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)
    how = ctypes.c_uint(_EMPTY_PATH | _WHOLE_TREE)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    system_call(_MOUNT_SETATTR, ctypes.c_int(tree), b"", how, ctypes.byref(attributes), size)


def attach_tree(tree: int, target: str) -> None:
    """Mount an open tree at `target`."""
    to = (ctypes.c_int(_AT_HERE), os.fsencode(target))
    system_call(_MOVE_MOUNT, ctypes.c_int(tree), b"", *to, ctypes.c_uint(4))


def change_root(root: str) -> None:
    """Make the mount at `root` the root of this mount namespace and let go of the old one."""
    number = _PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(38, f"pivot_root is not known for {os.uname().machine}")
    os.chdir(root)
    system_call(number, b".", b".")
    _checked(_library.umount2(b".", _DETACH))
    os.chdir("/")


def drop_capabilities() -> None:
    """No capability, now and after any exec, and no new privileges by any file."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            set_process(_DROP_FROM_BOUNDING_SET, capability)
        except OSError:  # the kernel knows no more of them
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _checked(_library.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)())))
    set_process(NO_NEW_PRIVILEGES, 1)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
