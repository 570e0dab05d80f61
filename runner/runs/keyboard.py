"""Lines from a keyboard, however they come: pasted at once, cut in the middle, or not at all."""

import os
import select
from collections import deque
from typing import TextIO

from runner.model.frozen import frozen


@frozen
class Typed:
    """A line. `ahead` says that it was typed before the question was on the screen."""

    text: str
    ahead: bool


class Keyboard:
    """Reads the descriptor itself, so that no line waits unseen in a buffer of Python's."""

    def __init__(self, stream: TextIO):
        self._descriptor = stream.fileno()
        self._is_terminal = os.isatty(self._descriptor)
        self._lines: deque[str] = deque()
        self._ahead = 0
        self._rest = b""
        self._ends = 0
        self._wake_read, self._wake_write = os.pipe()
        self.dismissed = False
        self._nudged = False

    @property
    def closed(self) -> bool:
        """Whether nothing more will come: twice Ctrl-D in a row, or the end of a file."""
        return self._ends > (1 if self._is_terminal else 0)

    def mark(self) -> None:
        """A question is about to be shown: everything until now was ahead of it, nudges too."""
        self._nudged = False
        while not self.closed and self._readable(0) and self._read():
            pass
        self._ahead = len(self._lines)

    def clear(self) -> None:
        """Forget what was typed ahead: what follows needs a fresh line."""
        self.mark()
        self._lines.clear()
        self._ahead = 0

    def line(self) -> Typed | None:
        """The next line; None at an end of input, when nudged, and when dismissed."""
        while not self._lines:
            if self.dismissed or self.closed or not self._readable(None) or not self._read():
                self._nudged = False
                return None
        ahead = self._ahead > 0
        self._ahead = max(self._ahead - 1, 0)
        return Typed(self._lines.popleft(), ahead)

    def dismiss(self) -> None:
        """Wake whoever waits for a line; from any thread."""
        self.dismissed = True
        os.write(self._wake_write, b"x")

    def nudge(self) -> None:
        """Let whoever waits for a line have None, once; from any thread."""
        self._nudged = True
        os.write(self._wake_write, b"x")

    def _readable(self, seconds: float | None) -> bool:
        ready, _, _ = select.select([self._descriptor, self._wake_read], [], [], seconds)
        if self._wake_read in ready and not self.dismissed:
            os.read(self._wake_read, 1)
        return self._descriptor in ready and not self.dismissed and not self._nudged

    def _read(self) -> bool:
        """Take what is there; False at an end of input."""
        try:
            chunk = os.read(self._descriptor, 65536)
        except OSError:
            self._ends = 2
            return False
        if not chunk:
            self._ends += 1
            return False
        self._ends = 0
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        self._lines += [line.decode("utf-8", "replace").rstrip("\r") for line in whole]
        return True
