"""Work on many things shared out to processes: forked, so that nothing is imported twice."""

import os
import pickle
from collections.abc import Callable, Sequence
from typing import TypeVar

from runner.model.frozen import frozen

Given = TypeVar("Given")
Made = TypeVar("Made")

FEWEST = 16
"""From so many things on the processes are worth their start."""


@frozen
class _Share:
    """A process, and the end of the pipe on which it says what it made."""

    process: int
    reading: int


def share_out(
    work: Callable[[Given], Made | None], given: Sequence[Given], processes: int = 0
) -> list[Made | None]:
    """What `work` makes of each of `given`, in order, with all cores unless `processes` says else.

    None where there is nothing to share out (few things, one core) and for what a process that
    ended early did not get to: that is the caller's to do. To be called while there is one thread.
    """
    count = min(processes or len(os.sched_getaffinity(0)), len(given))
    made: list[Made | None] = [None] * len(given)
    if count < 2 or len(given) < FEWEST:
        return made
    shares = [_begin(work, given[number::count]) for number in range(count)]
    for number, share in enumerate(shares):
        done: list[Made | None] = _collected(share)
        made[number : number + count * len(done) : count] = done
    return made


def _begin(work: Callable[[Given], Made | None], given: Sequence[Given]) -> _Share:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return _Share(process, reading)
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump([work(one) for one in given], pipe)
        code = 0
    finally:
        os._exit(code)


def _collected(share: _Share) -> list[Made | None]:
    """What a process made; nothing where it did not come to its end."""
    with os.fdopen(share.reading, "rb") as pipe:
        written = pipe.read()
    _, status = os.waitpid(share.process, 0)
    if status:
        return []
    done: list[Made | None] = pickle.loads(written)  # noqa: S301 (written by a process of our own)
    return done
