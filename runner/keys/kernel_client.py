"""Talking to a kernel that boots or has booted: a handshake without fixed waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from queue import Empty
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient

from runner.kernels.launch import KernelProcess
from runner.keys.attempt import KernelDied

_LAST_WORDS_SECONDS = 2.0
_MESSAGES_OF_OTHERS = 100_000
"""How many messages of a kernel that is not ours may wait here to be taken."""
_EMPTY_PIPES = """
exec('''
import select, sys, time
pipes = [p for p in (getattr(s, "_fid", None) for s in (sys.stdout, sys.stderr)) if p is not None]
until = time.monotonic() + 1
while pipes and time.monotonic() < until and select.select(pipes, [], [], 0)[0]:
    time.sleep(0.0005)
time.sleep(0.001)
''', {})
"""
"""ipykernel reads what children print in a thread; this waits until the thread has read it all."""


def new_client(is_ours: bool) -> Any:
    """jupyter_client's client with a context of its own, not connected to a kernel yet."""
    context = zmq.asyncio.Context()
    if not is_ours:  # it may drop what nobody takes at once
        context.rcvhwm = _MESSAGES_OF_OTHERS
    return AsyncKernelClient(context=context)


class KernelClient:
    """The client's end of one kernel, for `async with`; raises KernelDied where none answers."""

    def __init__(self, kernel: KernelProcess, boot_seconds: float, is_ours: bool = True):
        self._kernel = kernel
        self._is_ours = is_ours
        self._deadline = time.monotonic() + boot_seconds
        self.connection = new_client(is_ours)
        self._context = self.connection.context
        self.language_info: dict[str, Any] = {}

    async def __aenter__(self) -> "KernelClient":
        try:
            while not self._kernel.is_listening:
                self._check()
                await asyncio.sleep(0.002)
            self.connection.load_connection_info(self._kernel.connection)
            self.connection.allow_stdin = False
            self.connection.start_channels(stdin=False, hb=False, control=False)
            while not await self._greet():
                self._check()
        except BaseException:
            self._context.destroy(linger=0)
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self.connection.shell_channel.stop()
        self.connection.iopub_channel.stop()
        self._context.destroy(linger=0)

    async def set_environment(self, variables: dict[str, str], folder: Path | None) -> None:
        """Set variables in the kernel, by a request that is no cell and leaves no name behind.

        With a folder, they are all that it has, and it works there. A kernel that is not ours has
        its variables from the start.
        """
        if not self._is_ours:
            return
        code = f"__import__('os').environ.update({variables!r})"
        if folder is not None:
            code = (
                f"__import__('os').environ.clear()\n{code}\n__import__('os').chdir({str(folder)!r})"
                "\n__import__('sys').path.insert(0, '')"
            )
        request = self.connection.execute(code, silent=True, store_history=False)
        while True:
            reply = await self._reply(request, 1.0)
            if reply is not None:
                return
            self._check()

    async def last_words(self) -> AsyncIterator[dict[str, Any]]:
        """Output that is still on its way when no cell runs; what a child printed comes late.

        The kernel is asked to read its pipes to the end, and answers behind what it found there.
        """
        if self._is_ours:
            request = self.connection.execute(_EMPTY_PIPES, silent=True, store_history=False)
        else:
            request = self.connection.kernel_info()
        until = time.monotonic() + _LAST_WORDS_SECONDS
        while time.monotonic() < until and self._kernel.end is None:
            try:
                message = await self.connection.iopub_channel.get_msg(timeout=0.05)
            except Empty:
                continue
            yield message
            idle = message["content"].get("execution_state") == "idle"
            if idle and message["parent_header"].get("msg_id") == request:
                return

    async def _greet(self) -> bool:
        """Ask who is there; True once the answer and the output channel have come through.

        The subscription to the output channel takes a moment of its own; only the status messages
        of our own question prove that it is there.
        """
        request = self.connection.kernel_info()
        reply = await self._reply(request, 1.0)
        if reply is None:
            return False
        self.language_info = reply["content"]["language_info"]
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            try:
                message = await self.connection.iopub_channel.get_msg(timeout=0.05)
            except Empty:
                return False
            idle = message["content"].get("execution_state") == "idle"
            if idle and message["parent_header"].get("msg_id") == request:
                return True
        return False

    async def _reply(self, request: str, seconds: float) -> dict[str, Any] | None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._kernel.end is None:
            try:
                message = await self.connection.shell_channel.get_msg(timeout=0.05)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") == request:
                found: dict[str, Any] = message
                return found
        return None

    def _check(self) -> None:
        if self._kernel.end is not None:
            raise KernelDied("the kernel ended while it booted")
        if time.monotonic() > self._deadline:
            raise KernelDied("the kernel did not answer in time")
