"""KEYs of a recorded run executed again: `replay --rerun-keys`, with real kernels."""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Runbook
from tests.keys.installed import CONTRACT, install

pytestmark = pytest.mark.kernel
RUNBOOK = """# Toy

## Diagnosis Flow

### Step 1: Count

- **KEY**: `jupyter-toy-key`
- **Input**: `events.csv`
- **Output**: Count
- **If Count > 2**: Continue to Step 2
- **If Count < 3**: STOP HERE

### Step 2: Look

**Action**: Look closer.
"""
OUTPUTS: list[dict[str, Any]] = [
    {"name": "count", "label": "Count", "type": "count"},
    {"name": "mean", "label": "Mean", "type": "number", "tolerance": {"relative": 0.01}},
    {"name": "wait", "label": "Wait", "type": "duration", "unit": "s"},
    {"name": "seen", "label": "Seen", "type": "table"},
]
CELLS = """
from runner import kit
key = kit.open_key("jupyter-toy-key")
key.load("events", events)
key.publish(**key.row("select count(*) as count, avg(status) as mean from events"), wait=1.5)
key.table("seen", key.sql(f"from events order by event_id limit {limit}"))
"""
ROWS = "event_id,status\n" + "".join(f"e{n},{200 + n}\n" for n in range(5))


def write_library(folder: Path, cells: str) -> Path:
    library = folder / "lib"
    install(library, cells, contract={**CONTRACT, "outputs": OUTPUTS})
    (library / "runbooks").mkdir()
    (library / "runbooks" / "toy.md").write_text(RUNBOOK)
    return library


class Recorded:
    """A library that can be edited, and a store with one run of it."""

    def __init__(self, folder: Path, store: Path, runbook: Runbook, rows: str = ROWS) -> None:
        self.store, self._runbook = store, runbook
        self.library = write_library(folder, CELLS)
        self.key = self.library / "jupyter-keys" / "toy-key"
        self.notebook = self.key / "toy-key.ipynb"
        self.events = folder / "events.csv"
        self.events.write_text(rows)
        self.ended = self.call("run", "toy", "-i", f"events={self.events}", "--unattended")

    @property
    def run(self) -> Path:
        (run,) = (self.store / "runs").iterdir()
        return run

    def call(self, *words: str) -> Any:
        return self._runbook(*words, "--library", str(self.library))

    def again(self, *words: str) -> Any:
        return self.call("replay", "--rerun-keys", *words)

    def edit(self, old: str, new: str) -> None:
        text = self.notebook.read_text()
        assert old in text
        self.notebook.write_text(text.replace(old, new))

    def declare(self, **changes: Any) -> None:
        contract = json.loads((self.key / "key.json").read_text())
        (self.key / "key.json").write_text(json.dumps({**contract, **changes}))


@pytest.fixture
def recorded(tmp_path: Path, store: Path, runbook: Runbook) -> Recorded:
    return Recorded(tmp_path, store, runbook)


