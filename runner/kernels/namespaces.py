"""The strict box, made of namespaces by an unprivileged process. No program is needed for it.

The guardian lives in a user namespace of its own and starts two processes in a process namespace:
an init, which does nothing but take in orphans, and the kernel. When the init ends, whatever lives
in there ends with it, and it ends when the guardian does. The kernel leaves the network and sees a
file system that holds what it needs, read-only, and its own folder.
"""

# ruff: noqa: PTH102, PTH103, PTH110, PTH112, PTH120, PTH211, S108

import os
import signal
import stat

from runner.kernels import system_calls as calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.kernels.box import Box

_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
    *(f"/etc/{name}" for name in (
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "passwd", "group",
        "nsswitch.conf", "hosts", "host.conf", "services", "protocols", "alternatives", "ssl",
        "pki", "ca-certificates", "crypto-policies", "mime.types", "fonts", "locale.alias",
        "os-release", "python3", "gai.conf",
    )),
    "/nix/store", "/gnu/store",
)  # fmt: skip
"""What of a system programs need in order to run; nothing in it is somebody's own."""
_FOR_NETWORK = ("/etc/resolv.conf",)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SHARED_MEMORY = 64 * 1024**2
"""Bytes of /dev/shm, which no limit on memory sees."""


def separate() -> tuple[int, int]:
    """Give this process user, mount and process namespaces of its own, and start the init.

    Returns the init's process id and the descriptor that holds it alive. Only for a process with
    one thread. Raises OSError where the system allows no such namespaces.
    """
    user, group = os.geteuid(), os.getegid()
    calls.unshare(calls.NEW_USERS | calls.NEW_MOUNTS | calls.NEW_PROCESSES)
    for name, text in (
        ("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")
    ):  # fmt: skip
        _write(f"/proc/self/{name}", text)
    calls.mount("none", "/", flags=calls.RECURSIVE | calls.SLAVE)
    reading, writing = os.pipe()
    init = os.fork()
    if init == 0:
        _serve_as_init(reading)
    os.close(reading)
    return init, writing


def system_paths(network: bool) -> tuple[str, ...]:
    """What of the system a KEY may read."""
    return (*_SYSTEM, *_FOR_NETWORK) if network else _SYSTEM


def enter(box: "Box") -> None:
    """Shut this process in; its parent is separated. Raises OSError where that fails.

    Nothing that it sees has changed then, so a weaker box can still be tried.
    """
    network = 0 if box.network else calls.NEW_NETWORK
    calls.unshare(calls.NEW_MOUNTS | calls.NEW_IPC | calls.NEW_HOST_NAME | network)
    calls.mount("none", "/", flags=calls.RECURSIVE | calls.PRIVATE)
    root = box.folder + "/box"
    os.mkdir(root, 0o700)
    calls.mount("box", root, "tmpfs", calls.NO_SETUID | calls.NO_DEVICES, "mode=755,size=1m")
    for path in ("/tmp", "/var/tmp"):  # they become the kernel's own
        show(open_restricted(box.folder + "/tmp", writable=True), root, path)
    for path in (*system_paths(box.network), *box.readable):
        show(open_restricted(path, writable=False), root, path)
    _make_devices(root + "/dev")
    os.mkdir(root + "/proc")
    unwritable = calls.READ_ONLY | calls.NO_SETUID | calls.NO_DEVICES | calls.NO_EXECUTION
    calls.mount("proc", root + "/proc", "proc", unwritable)
    hide(box.hidden, root)
    for path in box.lent:
        show(open_restricted(path, writable=False, must_be=True), root, path)
    for path in (box.folder, *box.writable):
        show(open_restricted(path, writable=True, must_be=True), root, path)
    if not box.network:
        _raise_loopback()
    flags = calls.REMOUNT | calls.BIND | calls.READ_ONLY | calls.NO_SETUID | calls.NO_DEVICES
    calls.mount("none", root, flags=flags)
    calls.change_root(root)
    calls.drop_capabilities()


