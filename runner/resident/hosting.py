"""What a process forked for a run does before it is that run: becoming like its caller."""

import ctypes
import io
import os
import signal
import socket
import sys
import threading
import time

from runner.kernels.forking import ForkServer
from runner.kernels.launch import KernelProcess, StartedKernel
from runner.kernels.supply import KernelSupply
from runner.model.sandbox import BEST_EFFORT
from runner.resident import place
from runner.resident.client import BEGUN
from runner.resident.request import Request

_DIE_WITH_PARENT = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def become_caller(request: Request) -> None:
    """Take the caller's folder, descriptors, environment and limits. Raises OSError, ValueError."""
    os.setsid()
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    *streams, folder = request.descriptors
    os.fchdir(folder)
    for standard, descriptor in enumerate(streams):
        os.dup2(descriptor, standard)
    request.close()
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    place.take_limits(request.limits)
    sys.stdin = _stream(0, "r")
    sys.stdout = _stream(1, "w")
    sys.stderr = _stream(2, "w")


def supply_of(
    request: Request, spare: StartedKernel | None, forks: ForkServer | None
) -> KernelSupply:
    """The kernels of this run: what the resident has, then what its fork server forks."""
    supply = KernelSupply(request.environment, BEST_EFFORT.levels, forks, by_resident=True)
    if spare is not None:
        supply.add(KernelProcess(spare, is_spare_of_resident=True))
    return supply


def begin(connection: socket.socket) -> bool:
    """Tell the caller that it begins, and live and die with it; False where it is gone already."""
    try:
        connection.send(BEGUN)
    except OSError:
        return False
    threading.Thread(target=_follow, args=(connection,), name="caller", daemon=True).start()
    return True


def _follow(connection: socket.socket) -> None:
    """Pass on the caller's signals; when it is gone, end as if it had been this process."""
    main = threading.main_thread().ident or 0
    while True:
        try:
            word, _, number = connection.recv(64).partition(b" ")
        except OSError:
            word = b""
        if word != b"signal":
            os.kill(os.getpid(), signal.SIGKILL)
        if int(number) in _SIGNALS:
            signal.pthread_kill(main, int(number))


def _stream(number: int, mode: str) -> io.TextIOWrapper:
    """A standard stream, as the interpreter makes it when it starts."""
    like = (sys.__stdin__, sys.__stdout__, sys.__stderr__)[number]
    raw = open(number, mode + "b", closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(
        raw,
        encoding=like.encoding if like else None,
        errors=like.errors if like else None,
        line_buffering=number == 2 or os.isatty(number),
    )
