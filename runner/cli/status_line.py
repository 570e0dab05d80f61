"""The line at the bottom of a terminal that says what runs."""

import sys
import threading
import time

from runner.cli import console


class StatusLine:
    """One line at the bottom of the terminal: the KEYs that run and for how long."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[str, float, str]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._paused = False
        threading.Thread(target=self._redraw, daemon=True).start()

    def begin(self, key: str, name: str) -> None:
        """A KEY was started."""
        with self._lock:
            self._running[key] = (name, time.monotonic(), "")

    def note(self, key: str, words: str) -> None:
        """How far a KEY is."""
        with self._lock:
            if key in self._running:
                name, since, _ = self._running[key]
                self._running[key] = (name, since, words)

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
        now = time.monotonic()
        parts = [
            f"{name}  {now - since:.1f} s  {note}" for name, since, note in self._running.values()
        ]
        return "  running " + " · ".join(part.rstrip() for part in parts)
