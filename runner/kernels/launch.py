"""Starting a kernel without any Jupyter import, so that it boots while those are imported.

Each kernel has a private folder (0700) with its connection file, its sockets, an empty HOME and an
empty working directory; its guardian removes the folder. Nothing here depends on the KEY: a spare
is booted before the KEY is known.
"""

import json
import os
import signal
import site
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from runner.kernels.address import KernelAddress
from runner.kernels.boxing import ANY_BOX, Boxing, Shown
from runner.model.frozen import frozen
from runner.model.sandbox import Sandbox, SandboxLevel

if TYPE_CHECKING:
    from runner.kernels.forking import ForkServer
    from runner.model.contract import Limits

BOOT = str(Path(__file__).with_name("boot.py"))

_LONGEST_FOLDER = 80
"""Bytes. A socket path ends at 107 (sun_path), and zmq appends `/k-5`."""
_ANSWER_SECONDS = 1.0
"""After which a guardian that was asked for the end counts as stopped from within."""
_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "TZ", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH")


class Ending(Enum):
    """Why a kernel is no more."""

    ENDED = "ended"
    """By itself, by a signal, or because it was asked for."""
    MEMORY = "memory"
    SYSTEM_MEMORY = "oom"
    """The system killed something for want of memory, and the kernel was killed by SIGKILL."""
    PROCESSES = "processes"
    DEADLINE = "deadline"
    DISK = "disk"
    LOST = "lost"
    """Its guardian is gone, so nothing is known."""


@frozen
class KernelEnd:
    """How a kernel ended. `code` is its exit code, minus the signal where one killed it."""

    how: Ending
    code: int
    log: str
    survivors: int = 0


@frozen
class StartedKernel:
    """A kernel that nobody listens to yet; in a process without threads it may wait like that.

    It lives as long as `channel`. `guardian` is 0 where a fork server was asked for it.
    """

    folder: Path
    key: str
    guardian: int
    channel: socket.socket
    has_network: bool


class KernelProcess:
    """A kernel under its guardian. Every method may be called from any thread."""

    def __init__(self, started: StartedKernel, is_spare_of_resident: bool = False):
        """From now on a thread listens to its guardian."""
        self.is_spare_of_resident = is_spare_of_resident
        self.folder = started.folder
        self.address = KernelAddress(started.folder, started.key)
        self.has_network = started.has_network
        self._sandbox: Sandbox | None = None
        self._in_the_way: str | None = None
        self._guardian = started.guardian
        self._channel = started.channel
        self._news = threading.Condition()
        self._limited = False
        self._log = ""
        self._end: KernelEnd | None = None
        self._gone = False
        self._dying = False
        threading.Thread(target=self._listen, name="guardian", daemon=True).start()

    @property
    def connection(self) -> dict[str, str | int | bytes]:
        """What a client needs in order to talk to the kernel."""
        return self.address.connection

    @property
    def was_born(self) -> bool:
        """Whether its guardian has spoken; False for one that a dead fork server was asked for."""
        return self._guardian > 0

    @property
    def end(self) -> KernelEnd | None:
        """How it ended, or None while it lives."""
        return self._end

    @property
    def is_listening(self) -> bool:
        """Whether its sockets are there, the last one being that of the heartbeat."""
        return self.address.is_listening

    def sandbox(self, seconds: float = 10.0) -> Sandbox | None:
        """How it is shut in, known before it boots; None where it could not be as it had to be."""
        with self._news:
            self._news.wait_for(lambda: self._sandbox is not None or self._gone, timeout=seconds)
            return self._sandbox

    def admit(self, shown: Shown) -> str:
        """Show more to a spare at the strict level; what was in the way, or nothing."""
        asked = (("lend", shown.readable), ("write", shown.writable), ("hide", shown.hidden))
        lines = [f"{what} {os.fsencode(p).hex()}" for what, paths in asked for p in paths]
        self._in_the_way = None
        self._say(*lines, "admit")
        with self._news:
            self._news.wait_for(lambda: self._in_the_way is not None or self._gone, timeout=10)
            return "it ended" if self._in_the_way is None else self._in_the_way

    def limit(self, limits: "Limits") -> bool:
        """Put the limits on, from now on; False where the kernel ended meanwhile."""
        from runner.kernels.limits import guardian_lines

        self._say(*guardian_lines(limits))
        with self._news:
            self._news.wait_for(lambda: self._limited or self._gone, timeout=5)
        return self._limited and not self._gone

    def interrupt(self) -> None:
        """SIGINT to the kernel and its process group."""
        self._say("interrupt")

    def kill(self) -> None:
        """End the whole tree; returns at once. A guardian that does not answer is killed too."""
        with self._news:
            first, self._dying = not self._dying, True
        self._say("kill")
        if first and not self._gone:
            threading.Thread(target=self._insist, name="kill kernel", daemon=True).start()

    def wait_until_gone(self, seconds: float) -> bool:
        """Wait until nothing of the tree lives; False where that takes longer."""
        with self._news:
            return self._news.wait_for(lambda: self._gone, timeout=seconds)

    def _insist(self) -> None:
        if not self.wait_until_gone(_ANSWER_SECONDS):
            from runner.kernels.tree import kill_below

            if self._guardian:
                kill_below(self._guardian)

    def _say(self, *lines: str) -> None:
        try:
            self._channel.sendall("".join(line + "\n" for line in lines).encode())
        except OSError:  # the guardian is gone; the listening thread says so
            return

    def _listen(self) -> None:
        with self._channel.makefile("r", encoding="ascii") as lines:
            try:
                for line in lines:
                    self._hear(*line.split())
            except OSError:
                pass
        if self._end is None:
            from shutil import rmtree

            from runner.kernels.tree import kill_all_with

            kill_all_with(str(self.folder))
            rmtree(self.folder, ignore_errors=True)
        with self._news:
            self._end = self._end or KernelEnd(Ending.LOST, 0, self._log)
            self._gone = True
            self._news.notify_all()
        self._channel.close()
        _reap(self._guardian)

    def _hear(self, word: str, *rest: str) -> None:
        with self._news:
            if word == "guardian":
                self._guardian = int(rest[0])
            elif word == "limited":
                self._limited = True
            elif word == "boxed" and rest[0] != "none":
                level = SandboxLevel(rest[0])
                network = self.has_network or level is SandboxLevel.RLIMITS
                self._sandbox = Sandbox(level, network, _text(rest[1:]))
            elif word == "boxed":
                self._log = _text(rest[1:])
            elif word == "admitted":
                self._in_the_way = _text(rest)
            elif word == "log":
                self._log = _text(rest) or self._log
            elif word == "exit":
                self._end = KernelEnd(Ending(rest[0]), int(rest[1]), self._log)
            elif word == "gone" and self._end is not None:
                self._end = KernelEnd(self._end.how, self._end.code, self._log, int(rest[0]))
                self._gone = True
            self._news.notify_all()