def admit(kernel: int, lent: list[str], writable: list[str], hidden: list[str]) -> None:
    """Show more to a kernel that is shut in and has read nothing yet.

    For a process with one thread whose parent is separated: it is inside afterwards. Raises
    OSError naming what cannot be shown.
    """
    trees = [(path, open_restricted(path, writable=False, must_be=True)) for path in lent]
    trees += [(path, open_restricted(path, writable=True, must_be=True)) for path in writable]
    calls.join_mounts_of(os.open(f"/proc/{kernel}/ns/mnt", os.O_RDONLY))
    flags = calls.REMOUNT | calls.BIND | calls.NO_SETUID | calls.NO_DEVICES
    calls.mount("none", "/", flags=flags)
    try:
        hide(hidden, "")
        for path, tree in trees:
            show(tree, "", path)
    finally:
        calls.mount("none", "/", flags=flags | calls.READ_ONLY)


def open_restricted(path: str, *, writable: bool, must_be: bool = False) -> int:
    """A tree to show; -1 where there is no such path and none must be."""
    try:
        tree = calls.open_tree(path, whole=not writable)
    except OSError as error:
        if must_be or error.errno not in (2, 13, 20):
            raise OSError(error.errno, error.strerror, path) from None
        return -1
    calls.restrict_tree(
        tree, calls.NO_SETUID | calls.NO_DEVICES | (0 if writable else calls.READ_ONLY)
    )
    return tree


def show(tree: int, root: str, path: str) -> None:
    """Mount an open tree at `path` below `root`, and close it."""
    if tree < 0:
        return
    target = root + path
    try:
        _make_place(target, stat.S_ISDIR(os.fstat(tree).st_mode))
        calls.attach_tree(tree, target)
    finally:
        os.close(tree)


def hide(paths: list[str], root: str) -> None:
    """Cover these folders where they can be seen at all."""
    for path in paths:
        if os.path.isdir(root + path):
            flags = calls.NO_SETUID | calls.NO_DEVICES
            calls.mount("hidden", root + path, "tmpfs", flags, "mode=755,size=1m")


def _make_place(target: str, is_folder: bool) -> None:
    os.makedirs(target if is_folder else os.path.dirname(target), 0o755, exist_ok=True)
    if not is_folder and not os.path.exists(target):
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444))


def _make_devices(folder: str) -> None:
    os.mkdir(folder)
    for name in _DEVICES:
        tree = calls.open_tree(f"/dev/{name}", whole=False)
        calls.restrict_tree(tree, calls.NO_SETUID | calls.NO_EXECUTION)
        show(tree, folder, f"/{name}")
    os.mkdir(folder + "/shm")
    flags = calls.NO_SETUID | calls.NO_DEVICES
    calls.mount("shm", folder + "/shm", "tmpfs", flags, f"mode=1777,size={_SHARED_MEMORY}")
    os.mkdir(folder + "/pts")
    flags = calls.NO_SETUID | calls.NO_EXECUTION
    calls.mount("devpts", folder + "/pts", "devpts", flags, "newinstance,ptmxmode=0666,mode=620")
    for name, place in (
        ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
    ):  # fmt: skip
        os.symlink(place, f"{folder}/{name}")


def _raise_loopback() -> None:
    """Let 127.0.0.1 be there: it leads to this box and nowhere else (SIOCSIFFLAGS, IFF_UP)."""
    import _socket
    import fcntl

    with_ = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    fcntl.ioctl(with_.fileno(), 0x8914, b"lo".ljust(16, b"\0") + (1).to_bytes(2, "little") * 12)
    with_.close()


def _serve_as_init(alive: int) -> None:
    """Take in orphans until the last descriptor that holds the other end of `alive` is closed."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        os.closerange(0, alive)
        os.closerange(alive + 1, 256)
        os.read(alive, 1)
    finally:
        os._exit(0)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
