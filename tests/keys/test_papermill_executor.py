import json
import os
import threading
import time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from runner.keys.executor import Progress
from runner.keys.inputs import check_parameters, stage_input
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.contract import Limits
from runner.model.events import Parameter
from runner.model.results import CellState, FailureKind, KeyFailure, KeyResult
from runner.model.sandbox import SandboxLevel, SandboxPolicy
from runner.model.values import Table
from tests.keys.installed import CONTRACT, PUBLISH, install, order

pytestmark = pytest.mark.kernel
OK = "publish(count=3)"


def run(tmp_path: Path, *cells: str, **details: Any) -> KeyResult | KeyFailure:
    key = install(tmp_path / "library", *cells, contract=details.pop("contract", None))
    return execute(order(key, tmp_path / "run", **details))


def execute(given: Any, report: Any = lambda progress: None) -> KeyResult | KeyFailure:
    executor = PapermillExecutor()
    try:
        return executor.execute(given, report)
    finally:
        executor.stop()


def failed(outcome: KeyResult | KeyFailure) -> KeyFailure:
    assert isinstance(outcome, KeyFailure), outcome
    return outcome


def states(outcome: KeyResult | KeyFailure) -> list[str]:
    return [cell.state.value for cell in outcome.cells]


def written(tmp_path: Path, outcome: KeyResult | KeyFailure) -> Any:
    return json.loads((tmp_path / "run" / outcome.notebook).read_text())


def noted(tmp_path: Path, outcome: KeyResult | KeyFailure) -> list[str]:
    cells = written(tmp_path, outcome)["cells"]
    return [cell["metadata"]["papermill"]["status"] for cell in cells]


def printed(tmp_path: Path, outcome: KeyResult | KeyFailure) -> str:
    outputs = [o for c in written(tmp_path, outcome)["cells"] for o in c.get("outputs", ())]
    return "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")


def test_a_key_gets_its_parameters_and_its_staged_input_and_publishes(tmp_path: Path) -> None:
    origin = tmp_path / "events.csv"
    origin.write_text("event_id,status\na,200\n")
    (tmp_path / "run").mkdir()
    staged = stage_input("events", origin, tmp_path / "run")
    seen: list[Progress] = []
    key = install(
        tmp_path / "library",
        PUBLISH,
        "print(limit, threshold, label, events, len(open(events).readlines()))",
        OK,
    )
    given = [Parameter("limit", 7), Parameter("threshold", Decimal("0.25"))]
    outcome = execute(order(key, tmp_path / "run", inputs=[staged], parameters=given), seen.append)
    assert isinstance(outcome, KeyResult), outcome
    assert outcome.value("count") == Decimal(3)
    assert printed(tmp_path, outcome) == f"7 0.25 None {tmp_path}/run/inputs/events/events.csv 2\n"
    assert noted(tmp_path, outcome) == ["completed"] * 5
    told = dict.fromkeys((one.cell, one.cells) for one in seen)
    assert list(told) == [(n, 5) for n in range(1, 6)]
    noted_by_papermill = written(tmp_path, outcome)["metadata"]["papermill"]
    assert noted_by_papermill["input_path"] == "toy-key/toy-key.ipynb"
    assert noted_by_papermill["exception"] is False


