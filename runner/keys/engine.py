"""Executing a notebook through papermill: in a process that is forked for it, or in this one.

papermill takes long to import. Where the run has a fork server, a process forked from it imports
papermill while the runner imports what else a run needs, and executes the notebook; this end keeps
the record. Without one, and where that process is lost before a cell was sent, it is done here.
"""

import json
import pickle
import select
import socket
import time
from pathlib import Path
from typing import Any

from runner.kernels.address import KernelAddress
from runner.kernels.supply import ENGINE_PROCESS, KernelSupply
from runner.keys.attempt import Attempt, CellFailed, EngineFailed, KernelDied
from runner.keys.output_tail import Printed
from runner.model.contract import Limits
from runner.model.frozen import frozen

HERE = b"here\n"
LIMITED, REFUSED, ENDED, CUT_SHORT = b"limited\n", b"refused\n", b"ended\n", b"cut short\n"
"""What is said besides: by the other process when it is ready, and to it."""
_READY_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_LAST_SECONDS = 60.0
"""How long it may take to tell of a notebook whose kernel is gone: much of it can be on its way."""
_LOST = "the process that executed the notebook was lost"


@frozen
class NotebookOrder:
    """A notebook to execute: what papermill and an Attempt need."""

    tree: dict[str, Any]
    values: dict[str, Any]
    address: KernelAddress
    limits: Limits
    source: Path
    outputs: Path
    environment: dict[str, str]
    kernel_name: str
    language: str


class NotBegun(Exception):
    """The other process is not there; nothing was executed."""


class Engine:
    """Executes notebooks, each with an attempt that gets the record; for any thread.

    In the process that was branched off from the supply's fork server, if one was.
    """

    def __init__(self, supply: KernelSupply):
        self._supply = supply

    def execute(self, tree: dict[str, Any], values: dict[str, Any], attempt: Attempt) -> None:
        """Execute on the kernel of the attempt, which also gets the executed notebook.

        Raises CellFailed, KernelDied, EngineFailed, what nbclient raises, and what the report of
        the attempt raises.
        """
        try:
            FarNotebook(self._begin(), attempt).execute(tree, values)
        except NotBegun:
            from runner.keys import papermill_engine

            notebook = papermill_engine.notebook_of(tree)
            papermill_engine.execute_notebook(notebook, values, attempt)

    def _begin(self) -> socket.socket:
        """The socket of a process that is ready to execute a notebook. Raises NotBegun."""
        branch = self._supply.branch(ENGINE_PROCESS)
        if branch is None:
            raise NotBegun
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(branch, [b"notebook"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise NotBegun from None
        ours.settimeout(_READY_SECONDS)
        try:
            ready = ours.recv(len(HERE)) == HERE
        except OSError:
            ready = False
        if not ready:
            ours.close()
            raise NotBegun
        return ours


class FarNotebook:
    """One notebook that is executed in the other process."""

    def __init__(self, channel: socket.socket, attempt: Attempt):
        self._channel = channel
        self._attempt = attempt
        self._pieces: list[bytes] = []
        self._is_done = False
        self._said: set[bytes] = set()
        self._give_up = float("inf")

    def execute(self, tree: dict[str, Any], values: dict[str, Any]) -> None:
        """Hand it over and take down what is told until it is done; see Engine.execute."""
        attempt = self._attempt
        order = NotebookOrder(
            tree, values, attempt.kernel.address, attempt.limits, attempt.source, attempt.outputs,
            attempt.environment, attempt.kernel_name, attempt.language,
        )  # fmt: skip
        with self._channel:
            self._say(pickle.dumps(order))
            while not self._is_done:
                self._tell_the_end()
                for line in self._lines():
                    self._take(*json.loads(line))

    def _lines(self) -> list[bytes]:
        """Whole lines that have come. Raises KernelDied where no more can come."""
        if not select.select([self._channel], [], [], _LOOK_SECONDS)[0]:
            if time.monotonic() > self._give_up:
                raise KernelDied(_LOST)
            return []
        received = self._channel.recv(1 << 20)
        if not received:
            raise KernelDied(_LOST)
        first, *more = received.split(b"\n")
        self._pieces.append(first)
        if not more:
            return []
        lines = [b"".join(self._pieces), *more[:-1]]
        self._pieces = [more[-1]]
        return lines

    def _take(self, fact: str, *told: Any) -> None:
        attempt = self._attempt
        match fact:
            case "begin":
                attempt.begin(*told)
            case "at":
                cell, cells, *said = told
                attempt.report(cell, cells, Printed(*said))
            case "begin cell":
                attempt.begin_cell(*told)
            case "complete cell":
                attempt.complete_cell(*told)
            case "fail cell":
                attempt.fail_cell(*told)
            case "limit":
                self._say(LIMITED if attempt.kernel.limit(attempt.limits) else REFUSED)
            case "done":
                self._finish(*told)

    def _finish(self, notebook: Any, error: list[str], dropped: list[tuple[int, int]]) -> None:
        self._is_done = True
        self._attempt.notebook = notebook or self._attempt.notebook
        self._attempt.dropped = dict(dropped)
        if failed := error_of(error):
            raise failed

    def _tell_the_end(self) -> None:
        """Say once that the attempt was cut short, and that the kernel has ended."""
        if self._attempt.cut_short is not None and CUT_SHORT not in self._said:
            self._say(CUT_SHORT)
        if self._attempt.kernel.end is not None and ENDED not in self._said:
            self._say(ENDED)
            self._give_up = time.monotonic() + _LAST_SECONDS

    def _say(self, message: bytes) -> None:
        self._said.add(message)
        try:
            self._channel.sendall(message)
        except OSError:  # it is lost, or does not read; what it told before still counts
            self._give_up = min(self._give_up, time.monotonic() + _READY_SECONDS)


def error_of(told: list[str]) -> Exception | None:
    """The exception of a told error, as far as it makes a difference."""
    if not told:
        return None
    kind, *words = told
    return CellFailed(*words) if kind == "CellFailed" else EngineFailed(f"{kind}: {words[0]}")
