"""A process that has imported what kernels import, and forks a guardian with its kernel on request.

    python -P fork_server.py        file descriptor 0: a socket of the runner (SOCK_SEQPACKET)

A request is one message: a line of JSON with `folder`, `words` (the box) and `environment`, and the
guardian's socket as an attached descriptor. The word `runner` brings another runner's socket like
the one it came by. `branch MODULE` brings the socket of a process that is to be forked and to do
what `serve` of that module says. Nothing is answered: what is forked speaks for itself.

It has one thread, so that what it forks can be shut in; what it forks is a process of its own for
each kernel, with the environment, the folder and the limits that a kernel started anew would have.
It ends when the first socket closes, also after SIGKILL of the runner.
"""

import array
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

sys.path.extend({str(Path(__file__).resolve().parents[2])} - {*sys.path})
from runner.kernels import boot, guardian
from runner.kernels.box import Box

_LONGEST_REQUEST = 1 << 20
_DATABASE = "runner.kit.engine"
"""It is opened in a thread while a spare waits for its KEY."""
_KIT = "runner.kit"
_OF_KEYS = ("duckdb", "IPython.display", "json", "csv")
"""What notebooks import: before the first fork, since the runner is not ready earlier either."""


class ForkServer:
    """The sockets of the runners, the first one being the owner's."""

    def __init__(self, owner: socket.socket):
        self._owner = owner
        self._runners = {owner.fileno(): owner}
        self._poll = select.poll()
        self._poll.register(owner, select.POLLIN)

    def serve(self) -> None:
        """Import what kernels and notebooks need, then fork until the owner is gone."""
        gc.disable()  # what is imported stays; to look for garbage in it takes 40 ms
        boot.preload()
        for name in _OF_KEYS:
            importlib.import_module(name)
        importlib.import_module(_KIT).load_all()
        gc.freeze()
        gc.enable()
        while self._serve_pending(None):
            pass

    def _serve_pending(self, milliseconds: int | None) -> bool:
        """Serve every request that waits; False where the owner is gone."""
        for descriptor, _ in self._poll.poll(milliseconds):
            runner = self._runners[descriptor]
            if self._serve_one(runner):
                continue
            if runner is self._owner:
                return False
            self._poll.unregister(descriptor)
            del self._runners[descriptor]
            runner.close()
        return True

    def _serve_one(self, runner: socket.socket) -> bool:
        try:
            message, descriptors = _receive(runner)
        except OSError:
            return False
        if message == b"runner" and descriptors:
            other = socket.socket(fileno=descriptors[0])
            self._runners[other.fileno()] = other
            self._poll.register(other, select.POLLIN)
        elif message and descriptors:
            if os.fork() == 0:
                self._become(message, descriptors[0])
            os.close(descriptors[0])
        return bool(message)

    def _become(self, message: bytes, channel: int) -> NoReturn:
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for runner in self._runners.values():
                runner.close()
            word, _, module = message.decode().partition(" ")
            if word == "branch":
                importlib.import_module(module).serve(socket.socket(fileno=channel))
            else:
                _become_guardian(json.loads(message), channel)
        finally:
            os._exit(0)


def _become_guardian(request: dict[str, Any], channel: int) -> None:
    os.dup2(channel, 0)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    box = Box(request["folder"], request["words"])
    guardian.stand_over(box, boot.__file__, partial(_serve, is_spare=box.spare))


def _serve(connection_file: str, is_spare: bool) -> None:
    """Become the kernel, in a process that looks like one that was started for it."""
    ahead = importlib.import_module(_DATABASE).AHEAD.begin if is_spare else None
    try:
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as an interpreter does when it starts
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = [boot.__file__, connection_file]
        boot.serve(connection_file, ahead)
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _receive(runner: socket.socket) -> tuple[bytes, list[int]]:
    size = array.array("i").itemsize
    message, attached, _, _ = runner.recvmsg(
        _LONGEST_REQUEST, socket.CMSG_SPACE(size), socket.MSG_CMSG_CLOEXEC
    )
    descriptors = array.array("i")
    for _, _, content in attached:
        descriptors.frombytes(content[: len(content) - len(content) % size])
    return message, list(descriptors)


def main() -> None:
    """Serve the runner at descriptor 0."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    owner = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    ForkServer(owner).serve()
    os._exit(0)


if __name__ == "__main__":
    main()
