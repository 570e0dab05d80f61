"""What running KEYs say of their progress, without a queue that could grow."""

import threading
from queue import SimpleQueue
from typing import Any

from runner.keys.executor import Progress
from runner.model.identity import InvocationId


class ProgressBoard:
    """The newest word of each KEY that runs; at most one of each waits in the inbox.

    So a KEY that says much, or a terminal that is slow, holds up nobody: what was not looked at in
    time is replaced by what is true now.
    """

    def __init__(self, inbox: "SimpleQueue[Any]"):
        self._inbox = inbox
        self._newest: dict[InvocationId, Progress] = {}
        self._lock = threading.Lock()

    def put(self, progress: Progress) -> None:
        """Note it, and say to the inbox that there is something, unless that was said."""
        with self._lock:
            waits = progress.invocation in self._newest
            self._newest[progress.invocation] = progress
        if not waits:
            self._inbox.put(progress)

    def take(self, waited: Progress) -> Progress:
        """The newest word in place of the one that waited."""
        with self._lock:
            return self._newest.pop(waited.invocation, waited)