def test_a_kernel_killed_in_a_cell_is_told_apart_from_cells_that_never_ran(tmp_path: Path) -> None:
    kill = (
        "import os, signal; print('last words', flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    outcome = failed(run(tmp_path, PUBLISH, kill, "x = 1", OK))
    assert (outcome.kind, outcome.cell_index) == (FailureKind.KERNEL, 2)
    assert outcome.message == "the kernel was killed by SIGKILL"
    assert states(outcome) == ["completed", "completed", "killed", "never ran", "never ran"]
    assert noted(tmp_path, outcome) == states(outcome)
    assert written(tmp_path, outcome)["metadata"]["papermill"]["exception"] is True


@pytest.mark.parametrize(
    ("deed", "message"),
    [
        ("os._exit(0)", "the kernel ended by itself, with exit code 0"),
        ("os.kill(os.getpid(), 11)", "the kernel was killed by SIGSEGV"),
    ],
)
def test_a_kernel_that_ends_in_a_cell_is_a_failure(tmp_path: Path, deed: str, message: str) -> None:
    outcome = failed(run(tmp_path, f"import os; {deed}"))
    assert (outcome.kind, outcome.cell_index) == (FailureKind.KERNEL, 1)
    assert outcome.message.startswith(message)


def test_an_error_in_a_cell_is_reported_without_colours(tmp_path: Path) -> None:
    outcome = failed(run(tmp_path, PUBLISH, "1 / 0", OK))
    assert (outcome.kind, outcome.cell_index) == (FailureKind.CELL, 2)
    assert outcome.message == "ZeroDivisionError: division by zero"
    assert "ZeroDivisionError" in outcome.traceback
    assert "\x1b" not in outcome.traceback
    assert states(outcome) == ["completed", "completed", "failed", "never ran"]
    assert noted(tmp_path, outcome) == states(outcome)


def test_input_is_refused_since_nobody_is_there(tmp_path: Path) -> None:
    outcome = failed(run(tmp_path, "input('name? ')", OK))
    assert outcome.kind is FailureKind.CELL
    assert outcome.message == (
        "it asks for input, and nobody is there to answer: make the answer a parameter"
    )


def test_an_exit_without_an_error_ends_the_notebook_well(tmp_path: Path) -> None:
    outcome = run(tmp_path, PUBLISH, OK, "import sys; sys.exit(0)", "publish(count=4)")
    assert isinstance(outcome, KeyResult), outcome
    assert outcome.value("count") == Decimal(3)
    assert states(outcome) == ["completed"] * 4 + ["never ran"]
    assert noted(tmp_path, outcome) == states(outcome)


def test_parameters_of_an_earlier_execution_are_named_where_no_new_ones_are_given(
    tmp_path: Path,
) -> None:
    key = install(tmp_path / "library", PUBLISH, "publish(count=limit)")
    tree = json.loads(key.notebook.read_text())
    injected = {**tree["cells"][1], "id": "i", "source": "limit = 99"}
    tree["cells"].insert(1, injected | {"metadata": {"tags": ["injected-parameters"]}})
    key.notebook.write_text(json.dumps(tree))
    stale = execute(order(key, tmp_path / "stale"))
    assert isinstance(stale, KeyResult), stale
    assert stale.value("count") == Decimal(99)
    assert stale.warnings == (
        "the notebook was executed with the parameters of an earlier execution",
    )
    fresh = execute(order(key, tmp_path / "fresh", parameters=[Parameter("limit", 7)]))
    assert isinstance(fresh, KeyResult), fresh
    assert (fresh.value("count"), fresh.warnings) == (Decimal(7), ())


def test_an_exit_with_an_error_is_an_error(tmp_path: Path) -> None:
    outcome = failed(run(tmp_path, PUBLISH, OK, "import sys; sys.exit(3)"))
    assert (outcome.kind, outcome.message) == (FailureKind.CELL, "SystemExit: 3")


def test_after_a_tolerated_error_the_rest_runs_and_the_key_has_failed(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    key = install(tmp_path / "library", PUBLISH, "1 / 0", OK)
    tree = json.loads(key.notebook.read_text())
    tree["cells"][2]["metadata"]["tags"] = ["raises-exception"]
    key.notebook.write_text(json.dumps(tree))
    outcome = failed(execute(order(key, tmp_path / "run")))
    assert (outcome.kind, outcome.cell_index) == (FailureKind.CELL, 2)
    assert states(outcome) == ["completed", "completed", "failed", "completed"]
    assert noted(tmp_path, outcome) == states(outcome)


def test_parameters_arrive_as_what_they_are(tmp_path: Path) -> None:
    types = {
        "ratio": "number", "price": "number", "day": "date", "since": "timestamp",
        "until": "timestamp", "folder": "path", "codes": "list", "name": "text", "strict": "flag",
    }  # fmt: skip
    declared = [{"name": name, "type": kind, "default": None} for name, kind in types.items()]
    declared[6]["items"] = "integer"
    first = (
        "from decimal import Decimal\nratio = 0.5\nprice = Decimal('1')\nday = None\n"
        "since = None\nuntil = ''\nfolder = None\ncodes = [1]\nname = None\nstrict = None"
    )
    key = install(
        tmp_path / "library",
        PUBLISH,
        "print([ratio, price, day, since, until, folder, codes, name, strict])",
        OK,
        contract={**CONTRACT, "inputs": [], "parameters": declared},
    )
    tree = json.loads(key.notebook.read_text())
    tree["cells"][0]["source"] = first
    key.notebook.write_text(json.dumps(tree))
    texts = {
        "ratio": "0.25", "price": "0.10", "day": "2026-11-22", "since": "2026-11-22T10:00:00+01:00",
        "until": "2026-11-22T11:00:00Z", "folder": "/srv/a b", "codes": "500,502", "name": "0012",
        "strict": "yes",
    }  # fmt: skip
    given = check_parameters(key.contract, texts)
    outcome = execute(order(key, tmp_path / "run", parameters=given))
    assert isinstance(outcome, KeyResult), outcome
    assert printed(tmp_path, outcome) == (
        "[0.25, Decimal('0.10'), datetime.date(2026, 11, 22), datetime.datetime(2026, 11, 22, 10, "
        "0, tzinfo=datetime.timezone(datetime.timedelta(seconds=3600))), '2026-11-22T11:00:00Z', "
        "PosixPath('/srv/a b'), [500, 502], '0012', True]\n"
    )


def test_the_wall_limit_interrupts(tmp_path: Path) -> None:
    cells = ("import time; time.sleep(30)", OK)
    outcome = failed(run(tmp_path, *cells, limits=Limits(wall_seconds=1)))
    assert (outcome.kind, outcome.cell_index) == (FailureKind.TIMEOUT, 1)
    assert outcome.message == "not done after 1 s, its limit"
    assert "KeyboardInterrupt" in outcome.traceback
    assert states(outcome) == ["completed", "timed out", "never ran"]
    assert outcome.seconds < 3


def test_the_wall_limit_kills_what_ignores_the_interrupt(tmp_path: Path) -> None:
    stubborn = (
        "import time\nfor _ in range(100):\n    try:\n        time.sleep(30)\n"
        "    except KeyboardInterrupt:\n        pass"
    )
    outcome = failed(run(tmp_path, stubborn, limits=Limits(wall_seconds=1)))
    assert (outcome.kind, states(outcome)[1]) == (FailureKind.TIMEOUT, "timed out")
    assert outcome.seconds < 4


def test_stop_from_another_thread_ends_an_execution(tmp_path: Path) -> None:
    executor = PapermillExecutor()
    key = install(tmp_path / "library", "import time; time.sleep(60)")
    stopped_at: list[float] = []

    def stop_soon(progress: Progress) -> None:
        if progress.cell == 2:
            stopped_at.append(time.monotonic())
            threading.Timer(0.2, executor.stop).start()

    outcome = failed(executor.execute(order(key, tmp_path / "run"), stop_soon))
    assert time.monotonic() - stopped_at[0] < 2
    assert outcome.kind is FailureKind.STOPPED
    assert states(outcome) == ["completed", "killed"]
    later = failed(executor.execute(order(key, tmp_path / "later"), stop_soon))
    assert later.kind is FailureKind.STOPPED


def test_twenty_thousand_flushed_prints_lose_nothing(tmp_path: Path) -> None:
    flood = "for n in range(20_000): print(n, flush=True)"
    outcome = run(tmp_path, PUBLISH, flood, OK)
    assert isinstance(outcome, KeyResult), outcome
    assert printed(tmp_path, outcome).split() == [str(n) for n in range(20_000)]


def test_what_a_child_prints_last_is_not_lost(tmp_path: Path) -> None:
    child = "import subprocess; subprocess.run(['seq', '20000'], check=True)"
    outcome = run(tmp_path, PUBLISH, OK, child)
    assert isinstance(outcome, KeyResult), outcome
    assert printed(tmp_path, outcome).split() == [str(n) for n in range(1, 20_001)]


def test_what_a_child_of_a_failed_cell_prints_is_not_lost(tmp_path: Path) -> None:
    child = "import subprocess; subprocess.run(['sh', '-c', 'echo why >&2; exit 3'], check=True)"
    outcome = failed(run(tmp_path, child, OK))
    assert outcome.kind is FailureKind.CELL
    assert printed(tmp_path, outcome) == "why\n"


def test_output_beyond_the_limit_is_cut_with_a_mark(tmp_path: Path) -> None:
    flood = "print('x' * 5_000_000)\nprint('and the end')"
    outcome = run(tmp_path, PUBLISH, flood, OK, limits=Limits(output_bytes=1000))
    assert isinstance(outcome, KeyResult), outcome
    digest = sha256(b"x" * 5_000_000 + b"\nand the end\n").hexdigest()
    assert printed(tmp_path, outcome) == "x" * 1000 + (
        "\n[runbook: output cut here: 1,012 bytes kept, 4,999,001 bytes dropped; sha256 of all of "
        f"this cell's output: {digest}]\nand the end\n"
    )
    assert outcome.warnings == ("output of cell 2 was cut: 4,999,001 bytes dropped",)


def test_a_person_who_waits_sees_the_cell_and_the_last_line(tmp_path: Path) -> None:
    key = install(
        tmp_path / "library",
        PUBLISH,
        "import time\nprint('\\x1b[31mreading\\x1b[0m', end='\\r', flush=True)\ntime.sleep(0.3)\n"
        "print('half', flush=True); time.sleep(0.3)",
        OK,
    )
    seen: list[Progress] = []
    outcome = execute(order(key, tmp_path / "run"), seen.append)
    assert isinstance(outcome, KeyResult), outcome
    told = [(one.cell, one.tail) for one in seen]
    assert [one for one in told if one[0] == 3][1:] == [(3, "reading"), (3, "half")]
    assert told[-1] == (4, "half")


def test_an_allocation_beyond_the_memory_limit_is_out_of_memory(tmp_path: Path) -> None:
    outcome = failed(
        run(tmp_path, "x = bytearray(900_000_000)", limits=Limits(memory_bytes=600_000_000))
    )
    assert (outcome.kind, outcome.cell_index) == (FailureKind.MEMORY, 1)


def test_memory_of_children_counts(tmp_path: Path) -> None:
    cell = (
        "import subprocess, sys\nhog = 'import time; x = bytearray(250_000_000); "
        'x[::4096] = b"x" * len(x[::4096]); time.sleep(20)\'\n'
        "[subprocess.Popen([sys.executable, '-c', hog]) for _ in range(3)][0].wait()"
    )
    outcome = failed(run(tmp_path, cell, limits=Limits(memory_bytes=500_000_000)))
    assert outcome.kind is FailureKind.MEMORY
    assert outcome.message == "used more memory than its limit of 500,000,000 bytes"


def test_a_fork_bomb_is_ended(tmp_path: Path) -> None:
    bomb = "import os, time\nfor _ in range(100):\n    if not os.fork(): break\ntime.sleep(30)"
    outcome = failed(run(tmp_path, bomb, limits=Limits(processes=50)))
    assert outcome.message == "started more than 50 processes, its limit"


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("x = 1", "no cell published a result (result.json is missing)"),
        ("publish()", "output `count` is declared and was not published"),
        ("publish(count=1, more=2)", "output `more` is published and not declared"),
        ("publish(count='many')", "output `count` must be a number (count), found str 'many'"),
        ("os.symlink('/etc/passwd', os.environ['RUNBOOK_OUTPUT_DIR'] + '/result.json')",
         "it left 'result.json' among its outputs, which is no file"),
    ],
)  # fmt: skip
def test_a_broken_contract_fails_the_key(tmp_path: Path, cell: str, problem: str) -> None:
    outcome = failed(run(tmp_path, PUBLISH, cell))
    assert outcome.kind is FailureKind.CONTRACT
    assert outcome.message.startswith(problem)
    assert {cell.state for cell in outcome.cells} == {CellState.COMPLETED}


