"""The process that stands over one kernel and makes sure that it and all it started end.

Run as a script, by path, without site packages (`python -I -S`), so that it costs little: standard
library only, and the modules beside it that shut the kernel in. It starts the kernel, adopts every
orphan below it (it is a subreaper) and kills the whole tree when the runner asks, when the runner
dies (its end of the socket closes, also after SIGKILL), when the kernel ends, or when a limit is
passed.

    python -I -S guardian.py FOLDER BOOT BOX…   file descriptor 0: the socket of the runner

Lines from the runner: `lend HEX`, `write HEX`, `hide HEX` (paths), `admit`, `limit RESOURCE VALUE`,
`watch MEMORY PROCESSES DISK SECONDS`, `interrupt`, `kill`.
Lines to the runner: `guardian PID`, `kernel PID`, `boxed LEVEL HEX`, `admitted HEX`, `limited`,
`log HEX`, `exit HOW CODE`, `gone SURVIVORS`. A HEX of an answer says what went wrong, or nothing.
"""
# pathlib would cost as much as all else here together.
# ruff: noqa: PTH106, PTH108

import os
import select
import signal
import sys
import time

sys.path.extend({__file__.rpartition("/runner/")[0]} - {*sys.path})
from runner.kernels import measures
from runner.kernels.box import NONE, STRICT, Box, said
from runner.kernels.bubblewrap import enter_and_run, exit_code, find_bubblewrap
from runner.kernels.namespaces import admit, separate
from runner.kernels.system_calls import SUBREAPER, set_process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Serve = Callable[[str], None]

_TICK = 0.25
"""Seconds between two looks at the memory and the number of processes of the tree."""
_KILL_FOR = 10.0
"""Seconds after which processes that cannot be killed (another user's) are given up."""
_LOG_TAIL = 2000
_NOT_BOXED = 77
"""The exit code of a process that could not be shut in as it had to be."""
_LONGEST_WHY = 1500
_PROCESSES, _THREADS = 6, 4
"""RLIMIT_NPROC, which counts threads, and how many of them a process is granted."""
_IN_MEMORY = "/dev/shm/rb-"  # noqa: S108
"""Where a KEY that knows secrets writes; nobody looks at it any more when the runner is dead."""
_RESERVE = 64 * 1024**2
"""Bytes that a KEY which writes files must leave free on the disk."""


