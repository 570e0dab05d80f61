"""The line at the bottom of a terminal that says what runs."""

import sys
import threading
import time

from runner.cli import console
from runner.model.frozen import frozen
from runner.report.measures import show_seconds


@frozen
class Running:
    """What runs: since when, by the monotonic clock, and how many seconds that usually takes."""

    name: str
    since: float
    usual: float | None = None
    note: str = ""


def running_text(running: tuple[Running, ...], now: float) -> str:
    """The words of the line: elapsed beside usual time, and how far each is."""
    parts = []
    for one in running:
        usual = "" if one.usual is None else f", usually {show_seconds(one.usual)}"
        parts.append(f"{one.name}  {show_seconds(now - one.since)}{usual}  {one.note}".rstrip())
    return "  running " + " · ".join(parts)


class StatusLine:
    """One line at the bottom of the terminal: the KEYs that run and for how long."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._paused = False
        threading.Thread(target=self._redraw, daemon=True).start()

    def begin(self, key: str, name: str, usual: float | None = None) -> None:
        """A KEY was started, which took `usual` seconds in earlier runs."""
        with self._lock:
            self._running[key] = Running(name, time.monotonic(), usual)

    def note(self, key: str, words: str) -> None:
        """How far a KEY is."""
        with self._lock:
            if key in self._running:
                known = self._running[key]
                self._running[key] = Running(known.name, known.since, known.usual, words)

    def end(self, key: str) -> None:
        """A KEY ended."""
        with self._lock:
            self._running.pop(key, None)
        self.clear()

    def pause(self) -> None:
        """Leave the line to the person who types, until `resume`: nothing is drawn there."""
        self.clear()
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """The person has answered."""
        with self._lock:
            self._paused = False

    def clear(self) -> None:
        """Take the line away; where somebody types it stays as it is."""
        with self._lock:
            if not self._paused:
                sys.stderr.write("\r\x1b[2K")
                sys.stderr.flush()

    def stop(self) -> None:
        """No more status."""
        self._over.set()
        self.clear()

    def _redraw(self) -> None:
        while not self._over.wait(0.1):
            with self._lock:
                if self._running and not self._paused and not self._over.is_set():
                    sys.stderr.write("\r\x1b[2K" + self._text()[: console.width(sys.stderr) - 1])
                    sys.stderr.flush()

    def _text(self) -> str:
        return running_text(tuple(self._running.values()), time.monotonic())
