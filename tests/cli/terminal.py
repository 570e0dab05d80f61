"""A process at a terminal of its own: what it shows, and what is typed."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

SECONDS = 20.0


class Terminal:
    """Starts a command with a pseudo-terminal as standard input and error."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path):
        self._leader, follower = pty.openpty()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=follower,
            stdout=subprocess.DEVNULL,
            stderr=follower,
        )
        os.close(follower)
        self.shown = ""
        self._seen = 0

    def wait_for(self, text: str) -> None:
        """Read until `text` is shown, behind what was waited for before."""
        until = time.monotonic() + SECONDS
        while text not in self.shown[self._seen :]:
            assert time.monotonic() < until, self.shown
            assert self._read() or self._process.poll() is None, self.shown
        self._seen = self.shown.index(text, self._seen) + len(text)

    def enter(self, line: str) -> None:
        """Type a line."""
        os.write(self._leader, f"{line}\n".encode())

    def end(self) -> int:
        """Read until the process has ended; its exit code."""
        until = time.monotonic() + SECONDS
        while self._process.poll() is None:
            assert time.monotonic() < until, self.shown
            self._read()
        return self._process.returncode

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._leader)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._leader], [], [], 0.1)
        if not ready:
            return False
        try:
            self.shown += os.read(self._leader, 65536).decode("utf-8", "replace")
        except OSError:
            return False
        return True
