from queue import SimpleQueue
from typing import Any

from runner.keys.executor import Progress
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.runs.progress_board import ProgressBoard


def progress(step: str, cell: int) -> Progress:
    return Progress(InvocationId(StepId(PlaceKind.STEP, step), 1, 1), cell, 9, float(cell))


def test_what_nobody_has_looked_at_is_replaced_by_what_is_true_now() -> None:
    inbox: SimpleQueue[Any] = SimpleQueue()
    board = ProgressBoard(inbox)
    for cell in range(1000):
        board.put(progress("1", cell))
        board.put(progress("2", cell))
    assert inbox.qsize() == 2
    assert board.take(inbox.get()) == progress("1", 999)
    assert board.take(inbox.get()) == progress("2", 999)


def test_what_was_looked_at_makes_room_for_the_next() -> None:
    inbox: SimpleQueue[Any] = SimpleQueue()
    board = ProgressBoard(inbox)
    board.put(progress("1", 1))
    board.take(inbox.get())
    board.put(progress("1", 2))
    assert board.take(inbox.get()) == progress("1", 2)
