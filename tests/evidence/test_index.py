"""The index answers as the folders would, whatever state its own file is in."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from runner.errors import RunbookError
from runner.evidence.index import Between, Index
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.standing import Damaged, Finished, Interrupted, Running
from runner.evidence.store import Store
from runner.evidence.summary import look_at
from runner.model.events import RunFinished
from runner.model.runs import Mode, Outcome

MakeRun = Callable[..., str]
KEY = "jupyter-webhook-event-analysis"


@pytest.fixture
def index(store: Store) -> Index:
    return Index(store, patience_seconds=0.05)


def ids(index: Index, limit: int = 100, **wanted: Any) -> list[str]:
    return [run.id for run in index.history(limit, **wanted)]


def test_history_of_an_empty_or_missing_store_is_empty(index: Index) -> None:
    assert index.history(10) == ()
    assert index.usual_seconds(KEY) is None


def test_a_run_is_summed_up_from_its_journal(index: Index, make_run: MakeRun) -> None:
    run_id = make_run(incident="INC-7")

    (run,) = index.history(10)

    assert (run.id, run.slug, run.mode) == (run_id, "webhook-failures", Mode.UNATTENDED)
    assert run.title == "Webhook Failures — «Zustellung»"
    assert (run.user, run.incident, run.exit_code) == ("ada", "INC-7", 0)
    assert run.standing == Finished(Outcome.HEALTHY, 0)
    assert run.started is not None
    assert run.finished is not None
    assert run.started < run.finished


def test_the_newest_runs_come_first_up_to_the_limit(index: Index, make_run: MakeRun) -> None:
    made = [make_run() for _ in range(5)]
    assert ids(index, limit=3) == made[:1:-1]


def test_history_can_be_narrowed(index: Index, make_run: MakeRun) -> None:
    first, second = make_run("a", Outcome.ESCALATE), make_run("b", incident="INC-7")
    make_run("c", outcome=None)
    assert ids(index, slug="a") == [first]
    assert ids(index, incident="INC-7") == [second]
    assert [run.id for run in index.history(10, outcome=Outcome.ESCALATE)] == [first]


def test_an_open_run_is_looked_at_again(index: Index, store: Store, make_run: MakeRun) -> None:
    run_id = make_run(outcome=None)
    assert index.history(1)[0].standing == Interrupted()
    held = store.take(run_id)
    assert index.history(1)[0].standing == Running()
    held.close()
    assert index.history(1)[0].standing == Interrupted()


def test_a_run_that_finishes_is_seen(
    index: Index, store: Store, make_run: MakeRun, now: Callable[[], datetime]
) -> None:
    run_id = make_run(outcome=None)
    assert index.history(1)[0].outcome is None
    with RunEvidence.take(store, run_id, now, lambda: 0.0) as run:
        run.append([RunFinished(Outcome.RESOLVED, 0)])
    assert index.history(1)[0].outcome == Outcome.RESOLVED


def test_a_vanished_run_is_dropped(index: Index, store: Store, make_run: MakeRun) -> None:
    gone, kept = make_run(), make_run()
    assert len(index.history(10)) == 2
    rmtree(store.folder_of(gone))
    assert ids(index) == [kept]


def test_a_damaged_run_is_listed_as_damaged(index: Index, store: Store, make_run: MakeRun) -> None:
    run_id = make_run(sealed=False)
    journal = store.folder_of(run_id) / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"ada", b"bob"))
    assert isinstance(index.history(1)[0].standing, Damaged)


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b'{"number":1}',
        b'{"number":1,"previous":"%s","event":{"is":"RunStarted"}}' % (b"0" * 64),
    ],
)
def test_a_hostile_journal_is_damaged_and_hides_no_other_run(
    index: Index, store: Store, make_run: MakeRun, line: bytes
) -> None:
    good, bad = make_run(), make_run()
    path = store.folder_of(bad) / "journal.jsonl"
    path.chmod(0o600)
    path.write_bytes(line + b"\n")
    index.rebuild()
    assert ids(index) == [bad, good]
    assert isinstance(index.history(1)[0].standing, Damaged | Interrupted)


def test_the_usual_duration_is_the_median_of_the_last_20(index: Index, make_run: MakeRun) -> None:
    for seconds in (900.0, *range(1, 21)):
        make_run(key_seconds=float(seconds), sealed=False)
    index.history(1)
    assert index.usual_seconds(KEY) == 10.5
    assert index.usual_seconds("jupyter-other-key") is None


def test_a_run_notes_itself_when_it_ends(index: Index, make_run: MakeRun) -> None:
    make_run(key_seconds=4.0)
    assert index.usual_seconds(KEY) == 4.0


def test_the_index_equals_a_rebuild_and_the_folders(
    index: Index, store: Store, make_run: MakeRun
) -> None:
    for number in range(12):
        make_run("ab"[number % 2], None if number % 3 else Outcome.FAILED)
        index.history(1)
    grown = index.history(100)
    index.rebuild()
    assert index.history(100) == grown
    assert grown == tuple(look_at(store.folder_of(run.id)).summary for run in grown)


def corrupt(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


def of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [corrupt, of_another_version, cut_off, Path.unlink])
def test_a_damaged_index_is_built_anew(
    index: Index, make_run: MakeRun, damage: Callable[[Path], None]
) -> None:
    made = [make_run() for _ in range(3)]
    index.history(1)
    damage(index.path)
    assert ids(index) == made[::-1]
    with sqlite3.connect(index.path) as database:
        assert database.execute("SELECT count(*) FROM runs").fetchone() == (3,)
    database.close()


def test_a_locked_index_is_not_waited_for_long(index: Index, make_run: MakeRun) -> None:
    made = [make_run(sealed=False) for _ in range(2)]
    index.history(1)
    made.append(make_run(sealed=False))
    other = sqlite3.connect(index.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert ids(index) == made[::-1]
    assert ids(index, slug="none") == []
    other.close()


def test_an_index_that_cannot_be_written_is_done_without(index: Index, make_run: MakeRun) -> None:
    index.path.mkdir(parents=True)
    made = [make_run() for _ in range(2)]
    assert ids(index) == made[::-1]
    assert index.usual_seconds(KEY) is None
    with pytest.raises(RunbookError, match="cannot be written"):
        index.rebuild()
    assert not [path for path in index.store.root.iterdir() if path.name.startswith(".index")]


def test_the_index_is_private(index: Index, make_run: MakeRun) -> None:
    make_run()
    index.history(1)
    assert stat.S_IMODE(index.path.stat().st_mode) == 0o600


def test_several_processes_bring_one_index_up_to_date(
    index: Index, store: Store, make_run: MakeRun
) -> None:
    made = [make_run(sealed=False) for _ in range(40)]
    asking = (
        "import sys; from pathlib import Path\n"
        "from runner.evidence.index import Index; from runner.evidence.store import Store\n"
        "print(len(Index(Store(Path(sys.argv[1]))).history(100)))"
    )
    command = [sys.executable, "-c", asking, str(store.root)]
    asked = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert [process.communicate()[0] for process in asked] == ["40\n"] * 6
    assert ids(index) == made[::-1]


def test_times_come_back_as_they_were(index: Index, make_run: MakeRun) -> None:
    make_run()
    started = index.history(1)[0].started
    assert started is not None
    assert started.tzinfo is UTC


def test_runs_are_found_by_words_in_any_case(index: Index, make_run: MakeRun) -> None:
    first, second = make_run(incident="INC-7 Zahlung"), make_run(incident="INC-8")
    assert ids(index, words=("zahlung",)) == [first]
    assert ids(index, words=("WEBHOOK", "zustellung")) == [second, first]
    assert ids(index, words=("inc-8", "ada")) == [second]
    assert ids(index, words=("inc-8", "nobody")) == []
    assert ids(index, words=("%",)) == ids(index, words=("_",)) == []


def test_runs_are_found_by_the_time_of_their_beginning(index: Index, make_run: MakeRun) -> None:
    first, second, third = (make_run() for _ in range(3))
    stamps = [run_id[:19] for run_id in (first, second, third)]
    assert ids(index, between=Between(stamps[1])) == [third, second]
    assert ids(index, between=Between(end=stamps[1])) == [first]
    assert ids(index, between=Between(stamps[1], stamps[2])) == [second]


def test_words_and_times_are_the_same_without_an_index(index: Index, make_run: MakeRun) -> None:
    first, second = make_run(incident="INC-7"), make_run(incident="INC-8")
    index.path.unlink()
    index.path.mkdir()
    assert ids(index, words=("inc-8",)) == [second]
    assert ids(index, between=Between(end=second[:19])) == [first]
