"""The runner's end of a fork server: starting one, and asking it for kernels."""

import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from runner.kernels.boxing import Boxing


class ForkServer:
    """A fork server, for any thread. It ends when it is closed, or with the runner."""

    def __init__(self, channel: socket.socket, process: int, is_ours: bool = True):
        """`process` is that of the server; `is_ours` where this process has started it."""
        self._channel = channel
        self._process = process
        self._is_ours = is_ours
        self._lock = threading.Lock()

    def ask(
        self, folder: Path, boxing: Boxing, environment: Mapping[str, str], channel: socket.socket
    ) -> None:
        """Ask for a kernel whose guardian gets `channel`; that one closes where the server is dead.

        `environment` is all that the kernel gets.
        """
        request = {
            "folder": str(folder), "words": boxing.words(), "environment": dict(environment)
        }  # fmt: skip
        self._send(json.dumps(request).encode(), channel)

    def connect(self) -> "ForkServer | None":
        """The same server for one more runner, by a socket of its own; None where it is dead."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if self._send(b"runner", theirs):
                return ForkServer(ours, self._process, is_ours=False)
        ours.close()
        return None

    def branch(self, module: str) -> socket.socket | None:
        """A socket to a process forked from it that does what `serve` of the module says.

        None where the server is dead. The process ends by itself when that socket closes.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if self._send(f"branch {module}".encode(), theirs):
                return ours
        ours.close()
        return None

    def lives(self) -> bool:
        """Whether it still holds its end."""
        poll = select.poll()
        poll.register(self._channel, select.POLLRDHUP)
        return not poll.poll(0)

    def is_stopped(self) -> bool:
        """Whether it was stopped (SIGSTOP), so that what is asked for may never come."""
        try:
            stat = Path(f"/proc/{self._process}/stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] in ("T", "t")

    def forget(self) -> None:
        """Close this process's end only, in a process forked from the one that started it."""
        self._is_ours = False
        self._channel.close()

    def close(self) -> None:
        """Let the server end, if it is this runner's; kernels that it forked live on."""
        self._channel.close()
        if self._is_ours:
            try:
                os.waitpid(self._process, os.WNOHANG)
            except ChildProcessError:
                return

    def _send(self, message: bytes, attached: socket.socket) -> bool:
        try:
            with self._lock:
                socket.send_fds(self._channel, [message], [attached.fileno()])
        except OSError:
            return False
        return True


def start_fork_server(environment: Mapping[str, str]) -> ForkServer:
    """Start one; returns at once, and what is asked for waits until it has imported everything.

    `environment` should be that of the kernels: what an interpreter reads of it at its start, such
    as the locale, holds for all of them.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    script = str(Path(__file__).with_name("fork_server.py"))
    with theirs:
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-P", script],
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setsigmask=(),
            setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
        )
    return ForkServer(ours, process)
