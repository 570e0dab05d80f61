"""The processes that stand over one command and make sure that all it started ends with it.

Run as a script, by path, without site packages (`python -I -S`), in a session of its own. It starts
the command with an empty standard input and its own standard output and error, adopts every orphan
below it (it is a subreaper), and kills the whole tree when the command has ended, when the runner
asks for it, or when the runner dies: its end of the pipe closes then, also after SIGKILL. It ends
as the command ended.

    python -I -S escort.py PROGRAM ARGUMENT…      file descriptor 0: a pipe from the runner

A byte in that pipe is SIGTERM for the command and its process group; its end is SIGKILL for all.

There are two of them, since a process that is killed gives its orphans away: the outer one stands
over the inner one, which stands over the command. Where the inner one is killed, what it leaves is
adopted and killed by the outer one; where the outer one is, the inner one ends everything.
"""

import os
import select
import signal
import sys
import time

sys.path.append(__file__.rpartition("/runner/")[0])
from runner.kernels.tree import kill_all_below

_TICK_SECONDS = 0.02
"""Between two looks at the command, on systems that do not tell of its end."""
_ANSWER_SECONDS = 1.0
"""In which the inner one has killed everything, unless it is stopped."""
_SUBREAPER = 36
_NOT_STARTED = 127


def main() -> None:
    """Start the command, stand over it, end as it ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _adopt_orphans()
    outer_lives, outer_holds = os.pipe()
    inner_lives, inner_holds = os.pipe()
    inner = os.fork()
    if inner == 0:
        os.close(outer_holds)
        _be_inner(outer_lives)
    os.close(inner_holds)
    _be_silent()
    status = _await_inner(inner, inner_lives)
    kill_all_below(os.getpid())
    _end_as(status)


def _be_inner(outer_lives: int) -> None:
    """Start the command and stand over it; this process ends as it ended."""
    _adopt_orphans()
    command = os.fork()
    if command == 0:
        _become(sys.argv[1:])
    _be_silent()
    status = _watch(command, outer_lives)
    kill_all_below(os.getpid())
    _end_as(os.waitpid(command, 0)[1] if status is None else status)


def _be_silent() -> None:
    """Let go of the output of the command, so that its end can be seen."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _await_inner(inner: int, inner_lives: int) -> int:
    """The status of the inner one; it is killed where the runner is gone and it does not end."""
    ends = select.poll()
    ends.register(0, 0)  # its end is told, and what it says is left to the inner one
    ends.register(inner_lives, 0)
    if inner_lives not in dict(ends.poll()):  # the runner is gone, and the inner one not yet
        ends.unregister(0)
        ends.poll(_ANSWER_SECONDS * 1000)
    kill_all_below(os.getpid())
    return os.waitpid(inner, 0)[1]


def _become(arguments: list[str]) -> None:
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execvp(arguments[0], arguments)  # noqa: S606
    except OSError as error:
        os.write(2, f"{arguments[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(_NOT_STARTED)


def _watch(command: int, outer_lives: int) -> int | None:
    """Wait for the end of the command: its status, or None where it must be killed."""
    while True:
        ended = _reap(command)
        if ended is not None:
            return ended
        ready, _, _ = select.select([0, outer_lives], [], [], _TICK_SECONDS)
        if outer_lives in ready or (0 in ready and not os.read(0, 1)):
            return None
        if ready:
            _signal_group(command, signal.SIGTERM)


def _reap(command: int) -> int | None:
    """Collect what has ended; the status of the command, once it is among that."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == command:
            return status
        if pid == 0:
            return None


def _end_as(status: int) -> None:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        os._exit(code)
    if -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    time.sleep(1)
    os._exit(128 - code)


def _adopt_orphans() -> None:
    """Make this process the one that orphans below it are given to (PR_SET_CHILD_SUBREAPER)."""
    import ctypes

    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except OSError:  # it has no group of its own yet
        os.kill(pid, number)


if __name__ == "__main__":
    main()
