"""A notebook is executed the same in a process forked for it as in the runner itself."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from runner.kernels.supply import ENGINE_PROCESS, KernelSupply
from runner.keys.executed_notebook import notebook_text
from runner.keys.executor import Progress
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.contract import Limits
from runner.model.events import Parameter
from runner.model.results import FailureKind, KeyFailure, KeyResult
from runner.model.sandbox import BEST_EFFORT
from tests.kernels.processes import alive, below, wait_for
from tests.keys.installed import PUBLISH, install, order

pytestmark = pytest.mark.kernel
OK = "publish(count=3)"
SHOWN = """
import sys
from IPython.display import HTML, SVG, display
print("words\\nlines"); print("more", file=sys.stderr)
display(HTML("<b>é</b>\\n<i>two</i>"), SVG("<svg xmlns='http://www.w3.org/2000/svg'>\\n</svg>"))
shown = display({"a": 1}, display_id=True); shown.update({"a": [limit, threshold, label]})
"\\ud83d\\ude00 value"
"""


@pytest.fixture
def supply() -> Iterator[KernelSupply]:
    made = KernelSupply(os.environ, BEST_EFFORT.levels)
    made.prepare()
    made.branch_off(ENGINE_PROCESS)
    yield made
    mine = below(os.getpid()) - {os.getpid()}
    made.stop()
    wait_for("all of it has ended", lambda: not any(map(alive, mine)), seconds=8)


@pytest.fixture
def far(supply: KernelSupply) -> PapermillExecutor:
    """Executes notebooks in another process."""
    return PapermillExecutor(supply=supply)


@pytest.fixture
def here() -> Iterator[PapermillExecutor]:
    executor = PapermillExecutor()
    yield executor
    executor.stop()


def engine_of(runner: int) -> int:
    """The process that has imported papermill for a runner; 0 where there is none yet."""
    for server in reversed(children(runner)):
        forked = children(server)
        own = [
            child for child in forked if os.getsid(child) == child
        ]  # guardians, once they are up
        if own and len(forked) == len(own) + 1:
            return next(child for child in forked if child not in own)
    return 0


def children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def stable(tree: Any) -> Any:
    """A notebook without times, and without the id that the injected cell gets."""
    if isinstance(tree, dict):
        left_out = ("start_time", "end_time", "duration", "execution", "id")
        return {name: stable(value) for name, value in tree.items() if name not in left_out}
    return [stable(value) for value in tree] if isinstance(tree, list) else tree


def result_of(outcome: KeyResult | KeyFailure) -> tuple[Any, ...]:
    if isinstance(outcome, KeyResult):
        return (outcome.outputs, outcome.warnings, outcome.sandbox)
    return (outcome.kind, outcome.message, outcome.cell_index, outcome.traceback)


@pytest.mark.parametrize(
    "cells",
    [
        (PUBLISH, SHOWN, OK),
        (PUBLISH, "", "print(limit)", "raise ValueError('no')", OK),
        (PUBLISH, OK, "import sys; sys.exit(0)", "print('never')"),
        (PUBLISH, "print('x' * 200_000)", OK),
        ("import os, time; time.sleep(0.2); os._exit(4)", OK),
    ],
    ids=["outputs", "an error", "an exit", "a flood", "a death"],
)
def test_what_comes_of_a_notebook_does_not_depend_on_where_it_is_executed(
    tmp_path: Path, far: PapermillExecutor, here: PapermillExecutor, cells: tuple[str, ...]
) -> None:
    key = install(tmp_path / "library", *cells)
    found = []
    for name, executor in (("far", far), ("here", here)):
        seen: list[Progress] = []
        limits, given = Limits(output_bytes=100_000), [Parameter("limit", 7)]
        ordered = order(key, tmp_path / name, limits, parameters=given)
        outcome = executor.execute(ordered, seen.append)
        written = json.loads((tmp_path / name / outcome.notebook).read_text())
        nbformat.validate(written)
        told = dict.fromkeys((one.cell, one.cells) for one in seen)
        states = [(cell.index, cell.state) for cell in outcome.cells]
        found.append((stable(written), list(told), states, *result_of(outcome)))
    assert found[0] == found[1]


def test_a_notebook_is_written_as_nbformat_writes_it() -> None:
    notebook = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"signature": "s", "orig_nbformat": 3, "kernelspec": {"name": "python3"}},
            "cells": [
                {"cell_type": "markdown", "id": "a", "metadata": {"trusted": True},
                 "source": "# é\nb", "attachments": {"p.png": {"image/png": "aGk=\n"}}},
                {"cell_type": "code", "id": "b", "metadata": {}, "source": "", "execution_count": 1,
                 "outputs": [
                     {"output_type": "stream", "name": "stdout", "text": "a\nb\r\nc"},
                     {"output_type": "display_data", "metadata": {}, "data": {
                         "text/html": "<b>\n</b>", "image/svg+xml": "<svg>\n</svg>",
                         "application/json": {"a": "b\nc"}, "image/png": "aGk=\n"}},
                     {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a\nb"]},
                 ]},
            ],
        }
    )  # fmt: skip
    text = nbformat.v4.writes(notebook)  # type: ignore[no-untyped-call]
    assert notebook_text(notebook) == text + "\n"


def test_a_notebook_whose_process_is_killed_is_no_success_and_its_kernel_ends(
    tmp_path: Path, far: PapermillExecutor
) -> None:
    key = install(
        tmp_path / "library", "import time; print('begun', flush=True); time.sleep(60)", OK
    )
    wait_for("it is there", lambda: engine_of(os.getpid()))
    engine = engine_of(os.getpid())

    def kill(told: Any) -> None:
        if told.tail == "begun":
            executing, *_ = children(engine)  # the next one waits for another notebook
            os.kill(executing, signal.SIGKILL)

    outcome = far.execute(order(key, tmp_path / "run"), kill)
    assert isinstance(outcome, KeyFailure)
    assert [cell.state.value for cell in outcome.cells] == ["completed", "killed", "never ran"]
    assert outcome.kind is FailureKind.KERNEL
    assert outcome.message == (
        "the kernel could not be used: KernelDied: the process that executed the notebook was lost"
    )
    written = json.loads((tmp_path / "run" / outcome.notebook).read_text())
    assert [cell["metadata"]["papermill"]["status"] for cell in written["cells"]] == [
        "completed", "completed", "killed", "never ran"
    ][-len(written["cells"]):]  # fmt: skip


def test_the_death_of_one_that_waits_costs_nothing(tmp_path: Path, far: PapermillExecutor) -> None:
    wait_for("one waits", lambda: children(engine_of(os.getpid())))
    engine = engine_of(os.getpid())
    (waiting,) = children(engine)
    os.kill(waiting, signal.SIGKILL)
    wait_for("another waits", lambda: children(engine) not in ([], [waiting]))
    key = install(tmp_path / "library", PUBLISH, OK)
    outcome = far.execute(order(key, tmp_path / "run"), lambda told: None)
    assert isinstance(outcome, KeyResult), outcome
    assert alive(engine)


def test_without_that_process_the_runner_executes_it_itself(
    tmp_path: Path, far: PapermillExecutor
) -> None:
    wait_for("it is there", lambda: engine_of(os.getpid()))
    os.kill(engine_of(os.getpid()), signal.SIGKILL)
    key = install(tmp_path / "library", PUBLISH, OK)
    outcome = far.execute(order(key, tmp_path / "run"), lambda told: None)
    assert isinstance(outcome, KeyResult), outcome


def test_a_time_limit_and_a_stop_hold_there_too(tmp_path: Path, far: PapermillExecutor) -> None:
    key = install(tmp_path / "library", "import time; time.sleep(60)", OK)
    given = order(key, tmp_path / "late", Limits(wall_seconds=1))
    outcome = far.execute(given, lambda told: None)
    assert isinstance(outcome, KeyFailure)
    assert outcome.kind is FailureKind.TIMEOUT
    assert [cell.state.value for cell in outcome.cells] == ["completed", "timed out", "never ran"]

    def stop(told: Any) -> None:
        if told.cell == 2:
            far.stop()

    started = time.monotonic()
    outcome = far.execute(order(key, tmp_path / "stopped"), stop)
    assert isinstance(outcome, KeyFailure)
    assert outcome.kind is FailureKind.STOPPED
    assert [cell.state.value for cell in outcome.cells] == ["completed", "killed", "never ran"]
    assert time.monotonic() - started < 10


def test_an_error_of_who_follows_the_execution_is_not_taken_for_the_notebooks(
    tmp_path: Path, far: PapermillExecutor
) -> None:
    key = install(tmp_path / "library", PUBLISH, OK)

    def fail(told: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        far.execute(order(key, tmp_path / "run"), fail)


def test_these_processes_end_with_their_supply(
    tmp_path: Path, far: PapermillExecutor, supply: KernelSupply
) -> None:
    wait_for("it is there", lambda: engine_of(os.getpid()))
    mine = below(os.getpid()) - {os.getpid()}
    supply.stop()
    wait_for("they end", lambda: not any(map(alive, mine)), seconds=5)