def content(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_keys_on_the_same_inputs_give_the_same_and_decide_the_same(
    recorded: Recorded,
) -> None:
    before = content(recorded.store)
    recorded.events.write_text("event_id,status\nother,1\n")
    told = recorded.again()
    assert (told.returncode, told.stderr) == (
        0,
        "executing jupyter-toy-key of step-1.1.1\n",
    )
    lines = told.stdout.splitlines()
    assert lines[2:] == [
        "step-1.1.1  jupyter-toy-key",
        "  output  then    now     within",
        "  count   5       5       yes",
        "  mean    202     202     yes",
        "  wait    1.5 s   1.5 s   yes",
        "  seen    3 rows  3 rows  yes, by rows",
        "",
        "1 KEY, 4 outputs: all as then",
        "every decision would be the same",
    ]
    assert content(recorded.store) == before


def test_a_changed_notebook_is_executed_named_and_what_it_would_have_decided_shown(
    recorded: Recorded,
) -> None:
    recorded.edit("select count(*) as count", "select 2 as count")
    told = recorded.again()
    assert told.returncode == 1
    assert "  the notebook differs: sha256 " in told.stdout
    assert "  count   5       2       NO" in told.stdout
    assert "1 KEY, 4 outputs: 1 not as then\n" in told.stdout
    assert "step 1  If Count > 2\n  was  yes (5 > 2)\n  now  no (2 <= 2)" in told.stdout
    found = json.loads(recorded.again("--json").stdout)
    (key,) = found["keys"]
    now = "sha256:" + hashlib.sha256(recorded.notebook.read_bytes()).hexdigest()
    assert key["notebook"]["now"] == now != key["notebook"]["then"]
    assert (found["same"], found["decisions_same"], key["same"]) == (False, False, False)
    assert key["outputs"][0] == {
        "output": "count", "then": "5", "now": "2", "within": False, "how": None
    }  # fmt: skip


def test_an_estimate_may_be_as_far_off_as_its_contract_says(recorded: Recorded) -> None:
    recorded.edit("avg(status) as mean", "avg(status) + 2 as mean")
    told = recorded.again()
    assert told.returncode == 0
    assert "  mean    202     204     yes, ± 1 %" in told.stdout
    recorded.edit("avg(status) + 2", "avg(status) + 3")
    told = recorded.again()
    assert told.returncode == 1
    assert "  mean    202     205     NO" in told.stdout
    assert "every decision would be the same" in told.stdout


def test_another_unit_is_not_another_value(recorded: Recorded) -> None:
    recorded.edit("wait=1.5", "wait=1500")
    recorded.declare(outputs=[{**one, "unit": "ms"} if one["name"] == "wait" else one
                              for one in OUTPUTS])  # fmt: skip
    told = recorded.again()
    assert told.returncode == 0
    assert "the contract differs: sha256 " in told.stdout
    assert "  wait    1.5 s   1.5 s   yes" in told.stdout


def test_tables_are_compared_row_by_row(recorded: Recorded) -> None:
    recorded.edit("order by event_id limit", "where status <> 201 order by event_id limit")
    assert "1 rows only then, 1 only now" in recorded.again().stdout
    recorded.edit("where status <> 201 order by event_id limit", "where 1 = 1 order by 1 limit")
    assert recorded.again().returncode == 0
    recorded.edit("from events where 1 = 1 order by 1 limit {limit}",
                  "from (from events order by event_id limit {limit}) order by 1 desc")  # fmt: skip
    assert "2 rows at other places" in recorded.again().stdout


def test_a_default_that_has_changed_since_is_given_as_it_was(recorded: Recorded) -> None:
    parameters = [{**one, "default": 1} if one["name"] == "limit" else one
                  for one in CONTRACT["parameters"]]  # fmt: skip
    recorded.declare(parameters=parameters)
    recorded.edit("limit = 3", "limit = 1")
    told = recorded.again()
    assert told.returncode == 0
    assert "  seen    3 rows  3 rows  yes" in told.stdout


def test_a_key_that_fails_now_gives_no_result_to_compare(recorded: Recorded) -> None:
    recorded.edit("key.load(", "1 / 0; key.load(")
    told = recorded.again()
    assert told.returncode == 4
    assert "failed now (cell failed): ZeroDivisionError: division by zero" in told.stdout
    assert "0 of 1 KEYs gave a result; 1 failed" in told.stdout


def test_a_key_that_is_not_there_is_named_and_no_cell_runs(recorded: Recorded) -> None:
    shutil.rmtree(recorded.key)
    (recorded.library / "jupyter-keys").mkdir(exist_ok=True)
    told = recorded.again()
    assert told.returncode == 3
    assert "  not executed: it is not installed" in told.stdout
    assert "every decision would be the same (what was not executed counts as" in told.stdout


def test_an_input_that_is_not_declared_any_more_is_named(recorded: Recorded) -> None:
    recorded.declare(inputs=[{**CONTRACT["inputs"][0], "name": "entries"}])
    told = recorded.again()
    assert told.returncode == 3
    assert "not executed: it does not declare events any more" in told.stdout


def test_an_input_that_is_gone_from_the_evidence_is_named(recorded: Recorded) -> None:
    (recorded.run / "inputs/events/events.csv").unlink()
    told = recorded.again()
    assert told.returncode == 3
    assert "is not there: inputs/events/events.csv" in " ".join(told.stdout.split())


def test_a_parameter_that_held_a_secret_is_not_given_as_its_mask(
    recorded: Recorded, store: Path
) -> None:
    shutil.rmtree(store / "runs")
    secret = "label=https://hook.example/?api_key=sk_live_" + "a1B2" * 9
    recorded.call(
        "run", "toy", "-i", f"events={recorded.events}", "--param", secret, "--unattended"
    )
    assert "sk_live" not in (recorded.run / "journal.jsonl").read_text()
    told = recorded.again()
    assert told.returncode == 3
    said = "not executed: a secret was given in label, which is not on record"
    assert said in " ".join(told.stdout.split())


def test_an_altered_input_executes_nothing(recorded: Recorded) -> None:
    file = recorded.run / "inputs/events/events.csv"
    file.chmod(0o600)
    file.write_text(ROWS + "e9,500\n")
    told = recorded.again()
    assert (told.returncode, told.stdout) == (20, "")
    assert "is not what was taken in: inputs/events/events.csv" in told.stderr
    assert "Nothing was executed." in told.stderr


def test_many_runs_are_executed_again_one_by_one(recorded: Recorded) -> None:
    recorded.call("run", "toy", "-i", f"events={recorded.events}", "--unattended")
    told = recorded.again("--last", "5")
    assert told.returncode == 0
    assert told.stdout.count("every decision would be the same") == 2
    assert told.stdout.endswith("2 runs, 0 not as then\n")
    found = json.loads(recorded.again("--last", "5", "--json").stdout)
    assert [one["same"] for one in found["runs"]] == [True, True]


def test_a_run_among_many_that_cannot_be_executed_again_is_named(recorded: Recorded) -> None:
    first = recorded.run
    recorded.call("run", "toy", "-i", f"events={recorded.events}", "--unattended")
    (first / "inputs/events/events.csv").chmod(0o600)
    (first / "inputs/events/events.csv").write_text("altered")
    told = recorded.again("--last", "5")
    assert told.returncode == 20
    assert f"{first.name}: input events of {first.name} is not what was taken in" in told.stdout
    assert told.stdout.endswith("2 runs, 0 not as then, 1 could not be executed again\n")


def test_a_key_that_reads_a_secret_needs_it_again(recorded: Recorded, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2-hunter2")
    recorded.declare(secrets=[{"name": "token"}])
    told = recorded.again()
    assert (told.returncode, "needs the secret token" in told.stderr) == (3, True), told.stderr
    assert recorded.again("--secret", f"token=@{tmp_path / 'token'}").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rerun-keys", "--edit", "step 1: Count > 9"), "--rerun-keys decides by the text of"),
        (("--limit", "wall_seconds=5"), "no KEY is executed, so none needs it"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    runbook: Runbook, words: tuple[str, ...], said: str
) -> None:
    told = runbook("replay", *words)
    assert told.returncode == 2
    assert said in told.stderr


LARGE = "event_id,status\n" + "".join(f"{n:0200},{200 + n % 9}\n" for n in range(84_000))


def loaded(store: Path) -> list[dict[str, Any]]:
    (run,) = (store / "runs").iterdir()
    entries = [
        json.loads(line)["event"] for line in (run / "journal.jsonl").read_text().splitlines()
    ]
    (result,) = [event["result"] for event in entries if event["is"] == "KeyFinished"]
    found: list[dict[str, Any]] = result["loaded"]
    return found


def test_a_large_input_is_kept_as_parquet_and_read_from_there(
    tmp_path: Path, store: Path, runbook: Runbook
) -> None:
    recorded = Recorded(tmp_path, store, runbook, LARGE)
    (kept,) = loaded(store)
    assert (kept["rows_read"], kept["rows_bad"]) == (84_000, 0)
    assert (recorded.run / kept["file"]).read_bytes().startswith(b"PAR1")
    manifest = json.loads((recorded.run / "manifest.json").read_text())
    assert kept["file"] in [one["name"] for one in manifest["subject"]]
    recorded.edit("wait=1.5", "wait=1.5 + ('table' not in os.environ['RUNBOOK_KEPT_TABLES'])")
    recorded.edit("from runner import kit", "import os; from runner import kit")
    told = recorded.again()
    assert (told.returncode, "4 outputs: all as then" in told.stdout) == (0, True)
    table = recorded.run / kept["file"]
    table.chmod(0o600)
    table.write_bytes(b"altered")
    recorded.edit("('table' not in os.environ['RUNBOOK_KEPT_TABLES'])", "0")
    assert recorded.again().returncode == 0  # the file itself is loaded


def test_a_small_input_is_not_kept(recorded: Recorded, store: Path) -> None:
    assert loaded(store) == []


def test_an_attempt_after_a_crash_reads_what_the_one_before_had_loaded(
    tmp_path: Path, store: Path, environment: dict[str, str], runbook: Runbook
) -> None:
    waits = "import os, time\nif '\"table\"' not in os.environ['RUNBOOK_KEPT_TABLES']:\n"
    cells = CELLS.replace("key.publish", waits + "    time.sleep(60)\nkey.publish", 1)
    library = write_library(tmp_path, cells)
    (tmp_path / "events.csv").write_text(LARGE)
    words = ("run", "toy", "-i", f"events={tmp_path / 'events.csv'}", "--unattended")
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *words, "--library", str(library)], env=environment
    )
    sums = "runs/*/keys/step-1.1.1/attempt-1/outputs/loaded/events.parquet.sha256"
    until = time.monotonic() + 30
    while not list(store.glob(sums)) and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.wait()
    ended = runbook("resume", "--library", str(library))
    assert "resuming" in ended.stderr
    (kept,) = loaded(store)
    assert kept["file"] == "keys/step-1.1.1/attempt-1/outputs/loaded/events.parquet"
    assert kept["rows_read"] == 84_000
