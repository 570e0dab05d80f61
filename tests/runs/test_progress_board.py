from queue import SimpleQueue
from typing import Any

from runner.keys.executor import Progress
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.runs.progress_board import MOST_WORDS, ProgressBoard


def progress(step: str, cell: int, dropped: int = 0) -> Progress:
    of = InvocationId(StepId(PlaceKind.STEP, step), 1, 1)
    return Progress(of, cell, 9, float(cell), dropped=dropped)


def test_of_what_nobody_looks_at_the_newest_is_kept_and_the_rest_counted() -> None:
    inbox: SimpleQueue[Any] = SimpleQueue()
    board = ProgressBoard(inbox)
    for cell in range(1000):
        board.put(progress("1", cell))
        board.put(progress("2", cell))
    assert inbox.qsize() == 2
    for step in ("1", "2"):
        first, *others = board.take(inbox.get())
        assert first == progress(step, 1000 - MOST_WORDS, dropped=1000 - MOST_WORDS)
        assert others == [progress(step, cell) for cell in range(1001 - MOST_WORDS, 1000)]


def test_what_was_looked_at_makes_room_for_the_next() -> None:
    inbox: SimpleQueue[Any] = SimpleQueue()
    board = ProgressBoard(inbox)
    board.put(progress("1", 1))
    assert board.take(inbox.get()) == (progress("1", 1),)
    board.put(progress("1", 2))
    board.put(progress("1", 3))
    assert board.take(inbox.get()) == (progress("1", 2), progress("1", 3))
    assert inbox.empty()
