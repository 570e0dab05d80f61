"""Work shared out to processes: all of it, in order, whatever becomes of a process."""

import os

from runner.cli.sharing import FEWEST, share_out

MANY = tuple(range(FEWEST + 3))


def process_of(number: int) -> tuple[int, int]:
    return number, os.getpid()


def test_everything_is_made_in_order_by_as_many_processes_as_were_asked_for() -> None:
    made = share_out(process_of, MANY, processes=3)
    assert [one[0] for one in made if one] == list(MANY)
    processes = {one[1] for one in made if one}
    assert len(processes) == 3
    assert os.getpid() not in processes


def test_few_things_and_one_core_are_left_to_the_caller() -> None:
    few = MANY[: FEWEST - 1]
    assert share_out(process_of, few, processes=3) == [None] * len(few)
    assert share_out(process_of, MANY, processes=1) == [None] * len(MANY)


def test_what_a_process_that_died_did_not_make_is_left_to_the_caller() -> None:
    def work(number: int) -> int:
        if number == 4:
            os._exit(9)
        return number

    assert share_out(work, MANY, processes=2) == [n if n % 2 else None for n in MANY]


def test_more_than_a_pipe_holds_comes_through() -> None:
    made = share_out(lambda number: str(number) * 100_000, MANY, processes=2)
    assert [len(one or "") for one in made] == [len(str(n)) * 100_000 for n in MANY]
