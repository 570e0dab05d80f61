"""Several KEYs, and a process kept warm, against as many papermill commands."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median

from benchmarks.processes import Cost, Pairs, cost, take_turns
from benchmarks.trivial import SEVERAL

PAPERMILL = str(Path(sys.executable).with_name("papermill"))
WARM_SECONDS = 20.0
"""How long the resident may take until it says that it is there."""


class Several:
    """Runs of runbooks with several trivial KEYs in a scratch folder."""

    def __init__(self, folder: Path, library: Path, pairs: int):
        self.folder, self.library, self.pairs = folder, library, pairs
        self.numbers = count()
        self.peak = 0

    def compare(self, name: str, at_a_time: int = 1) -> Pairs:
        """The runbook of that name against its KEYs one by one, or `at_a_time` of them."""
        keys = next(number for known, number, _ in SEVERAL if known == name)
        return take_turns(
            lambda: self.run(name, keys), lambda: self.commands(keys, at_a_time), self.pairs
        )

    def run(self, name: str, keys: int) -> Cost:
        """One `runbook run`. Raises AssertionError where not every KEY gave its result."""
        evidence = self.folder / f"several-{next(self.numbers)}"
        spent = cost(
            [
                sys.executable, "-m", "runner", "run", str(self.library / f"runbooks/{name}.md"),
                "--unattended", "--exit-zero", "--evidence-dir", str(evidence),
                "--library", str(self.library),
            ],
            self.folder,
        )  # fmt: skip
        assert results_in(evidence) == [3] * keys, f"{name}: {results_in(evidence)}"
        self.peak = max(self.peak, spent.peak)
        return spent

    def commands(self, keys: int, at_a_time: int) -> Cost:
        """As many papermill commands, with a look at what they gave."""
        outputs = self.folder / f"papermill-several-{next(self.numbers)}"
        outputs.mkdir()
        notebook = self.library / "jupyter-keys/trivial-check/trivial-check.ipynb"
        one = f"{shlex.quote(PAPERMILL)} {notebook} {outputs}/{{}}.ipynb --no-progress-bar"
        command = f"seq {keys} | xargs -P {at_a_time} -I {{}} {one}"
        spent = cost(["bash", "-c", command], self.folder)
        assert sorted(map(printed_in, outputs.glob("*.ipynb"))) == ["3\n"] * keys
        return spent


def results_in(evidence: Path) -> list[int]:
    """The `rows` that the KEYs of the only run in a store gave, as its journal says."""
    (journal,) = (evidence / "runs").glob("*/journal.jsonl")
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()]
    results = [event["result"] for event in events if event["is"] == "KeyFinished"]
    return [int(one["value"]["value"]) for result in results for one in result["outputs"]]


def printed_in(notebook: Path) -> str:
    """What the cells of an executed notebook printed."""
    cells = json.loads(notebook.read_text())["cells"]
    return "".join(
        "".join(output["text"]) for cell in cells for output in cell["outputs"] if "text" in output
    )


@contextmanager
def resident(folder: Path) -> Iterator[int]:
    """A resident of its own for as long as the block runs; the id of its process."""
    place = folder / "runtime"
    place.mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(place)
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", "warm", "--foreground"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_is_there(process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


def memory_of_tree(root: int) -> int:
    """Bytes that a process and all below it use, a shared page counted once (Pss)."""
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(folder.name))
    tree = [root]
    for pid in tree:
        tree += below.get(pid, ())
    return sum(map(_pss, tree))


def seconds_per_step(folder: Path, steps: int = 40) -> float:
    """What deciding and evidence add to a step with a KEY: a real journal, and no kernel."""
    from benchmarks.trivial import runbook_of, write_library
    from runner.document.parse import parse_runbook
    from runner.evidence.run_evidence import RunEvidence
    from runner.evidence.store import Store
    from runner.interpreter.program import Program
    from runner.interpreter.state import fold
    from runner.keys.catalog import Library
    from runner.keys.executor import ScriptedExecutor
    from runner.model.events import RunStarted
    from runner.model.results import KeyResult, OutputValue
    from runner.model.runs import Mode, Trigger
    from runner.model.source import SourceText
    from runner.runs.begin import utc_now
    from runner.runs.loop import Ports, drive
    from runner.runs.operators import Unattended
    from runner.runs.orders import OrderWriter

    write_library(folder / "stepwise")
    runbook = parse_runbook(SourceText("x.md", runbook_of(steps, dependent=True))).runbook
    key = Library((folder / "stepwise",)).key(runbook.steps[0].invocations[0].key)
    assert key is not None
    program = Program(runbook, (key.contract,))
    result = KeyResult((OutputValue("rows", Decimal(3)),), (), 0.1, "", "")
    times = []
    for number in range(5):
        store = Store(folder / f"stepwise-store-{number}")
        with RunEvidence.begin(store, "x", utc_now, time.monotonic) as evidence:
            begun = RunStarted("x", "x", "", "", "", "", Mode.UNATTENDED, Trigger("", ""))
            evidence.append((begun,))
            started = time.perf_counter()
            ended = drive(
                program,
                fold((begun,)),
                Ports(
                    journal=evidence,
                    executor=ScriptedExecutor({key.contract.key: result}),
                    operator=Unattended(),
                    orders=OrderWriter({key.contract.key: key}, {}, evidence.path),
                ),
            )
            times.append((time.perf_counter() - started) / steps)
            assert ended.finished is not None
            assert len(ended.admitted) == steps
    return median(times)


def _wait_until_it_is_there(process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + WARM_SECONDS
    asked = [sys.executable, "-m", "runner", "warm", "--status"]
    while time.monotonic() < until and process.poll() is None:
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            time.sleep(1.0)  # its first spare boots
            return
        time.sleep(0.1)
    raise subprocess.CalledProcessError(process.poll() or 1, "runbook warm --foreground")


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
