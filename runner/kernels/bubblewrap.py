"""The strict box made by bubblewrap, where the system allows namespaces to it and not to us.

It stands between the guardian and the kernel. What a kernel may see must be known before it boots.
"""

# ruff: noqa: S108, S606

import os

from runner.kernels.namespaces import system_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.kernels.box import Box

_PLACES = ("/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap")
"""Where it is looked for: never on the caller's PATH."""
_SHARED_MEMORY = "67108864"


def find_bubblewrap() -> str:
    """The program, tried out; empty where there is none, or where the system refuses it too."""
    program = next((place for place in _PLACES if os.access(place, os.X_OK)), "")
    if not program:
        return ""
    words = [program, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"]
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    pid = os.posix_spawn(program, words, os.environ, file_actions=silent)
    return program if os.waitpid(pid, 0)[1] == 0 else ""


def enter_and_run(program: str, box: "Box", command: list[str]) -> None:
    """Become bubblewrap, and in its box the command. Raises OSError where it cannot be started."""
    options = [
        *("--unshare-user-try", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *(() if box.network else ("--unshare-net",)),
        *("--bind", f"{box.folder}/tmp", "/tmp", "--bind", f"{box.folder}/tmp", "/var/tmp"),
        *_each("--ro-bind-try", system_paths(box.network)),
        *_each("--ro-bind-try", box.readable),
        *("--dev", "/dev", "--size", _SHARED_MEMORY, "--tmpfs", "/dev/shm"),
        *("--proc", "/proc", "--remount-ro", "/proc"),
        *(word for path in box.hidden if os.access(path, os.X_OK) for word in ("--tmpfs", path)),
        *_each("--ro-bind", box.lent),
        *_each("--bind", [box.folder, *box.writable]),
        *("--remount-ro", "/", "--chdir", f"{box.folder}/work", "--"),
    ]
    os.execv(program, [program, *options, *command])


def exit_code(code: int) -> int:
    """The exit code of the command, minus the signal that killed it, from that of bubblewrap."""
    return 128 - code if code > 128 else code


def _each(option: str, paths: "list[str] | tuple[str, ...]") -> list[str]:
    return [word for path in paths for word in (option, path, path)]
