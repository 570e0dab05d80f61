"""The last line of what runs, for a person who waits: the newest word, not all of them."""

import re
import time

from runner.model.frozen import frozen

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
"""What terminals take for colours and commands, in what a cell prints."""
_KEPT = 2000
_LONGEST = 200
_PAUSE = 0.1
"""Seconds between two reports; what is printed in between shows in the next one."""


@frozen
class Printed:
    """The last line with words; the end of what is new; how many new characters it leaves out."""

    line: str
    new: str = ""
    cut: int = 0


class OutputTail:
    """The end of what the cells have printed. Whatever the flood, it holds a few lines of it."""

    def __init__(self) -> None:
        self._text = ""
        self._unsaid = 0
        self._next = 0.0

    @property
    def has_more(self) -> bool:
        """Whether anything was printed since the last `said`."""
        return self._unsaid > 0

    def said(self) -> Printed:
        """What was printed since it was asked before."""
        count, self._unsaid = self._unsaid, 0
        text = self._text[-count:] if count else ""
        return Printed(self.line, ANSI.sub("", text), count - len(text))

    @property
    def line(self) -> str:
        """The last line with words; a line that was drawn over shows its newest drawing."""
        lines = re.split(r"[\r\n]+", ANSI.sub("", self._text))
        words = (line.strip() for line in reversed(lines))
        return next(filter(None, words), "")[-_LONGEST:]

    def take(self, text: str) -> bool:
        """Note what was printed; whether it is time to report."""
        self._text = (self._text + text[-_KEPT:])[-_KEPT:]
        self._unsaid += len(text)
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _PAUSE
        return True
