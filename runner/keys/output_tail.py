"""The last line of what runs, for a person who waits: the newest word, not all of them."""

import re
import time

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_KEPT = 2000
_LONGEST = 200
_PAUSE = 0.1
"""Seconds between two reports; what is printed in between shows in the next one."""


class OutputTail:
    """The end of what the cells have printed. Whatever the flood, it holds a few lines of it."""

    def __init__(self) -> None:
        self._text = ""
        self._next = 0.0

    @property
    def line(self) -> str:
        """The last line with words; a line that was drawn over shows its newest drawing."""
        lines = re.split(r"[\r\n]+", _ANSI.sub("", self._text))
        words = (line.strip() for line in reversed(lines))
        return next(filter(None, words), "")[-_LONGEST:]

    def take(self, text: str) -> bool:
        """Note what was printed; whether it is time to report."""
        self._text = (self._text + text[-_KEPT:])[-_KEPT:]
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _PAUSE
        return True