def test_a_guardian_that_is_stopped_from_within_holds_nothing_up(tmp_path: Path) -> None:
    cell = "import os, signal, time\nos.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(60)"
    outcome = failed(run(tmp_path, cell, limits=Limits(wall_seconds=1)))
    assert outcome.kind is FailureKind.TIMEOUT
    assert outcome.seconds < 6


def test_a_kernel_does_not_outlive_its_guardian(tmp_path: Path) -> None:
    cell = "import os, signal, time\nprint(os.getpid(), flush=True)\n"
    cell += "time.sleep(0.3)\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)"
    given = order(install(tmp_path / "library", cell), tmp_path / "run")
    executor = PapermillExecutor(policy=SandboxPolicy(SandboxLevel.RLIMITS))
    outcome = failed(executor.execute(given, lambda progress: None))
    assert (outcome.kind, outcome.cell_index) == (FailureKind.KERNEL, 1)
    time.sleep(0.2)
    kernel = Path(f"/proc/{printed(tmp_path, outcome).strip()}/stat")
    assert not kernel.exists() or kernel.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_fault_of_the_caller_is_not_a_failure_of_the_key(tmp_path: Path) -> None:
    def complain(progress: Progress) -> None:
        raise BrokenPipeError

    key = install(tmp_path / "library", OK)
    with pytest.raises(BrokenPipeError):
        execute(order(key, tmp_path / "run"), complain)


