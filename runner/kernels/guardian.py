"""The process that stands over one kernel and makes sure that it and all it started end.

Run as a script, by path, without site packages (`python -I -S`), so that it costs little: standard
library only, no import of this package. It starts the kernel, adopts every orphan below it (it is
a subreaper) and kills the whole tree when the runner asks, when the runner dies (its end of the
socket closes, also after SIGKILL), when the kernel ends, or when a limit is passed.

    python -I -S guardian.py FOLDER BOOT        file descriptor 0: the socket of the runner

Lines from the runner: `limit RESOURCE VALUE`, `watch MEMORY PROCESSES SECONDS`, `interrupt`,
`kill`.
Lines to the runner: `kernel PID`, `limited`, `log HEX`, `exit HOW CODE`, `gone SURVIVORS`.
"""
# pathlib would cost as much as all else here together.
# ruff: noqa: PTH106, PTH108, PTH123, PTH208

import os
import select
import signal
import sys
import time

_TICK = 0.25
"""Seconds between two looks at the memory and the number of processes of the tree."""
_KILL_FOR = 10.0
"""Seconds after which processes that cannot be killed (another user's) are given up."""
_LOG_TAIL = 2000


class Guardian:
    """One kernel, its tree and the socket to the runner."""

    def __init__(self, folder: str, boot: str) -> None:
        self.folder = folder
        self.log = folder + "/kernel.log"
        self.oom_kills = _oom_kills()
        self.kernel = self._start(boot)
        self.status: int | None = None
        self.how = "ended"
        self.memory = self.processes = 0
        self.deadline = float("inf")
        self.pending = b""

    def watch(self) -> None:
        """Serve the runner until the kernel has ended or must end."""
        poll = select.poll()
        poll.register(0, select.POLLIN)
        seen = _register_end(poll, self.kernel)
        self._tell(f"kernel {self.kernel}")
        while self._reap() and self.how == "ended":
            tick = _TICK if self.memory or not seen else None
            ready = poll.poll(None if tick is None else tick * 1000)
            if any(descriptor == 0 for descriptor, _ in ready) and not self._obey():
                return
            if self.memory:
                self._look()

    def end(self) -> None:
        """Kill the tree, say how the kernel ended, remove its folder."""
        survivors = self._kill_tree()
        self._tell("log " + _tail(self.log).hex())
        code = 0 if self.status is None else os.waitstatus_to_exitcode(self.status)
        if self.how == "ended" and code == -signal.SIGKILL and _oom_kills() > self.oom_kills:
            self.how = "memory"
        self._tell(f"exit {self.how} {code}")
        self._tell(f"gone {survivors}")
        _remove(self.folder)

    def _start(self, boot: str) -> int:
        pid = os.fork()
        if pid == 0:
            self._become_kernel(boot)
        return pid

    def _become_kernel(self, boot: str) -> None:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.chdir(self.folder + "/work")
        # A sandbox goes here: this process has one thread and has read nothing of the KEY yet.
        arguments = [sys.executable, "-P", boot, self.folder + "/connection.json"]
        os.execv(sys.executable, arguments)  # noqa: S606

    def _obey(self) -> bool:
        """Do what the runner says; False where it asks for the end or is dead."""
        try:
            received = os.read(0, 4096)
        except OSError:
            received = b""
        *lines, self.pending = (self.pending + received).split(b"\n")
        for line in lines:
            word, *numbers = line.decode().split()
            if word == "kill":
                return False
            if word == "interrupt":
                _signal_group(self.kernel, signal.SIGINT)
            elif word == "limit":
                _limit(self.kernel, int(numbers[0]), int(numbers[1]))
            elif word == "watch":
                self.memory, self.processes = int(numbers[0]), int(numbers[1])
                self.deadline = time.monotonic() + float(numbers[2])
                self._tell("limited")
        return bool(received)

    def _look(self) -> None:
        """Note the limit that the tree has passed, if it has passed one."""
        tree = _descendants()
        if time.monotonic() > self.deadline:
            self.how = "deadline"
        elif len(tree) > self.processes:
            self.how = "processes"
        elif _resident(tree) > self.memory and _proportional(tree) > self.memory:
            self.how = "memory"

    def _reap(self) -> bool:
        """Collect what has ended; False once the kernel has."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return self.status is None
            if pid == self.kernel:
                self.status = status

    def _kill_tree(self) -> int:
        """Kill everything below this process; the number of processes that could not be killed."""
        _signal_group(self.kernel, signal.SIGKILL)
        give_up, pause = time.monotonic() + _KILL_FOR, 0.001
        while self._reap() or _descendants():
            tree = _descendants()
            if time.monotonic() > give_up:
                return len(tree)
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for pid in tree:
                    _signal(pid, number)
            time.sleep(pause)
            pause = min(2 * pause, 0.02)
        return 0

    def _tell(self, line: str) -> None:
        try:
            os.write(0, line.encode() + b"\n")
        except OSError:  # the runner is dead; its end is noticed when reading
            self.pending = b""


def _register_end(poll: "select.poll", kernel: int) -> bool:
    """Let `poll` wake up at the end of the kernel; False where this system cannot."""
    try:
        poll.register(os.pidfd_open(kernel), select.POLLIN)
    except (AttributeError, OSError):
        return False
    return True


def _adopt_orphans() -> None:
    """Make this process the one that orphans below it are given to (PR_SET_CHILD_SUBREAPER)."""
    import ctypes

    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def _limit(pid: int, number: int, value: int) -> None:
    import resource

    hard = resource.prlimit(pid, number)[1]
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.prlimit(pid, number, (wanted, wanted))


def _descendants() -> list[int]:
    """The processes below this one, by child lists or, without those, by all of /proc."""
    try:
        found = _children(os.getpid())
    except FileNotFoundError:
        return _descendants_by_parent()
    for pid in found:
        try:
            found += _children(pid)
        except OSError:
            continue
    return found


def _children(pid: int) -> list[int]:
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
            found += [int(child) for child in children.read().split()]
    return found


def _descendants_by_parent() -> list[int]:
    below: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(name))
    found = list(below.get(os.getpid(), ()))
    for pid in found:
        found += below.get(pid, ())
    return found


def _resident(tree: list[int]) -> int:
    """Bytes of private and shared anonymous memory, pages of forked processes counted each time."""
    pages = 0
    for pid in tree:
        try:
            with open(f"/proc/{pid}/statm", "rb") as statm:
                _, resident, shared, *_ = statm.read().split()
        except OSError:
            continue
        pages += int(resident) - int(shared)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _proportional(tree: list[int]) -> int:
    """Bytes of memory, a page of several processes counted once."""
    total = 0
    for pid in tree:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
                lines = [line.split() for line in rollup if line.startswith(b"Pss_Anon:")]
        except OSError:
            continue
        total += 1024 * int(lines[0][1]) if lines else 0
    return total


def _oom_kills() -> int:
    """How often the kernel of the system has killed for memory, on this host."""
    try:
        with open("/proc/vmstat", "rb") as counters:
            found = [line.split() for line in counters if line.startswith(b"oom_kill ")]
    except OSError:
        return 0
    return int(found[0][1]) if found else 0


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        return


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except OSError:  # it has no group of its own yet
        _signal(pid, number)


def _tail(log: str) -> bytes:
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_TAIL))
            return file.read(_LOG_TAIL)
    except OSError:
        return b""


def _remove(folder: str) -> None:
    """Remove a folder with all that is in it, as far as that is allowed; links are not followed."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        entries = []
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.path)
            else:
                os.unlink(entry.path)
        except OSError:
            continue
    try:
        os.rmdir(folder)
    except OSError:
        return


def main() -> None:
    """Start the kernel at once, then get ready to stand over it."""
    os.setsid()
    os.umask(0o077)
    guardian = Guardian(sys.argv[1], sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _adopt_orphans()
    try:
        guardian.watch()
    finally:
        guardian.end()


if __name__ == "__main__":
    main()