class Guardian:
    """One kernel, its tree and the socket to the runner."""

    def __init__(self, box: Box, script: str, serve: "Serve | None" = None) -> None:
        """Start the kernel: a Python process with `script`, or what `serve` makes of this one."""
        self.box, self.script, self.serve = box, script, serve
        self._tell(f"guardian {os.getpid()}")
        self.log = os.open(box.folder + "/kernel.log", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.oom_kills = measures.oom_kills()
        self.asked: dict[str, list[str]] = {"lend": [], "write": list(box.writable), "hide": []}
        self.init, self.alive, self.level, self.bubblewrap = 0, -1, "", ""
        self.kernel, self.news = self._start()
        self.status: int | None = None
        self.how = "ended"
        self.memory = self.processes = self.disk = 0
        self.deadline = float("inf")
        self.pending = b""
        self.is_alone = False

    def watch(self) -> None:
        """Serve the runner until the kernel has ended or must end."""
        poll = select.poll()
        poll.register(0, select.POLLIN)
        poll.register(self.news, select.POLLIN)
        seen = _register_end(poll, self.kernel)
        self._tell(f"kernel {self.kernel}")
        while self._reap() and self.how == "ended":
            tick = _TICK if self.memory or not seen else None
            ready = [descriptor for descriptor, _ in poll.poll(tick and tick * 1000)]
            if self.news in ready:
                poll.unregister(self.news)
                self._hear_level()
            if 0 in ready and not self._obey():
                return
            if self.memory:
                self._look()

    def end(self) -> None:
        """Kill the tree, say how the kernel ended, remove its folder."""
        survivors = self._kill_tree()
        if not self.level:
            self._hear_level()
        self._tell("log " + _tail(self.log).hex())
        code = 0 if self.status is None else os.waitstatus_to_exitcode(self.status)
        code = exit_code(code) if self.bubblewrap else code
        if self.how == "ended" and code == -signal.SIGKILL and self._was_short_of_memory():
            self.how = "oom"
        self._tell(f"exit {self.how} {code}")
        self._tell(f"gone {survivors}")
        _remove(self.box.folder)
        for path in self.asked["write"]:
            if self.is_alone and path.startswith(_IN_MEMORY):
                _remove(path.rpartition("/")[0])

    def _was_short_of_memory(self) -> bool:
        return measures.oom_kills() > self.oom_kills

    def _start(self) -> tuple[int, int]:
        """The kernel's process, and the descriptor on which it says how it is boxed."""
        why: list[str] = []
        if STRICT in self.box.levels and not self.box.by_bubblewrap:
            try:
                self.init, self.alive = separate()
            except OSError as error:
                why.append(f"{STRICT}: {said(error)}")
        if STRICT in self.box.levels and not self.init:
            self.bubblewrap = find_bubblewrap()
            why.append(f"{STRICT}: {'made by' if self.bubblewrap else 'not by'} bubblewrap")
        news, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(news)
            self._become_kernel(tell, why)
        os.close(tell)
        return pid, news

    def _become_kernel(self, tell: int, why: list[str]) -> None:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(self.log, 1)
        os.dup2(self.log, 2)
        os.close(self.log)
        if self.alive >= 0:
            os.close(self.alive)
        if self.bubblewrap:
            level = NONE if self.box.spare else STRICT
        else:
            level = self.box.enter(self.init > 0, why)
        os.write(tell, f"{level} {'; '.join(why).encode()[:_LONGEST_WHY].hex()}".encode())
        os.close(tell)
        if level == NONE:
            os._exit(_NOT_BOXED)
        # This process has one thread and has read nothing of the KEY yet.
        connection_file = self.box.folder + "/connection.json"
        arguments = [sys.executable, "-P", self.script, connection_file]
        if self.bubblewrap:
            enter_and_run(self.bubblewrap, self.box, arguments)
        os.chdir(self.box.folder + "/work")
        if self.serve:
            self.serve(connection_file)
        os.execv(sys.executable, arguments)  # noqa: S606

    def _hear_level(self) -> None:
        """Pass on what the kernel's process says of its box; it says so before it boots."""
        heard = os.read(self.news, 4096).decode() or NONE
        os.close(self.news)
        self.level = heard.partition(" ")[0]
        self._tell(f"boxed {heard}")

    def _admit(self) -> None:
        """Show the kernel what the runner asked for, and say what was in the way."""
        lent, writable, hidden = (self.asked[what] for what in ("lend", "write", "hide"))
        reading, writing = os.pipe()
        problem = ""
        try:
            helper = os.fork()
        except OSError as error:
            self._tell(f"admitted {said(error).encode().hex()}")
            return
        if helper == 0:
            try:
                admit(self.kernel, lent, writable, hidden)
            except OSError as error:
                os.write(writing, said(error).encode()[:2000])
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(helper, 0)
        problem = os.read(reading, 2000).decode("utf-8", "replace")
        os.close(reading)
        self._tell(f"admitted {problem.encode().hex()}")

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
                _signal_group(self._kernel_itself(), signal.SIGINT)
            elif word in self.asked:
                self.asked[word].append(os.fsdecode(bytes.fromhex(numbers[0])))
            elif word == "admit":
                self._admit()
            elif word == "limit":
                _limit(self._kernel_itself(), int(numbers[0]), int(numbers[1]))
            elif word == "watch":
                self._limit_tree(*numbers)
                self._tell("limited")
        self.is_alone = not received
        return not self.is_alone

    def _kernel_itself(self) -> int:
        """The kernel's process: behind bubblewrap it is the child of the init that that starts."""
        at = [self.kernel]
        for _ in range(2 if self.bubblewrap else 0):
            at = measures.children(at[0]) or at
        return at[0]

    def _limit_tree(self, memory: str, processes: str, disk: str, seconds: str) -> None:
        self.memory, self.processes, self.disk = int(memory), int(processes), int(disk)
        self.deadline = time.monotonic() + float(seconds)
        if self.level == STRICT:  # there the number counts for this box alone; elsewhere for a user
            _limit(self._kernel_itself(), _PROCESSES, _THREADS * self.processes)

    def _look(self) -> None:
        """Note the limit that the tree has passed, if it has passed one."""
        tree = [pid for pid in measures.descendants() if pid != self.init]
        if time.monotonic() > self.deadline:
            self.how = "deadline"
        elif len(tree) > self.processes:
            self.how = "processes"
        elif measures.resident(tree) > self.memory and measures.proportional(tree) > self.memory:
            self.how = "memory"
        elif self._is_disk_used_up():
            self.how = "disk"

    def _is_disk_used_up(self) -> bool:
        used = measures.disk_use([self.box.folder, *self.asked["write"]])
        return used > self.disk or (
            used > _RESERVE and measures.is_nearly_full(self.box.folder, _RESERVE)
        )

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
        if self.init:
            _signal(self.init, signal.SIGKILL)
        _signal_group(self.kernel, signal.SIGKILL)
        give_up, pause = time.monotonic() + _KILL_FOR, 0.001
        while self._reap() or measures.descendants():
            tree = measures.descendants()
            if time.monotonic() > give_up:
                return len(tree)
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for pid in tree:
                    _signal(pid, number)
            self._pause(pause)
            pause = min(2 * pause, 0.02)
        return 0

    def _pause(self, seconds: float) -> None:
        """Wait so long, or until the kernel has ended."""
        poll = select.poll()
        if self.status is None and _register_end(poll, self.kernel):
            poll.poll(seconds * 1000)
        else:
            time.sleep(seconds)

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


def _limit(pid: int, number: int, value: int) -> None:
    import resource

    hard = resource.prlimit(pid, number)[1]
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.prlimit(pid, number, (wanted, wanted))


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


def _tail(log: int) -> bytes:
    return os.pread(log, _LOG_TAIL, max(0, os.fstat(log).st_size - _LOG_TAIL))


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


def stand_over(box: Box, script: str, serve: "Serve | None" = None) -> None:
    """Start the kernel at once, then get ready to stand over it, until its end.

    Descriptor 0 is the socket of the runner. `serve`, where the kernel need not be a new Python
    process, becomes it and does not return.
    """
    os.setsid()
    os.umask(0o077)
    os.closerange(3, 1 << 20)
    set_process(SUBREAPER, 1)
    guardian = Guardian(box, script, serve)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        guardian.watch()
    finally:
        guardian.end()


def main() -> None:
    """Stand over a kernel that is a new Python process."""
    folder, script, *words = sys.argv[1:]
    stand_over(Box(folder, words), script)


if __name__ == "__main__":
    main()