def test_files_of_outputs_are_named_from_the_run_folder(tmp_path: Path) -> None:
    contract = CONTRACT | {"outputs": [{"name": "rows", "label": "Rows", "type": "table"}]}
    table = "{'columns': ['a'], 'rows': [['1']], 'row_count': 1, 'file': 'rows.csv'}"
    write = "open(os.environ['RUNBOOK_OUTPUT_DIR'] + '/rows.csv', 'w').write('a\\n1\\n')\n"
    outcome = run(
        tmp_path, PUBLISH, f"{write}publish(rows={{'table': {table}}})", contract=contract
    )
    assert isinstance(outcome, KeyResult), outcome
    value = outcome.value("rows")
    assert isinstance(value, Table)
    assert value.file == "keys/step-1.1.1/attempt-1/outputs/rows.csv"


def test_a_kernel_sees_no_secret_no_home_and_no_module_of_its_folder(tmp_path: Path) -> None:
    cell = (
        "import os, sys\nfrom pathlib import Path\nprint('TOKEN' in os.environ, "
        "Path.home().name, list(Path().iterdir()), '' in sys.path, os.getcwd() in sys.path, "
        "os.stat('.').st_mode & 0o777 == 0o700)"
    )
    key = install(tmp_path / "library", PUBLISH, cell, OK)
    executor = PapermillExecutor({"PATH": os.defpath, "TOKEN": "s3cret"})
    executor.prepare()
    outcome = executor.execute(order(key, tmp_path / "run"), lambda progress: None)
    executor.stop()
    assert printed(tmp_path, outcome) == "False home [] False False True\n"


def test_several_keys_run_at_once(tmp_path: Path) -> None:
    key = install(tmp_path / "library", PUBLISH, "import time; time.sleep(1)", OK)
    executor = PapermillExecutor()
    outcomes: dict[int, KeyResult | KeyFailure] = {}

    def run_one(number: int) -> None:
        given = order(key, tmp_path / f"run{number}")
        outcomes[number] = executor.execute(given, lambda progress: None)

    threads = [threading.Thread(target=run_one, args=(number,)) for number in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    executor.stop()
    assert all(isinstance(outcome, KeyResult) for outcome in outcomes.values()), outcomes
    assert time.monotonic() - started < 6
