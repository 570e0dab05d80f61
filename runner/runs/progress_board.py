"""What running KEYs say of their progress, on queues that do not grow."""

import threading
from collections import deque
from queue import SimpleQueue
from typing import Any

from runner.keys.executor import Progress
from runner.model.identity import InvocationId

MOST_WORDS = 64
"""How many words of one KEY wait at most; at ten a second, those of six seconds."""


class ProgressBoard:
    """The newest words of each KEY that runs; at most one of each waits in the inbox.

    So a KEY that says much, or a terminal that is slow, holds up nobody: the oldest words that
    nobody has looked at are given up, and the next one says how many.
    """

    def __init__(self, inbox: "SimpleQueue[Any]"):
        self._inbox = inbox
        self._waiting: dict[InvocationId, deque[Progress]] = {}
        self._dropped: dict[InvocationId, int] = {}
        self._lock = threading.Lock()

    def put(self, progress: Progress) -> None:
        """Note it, and say to the inbox that there is something, unless that was said."""
        of = progress.invocation
        with self._lock:
            waiting = self._waiting.setdefault(of, deque())
            waiting.append(progress)
            if len(waiting) > MOST_WORDS:
                waiting.popleft()
                self._dropped[of] = self._dropped.get(of, 0) + 1
            is_first = len(waiting) == 1
        if is_first:
            self._inbox.put(progress)

    def take(self, waited: Progress) -> tuple[Progress, ...]:
        """What waits of that KEY, the oldest first; that one says how many were given up before."""
        with self._lock:
            first, *others = self._waiting.pop(waited.invocation, (waited,))
            dropped = self._dropped.pop(waited.invocation, 0)
        return (Progress(**{**vars(first), "dropped": dropped}), *others)
