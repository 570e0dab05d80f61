"""Stores of every released format stay readable, and take new runs: a fixture for each."""

import shutil
from pathlib import Path

import pytest

from runner.errors import RunbookError
from runner.evidence.checkpoint import checkpoint_problems
from runner.evidence.index import Index
from runner.evidence.seal import verify_run
from runner.evidence.standing import Finished, Interrupted
from runner.evidence.store import FORMAT, Store
from runner.evidence.store_log import StoreLog, read_line
from runner.runs.recorded import read_run
from runner.runs.replay import replay_run
from tests.evidence.conftest import Clock, MakeRun

FIXTURES = Path(__file__).parent / "fixtures"
HEALTHY, CUT = "20261125T130036543Z-trivial-gf5i", "20261125T130112000Z-trivial-cut2"


@pytest.fixture(params=sorted(folder.name for folder in FIXTURES.iterdir()))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    shutil.copytree(FIXTURES / request.param, tmp_path / "store")
    return Store(tmp_path / "store")


def test_its_runs_stand_as_they_stood(store: Store) -> None:
    assert isinstance(store.state_of(HEALTHY), Finished)
    assert isinstance(store.state_of(CUT), Interrupted)
    assert [run.id for run in Index(store).history(10)] == [CUT, HEALTHY]


def test_a_sealed_run_of_it_verifies_and_decides_the_same_again(store: Store) -> None:
    assert verify_run(store.folder_of(HEALTHY)) == ()
    assert replay_run(read_run(store.folder_of(HEALTHY))).is_same


def test_an_interrupted_run_of_it_is_read_as_far_as_it_goes(store: Store) -> None:
    recorded = read_run(store.folder_of(CUT))
    assert recorded.problems == ()
    assert recorded.state.finished is None


def test_with_a_new_run_it_is_of_the_format_of_today_and_speaks_for_all_its_runs(
    store: Store, make_run: MakeRun
) -> None:
    new = make_run()
    lines = [read_line(line) for line in StoreLog(store.root).lines()]
    assert [line.run for line in lines if line] == [HEALTHY, new]
    assert checkpoint_problems(store.root, None) == ()
    assert Store(store.root).format == FORMAT


@pytest.mark.parametrize("written", ["3", "-1", "two", ""])
def test_a_store_of_a_later_format_is_left_alone(tmp_path: Path, written: str, now: Clock) -> None:
    (tmp_path / "format").write_text(written)
    later = Store(tmp_path)
    with pytest.raises(RunbookError, match="is no store of format 2 or older"):
        later.runs()
    with pytest.raises(RunbookError, match="is no store of format 2 or older"):
        later.create_run("x", now())
    assert [file.name for file in tmp_path.iterdir()] == ["format"]
