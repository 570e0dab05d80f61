"""The resident's loop: a request comes in, a process is forked that is that run."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from runner.kernels.supply import KernelSupply
from runner.model.frozen import frozen
from runner.resident import hosting, place
from runner.resident.client import EXIT, HERE
from runner.resident.request import Request, receive, user_of
from runner.resident.sources import Sources
from runner.resident.stock import Stock

Host = Callable[[Sequence[str], KernelSupply], None]
"""Does what these words of a command line say, in a process of its own."""
_REQUEST_SECONDS = 1.0
_REFILL_SECONDS = 0.5
_CRASHED, _NEVER_BEGAN = 70, 71


@frozen
class Hosted:
    """A run under way: its process, a descriptor of it, and the caller's connection."""

    process: int
    descriptor: int
    connection: socket.socket


class Resident:
    """One thread, one listening socket. It ends when idle, when asked, and when it is outdated."""

    def __init__(self, listener: socket.socket, stock: Stock, host: Host, idle_seconds: float):
        self._listener = listener
        self._stock = stock
        self._host = host
        self._idle_seconds = idle_seconds
        self._identity = place.identity(os.environ)
        self._limits = place.limits()
        self._sources = Sources.now()
        self._hosted: dict[int, Hosted] = {}
        self._served = 0
        self._ends = False
        self._woken = self._wakes = -1
        self._busy_at = time.monotonic()

    def serve(self) -> None:
        """Serve until it ends; runs under way are awaited."""
        self._listen_to_signals()
        self._stock.fill()
        while not self._is_over():
            ready = self._wait()
            if self._listener.fileno() in ready:
                self._accept()
            for descriptor in ready & self._hosted.keys():
                self._finish(self._hosted.pop(descriptor))
            if not self._hosted or not self._stock.count:
                with suppress(OSError):  # what is missing is booted by the runs
                    self._stock.fill()
        self._stock.close()

    def _listen_to_signals(self) -> None:
        """A signal ends the wait, too: a poll goes on after its handler."""
        self._woken, self._wakes = os.pipe()
        for end in (self._woken, self._wakes):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wakes)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._end())

    def _is_over(self) -> bool:
        idle = time.monotonic() - self._busy_at
        if not self._hosted and idle > self._idle_seconds:
            self._end()
        return self._ends and not self._hosted

    def _end(self) -> None:
        self._ends = True

    def _wait(self) -> set[int]:
        poll = select.poll()
        if not self._ends:
            poll.register(self._listener, select.POLLIN)
            poll.register(self._woken, select.POLLIN)
        for descriptor in self._hosted:
            poll.register(descriptor, select.POLLIN)
        seconds = _REFILL_SECONDS if self._hosted else min(self._idle_seconds, 60.0)
        return {descriptor for descriptor, _ in poll.poll(seconds * 1000)}

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(_REQUEST_SECONDS)
        if user_of(connection) != os.geteuid():
            connection.close()
            return
        _answer(connection, HERE)
        asked = receive(connection)
        connection.settimeout(None)
        if isinstance(asked, Request):
            self._take(asked, connection)
            asked.close()
            return
        if asked == "stop":
            self._end()
        if asked in ("status", "stop"):
            _answer(connection, self._status().encode())
        connection.close()

    def _take(self, request: Request, connection: socket.socket) -> None:
        """Fork the run, or refuse it, so that the caller does it by itself."""
        if self._sources.have_changed():
            self._end()
        if self._ends or request.identity != self._identity or not _has_one_thread():
            _refuse(connection)
            return
        alike = request.limits == self._limits
        spare = self._stock.take(request.environment) if alike else None
        forks = self._stock.connect() if alike else None
        process = _fork()
        if process == 0:
            self._become_run(request, connection, lambda: hosting.supply_of(request, spare, forks))
        for ours in (spare and spare.channel, forks):
            if ours:
                ours.close()
        if process < 0:
            _refuse(connection)
            return
        descriptor = os.pidfd_open(process)
        self._hosted[descriptor] = Hosted(process, descriptor, connection)
        self._served += 1
        self._busy_at = time.monotonic()

    def _become_run(
        self, request: Request, connection: socket.socket, supply: Callable[[], KernelSupply]
    ) -> NoReturn:
        status = _NEVER_BEGAN
        try:
            self._listener.close()
            signal.set_wakeup_fd(-1)
            for end in (self._woken, self._wakes):
                os.close(end)
            self._stock.let_go()
            for other in self._hosted.values():
                other.connection.close()
                os.close(other.descriptor)
            hosting.become_caller(request)
            if hosting.begin(connection):
                status = _CRASHED
                self._host(request.words, supply())
        finally:
            os._exit(status)

    def _finish(self, hosted: Hosted) -> None:
        _, status = os.waitpid(hosted.process, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == _NEVER_BEGAN:  # the caller does it by itself
            self._served -= 1
        _answer(hosted.connection, EXIT + str(code if code >= 0 else 128 - code).encode())
        hosted.connection.close()
        os.close(hosted.descriptor)
        self._busy_at = time.monotonic()

    def _status(self) -> str:
        seconds = max(0.0, self._idle_seconds - (time.monotonic() - self._busy_at))
        facts = (os.getpid(), self._stock.count, self._served, len(self._hosted), int(seconds))
        return " ".join(map(str, facts))


def _answer(connection: socket.socket, message: bytes) -> None:
    with suppress(OSError):  # who asked may be dead, and the run with it
        connection.send(message)


def _refuse(connection: socket.socket) -> None:
    """Let the caller do the run by itself."""
    _answer(connection, b"no")
    connection.close()


def _fork() -> int:
    """As os.fork; -1 where the system has no room for another process."""
    try:
        return os.fork()
    except OSError:
        return -1


def _has_one_thread() -> bool:
    return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