@frozen
class KernelCommand:
    """What to execute where the kernel is not ours: see `become_kernel.py`."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


def launch_kernel(
    environment: Mapping[str, str],
    boxing: Boxing = ANY_BOX,
    forks: "ForkServer | None" = None,
    command: KernelCommand | None = None,
) -> KernelProcess:
    """Start a guardian and its kernel; returns as soon as the guardian is started.

    Without `boxing.shown` it is a spare: it can be shown more later, if the strict level is
    reached, and ends at once where Landlock is the best there is. With `forks` the guardian is
    forked by that server; where it is dead the kernel is lost before it says how it is boxed. With
    a `command`, and no `forks`, that is the kernel.
    """
    return KernelProcess(start_kernel(environment, boxing, forks, command))


def start_kernel(
    environment: Mapping[str, str],
    boxing: Boxing = ANY_BOX,
    forks: "ForkServer | None" = None,
    command: KernelCommand | None = None,
) -> StartedKernel:
    """The same, without a thread that listens."""
    folder = _private_folder(environment)
    key = os.urandom(32).hex()
    for name in ("home", "work", "tmp"):
        (folder / name).mkdir(mode=0o700)
    file = os.open(folder / "connection.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as connection:
        json.dump(KernelAddress(folder, key).file, connection)
    script = BOOT
    if command is not None:
        script = str(Path(__file__).with_name("become_kernel.py"))
        (folder / "command.json").write_text(json.dumps(vars(command), default=str))
    its_environment = kernel_environment(environment, folder)
    ours, theirs = socket.socketpair()
    with theirs:
        if forks is None:
            words = (str(folder), script, *boxing.words())
            guardian = _spawn_guardian(words, its_environment, theirs)
        else:
            guardian = 0
            forks.ask(folder, boxing, its_environment, theirs)
    return StartedKernel(folder, key, guardian, ours, boxing.network)


def kernel_environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What a kernel sees of the caller's environment: an allow-list, and a HOME of its own.

    Secrets live in environments, so nothing is passed on that is not known to be harmless. Hashes
    are not randomised: the same data give the same order in every run.
    """
    passed = passed_on(environment)
    home = str(folder / "home")
    own = {"HOME": home, "IPYTHONDIR": f"{home}/.ipython", "TMPDIR": str(folder / "tmp")}
    if site.ENABLE_USER_SITE and site.USER_BASE:
        own["PYTHONUSERBASE"] = site.USER_BASE
    return {"PATH": os.defpath, **passed, **own, "PYTHONHASHSEED": "0"}


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the caller's environment every kernel gets."""
    return {
        name: value
        for name, value in environment.items()
        if name in _PASSED_ON or name.startswith("LC_")
    }


def _private_folder(environment: Mapping[str, str]) -> Path:
    wanted = (environment.get("TMPDIR"), "/tmp")  # noqa: S108 -- random name, 0700
    error: OSError | None = None
    for parent in filter(None, wanted):
        folder = Path(parent) / f"rb-{os.urandom(8).hex()}"
        if not folder.is_absolute() or len(os.fsencode(folder)) > _LONGEST_FOLDER:
            continue
        try:
            folder.mkdir(mode=0o700)
        except OSError as failed:
            error = failed
        else:
            return folder
    raise error or FileNotFoundError("no folder for the sockets of a kernel")


def _spawn_guardian(
    words: tuple[str, ...], environment: dict[str, str], channel: socket.socket
) -> int:
    """Start the guardian with `channel` as its descriptor 0; its process id."""
    script = str(Path(__file__).with_name("guardian.py"))
    actions = [
        (os.POSIX_SPAWN_DUP2, channel.fileno(), 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", script, *words],
        environment,
        file_actions=actions,
        setsigmask=(),
        setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    )


def _reap(pid: int) -> None:
    try:
        if pid:
            os.waitpid(pid, 0)
    except ChildProcessError:
        return


def _text(words: Sequence[str]) -> str:
    return bytes.fromhex("".join(words)).decode("utf-8", "replace")
