"""The other end of `engine.py`: a process that has imported papermill, and forks one per notebook.

It is forked from the fork server of a run, which has imported half of what papermill needs, so that
this goes on beside what the runner imports. It knows the notebook and the kernel's sockets, nothing
of the run and of its secrets, and it ends when the runner closes its socket or dies.
"""

import gc
import json
import os
import pickle
import signal
import socket
import threading
import time
from base64 import b64encode
from typing import Any, BinaryIO, NoReturn, cast

from runner.kernels.address import KernelAddress
from runner.kernels.launch import KernelProcess
from runner.keys.attempt import Attempt, CellFailed
from runner.keys.engine import CUT_SHORT, ENDED, HERE, LIMITED, NotebookOrder
from runner.keys.output_tail import Printed
from runner.model.contract import Limits
from runner.model.results import FailureKind

_LAST_SECONDS = 2.0
"""How long notebooks may go on when the runner is gone; their kernels die with it."""


def serve(owner: socket.socket) -> None:
    """Import papermill, then fork for each socket that comes by this one, until it closes.

    A process is forked ahead and waits for its socket, so that nobody waits for the fork.
    """
    from runner.keys import papermill_engine

    gc.freeze()
    forked: set[int] = set()
    while True:
        taken, take = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(taken)
            if not forked:  # the others begin while there is work to do
                papermill_engine.rehearse()
            _await_notebook(owner, take)
        os.close(take)
        was_taken = os.read(taken, 1)
        os.close(taken)
        if not was_taken and os.waitpid(process, 0)[1] == 0:  # the runner has closed its end
            break
        forked = _living({*forked, process} if was_taken else forked)
    _end(forked)


def _await_notebook(owner: socket.socket, take: int) -> NoReturn:
    """Wait for the socket of a notebook, say that it is taken, and execute the notebook."""
    try:
        _, descriptors, _, _ = socket.recv_fds(owner, 16, 1, socket.MSG_CMSG_CLOEXEC)
        if descriptors:
            owner.close()
            os.write(take, b"t")
            os.close(take)
            _execute(socket.socket(fileno=descriptors[0]))
    finally:
        os._exit(0)


def _execute(channel: socket.socket) -> None:
    """Execute one notebook."""
    channel.sendall(HERE)
    incoming = channel.makefile("rb")
    order = pickle.load(incoming)  # noqa: S301  (from the process that has started this one)
    ToldAttempt(order, channel, incoming).execute(order)


class ToldAttempt(Attempt):
    """An attempt that tells the runner of everything that happens to it. One line is one fact."""

    def __init__(self, order: NotebookOrder, channel: socket.socket, incoming: BinaryIO):
        self._channel = channel
        self._far = FarKernel(order.address, channel)
        kernel = cast(KernelProcess, self._far)  # of which only the sockets and the end are used
        super().__init__(kernel, order.limits, order.source, order.outputs, self._at)
        self.environment = order.environment
        self.kernel_name, self.language = order.kernel_name, order.language
        threading.Thread(target=self._listen, args=(incoming,), daemon=True).start()

    def execute(self, order: NotebookOrder) -> None:
        """Execute, and tell what came of it, an error too."""
        from runner.keys import papermill_engine

        error: list[str] = []
        try:
            notebook = papermill_engine.notebook_of(order.tree)
            papermill_engine.execute_notebook(notebook, order.values, self)
        except CellFailed as failed:
            error = ["CellFailed", failed.ename, failed.evalue, failed.traceback]
        except Exception as failed:
            error = [type(failed).__name__, str(failed)]
        self._tell("done", self.notebook, error, list(self.dropped.items()))

    def begin(self, notebook: Any) -> None:
        """As ever, and tell."""
        super().begin(notebook)
        self._tell("begin", notebook)

    def begin_cell(self, index: int) -> None:
        """As ever, and tell."""
        super().begin_cell(index)
        self._tell("begin cell", index)

    def complete_cell(self, index: int) -> None:
        """As ever, and tell."""
        super().complete_cell(index)
        self._tell("complete cell", index)

    def fail_cell(self, index: int) -> None:
        """As ever, and tell."""
        super().fail_cell(index)
        self._tell("fail cell", index)

    def _at(self, cell: int, cells: int, said: Printed) -> None:
        self._tell("at", cell, cells, said.line, said.new, said.cut)

    def _tell(self, *fact: Any) -> None:
        self._channel.sendall(json.dumps(fact, default=_plain).encode() + b"\n")

    def _listen(self, incoming: BinaryIO) -> None:
        """Hear what the runner says; when it is gone, nothing here is of use to anyone."""
        for line in incoming:
            if line == CUT_SHORT:
                self.cut_short = FailureKind.STOPPED
            else:
                self._far.hear(line)
        os._exit(0)


class FarKernel:
    """A kernel that another process watches: its sockets, its limits, and whether it has ended."""

    def __init__(self, address: KernelAddress, channel: socket.socket):
        self.address = address
        self.end: bytes | None = None
        self._channel = channel
        self._news = threading.Condition()
        self._answer = b""

    @property
    def connection(self) -> dict[str, str | int | bytes]:
        """What a client needs in order to talk to the kernel."""
        return self.address.connection

    @property
    def is_listening(self) -> bool:
        """Whether its sockets are there."""
        return self.address.is_listening

    def limit(self, limits: Limits) -> bool:
        """Let the runner put the limits on; False where the kernel ended meanwhile."""
        self._channel.sendall(b'["limit"]\n')
        with self._news:
            self._news.wait_for(lambda: self._answer or self.end)
            return self._answer == LIMITED

    def hear(self, line: bytes) -> None:
        """What the runner says of the kernel."""
        with self._news:
            if line == ENDED:
                self.end = line
            else:
                self._answer = line
            self._news.notify_all()


def _plain(value: object) -> str:
    """As nbformat writes what JSON has no form for."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} is no JSON")


def _living(processes: set[int]) -> set[int]:
    return {process for process in processes if os.waitpid(process, os.WNOHANG)[0] == 0}


def _end(forked: set[int]) -> None:
    """Let what was forked come to its end, also what was stopped."""
    until = time.monotonic() + _LAST_SECONDS
    while (forked := _living(forked)) and time.monotonic() < until:
        time.sleep(0.01)
    for process in forked:
        os.kill(process, signal.SIGKILL)
