"""Where runs live, how they are found, and how they stand: by the lock, never by a pid file."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from runner.errors import EvidenceLost, NotFound, RunLocked
from runner.evidence.journal import read_journal
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.standing import Damaged, Finished, Interrupted, Running
from runner.evidence.store import Store
from runner.model.events import SignalReceived
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.model.runs import Outcome

EVENING = datetime(2026, 11, 23, 20, 15, 1, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.store import Store
from runner.model.events import SignalReceived
run = RunEvidence.begin(Store(Path(sys.argv[1])), "held", lambda: datetime.now(UTC), time.monotonic)
run.append([SignalReceived(1)])
print(run.id, flush=True)
time.sleep(60)
"""
WRITE_TWENTY = HOLD.replace("time.sleep(60)", "").replace(
    "run.append([SignalReceived(1)])",
    "[run.append([SignalReceived(int(sys.argv[2]))]) for _ in range(20)]",
)
MakeRun = Callable[..., str]


@contextmanager
def process_that_holds_a_run(root: Path) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    command = [sys.executable, "-c", HOLD, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("flag", "environment", "root"),
    [
        ("/f", {"RUNBOOK_EVIDENCE_DIR": "/e"}, "/f"),
        (None, {"RUNBOOK_EVIDENCE_DIR": "/e", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/e"),
        (None, {"RUNBOOK_EVIDENCE_DIR": "", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/runbook"),
        (None, {"XDG_STATE_HOME": "not/absolute", "HOME": "/h"}, "/h/.local/state/runbook"),
        (None, {"HOME": "/h"}, "/h/.local/state/runbook"),
        (None, {"HOME": ""}, ".runbook"),
        (None, {}, ".runbook"),
    ],
)
def test_the_store_is_where_the_nearest_setting_says(
    flag: str | None, environment: dict[str, str], root: str
) -> None:
    store = Store.locate(Path(flag) if flag else None, environment)
    assert store.root == Path.cwd() / root


def test_a_run_is_named_by_utc_time_slug_and_four_letters(store: Store) -> None:
    berlin = EVENING.astimezone(timezone(timedelta(hours=1)))
    with store.create_run("webhook-failures", berlin) as run:
        assert re.fullmatch(r"20261123T201501000Z-webhook-failures-[a-z2-7]{4}", run.id)
        assert run.path == store.root / "runs" / run.id


@pytest.mark.parametrize(
    ("slug", "part"),
    [("../../etc", "etc"), ("Über_Limit", "ber-limit"), ("", "run"), ("a" * 300, "a" * 80)],
)
def test_no_slug_leaves_the_store(store: Store, slug: str, part: str) -> None:
    with store.create_run(slug, EVENING) as run:
        assert run.id[:-5] == f"20261123T201501000Z-{part}"
        assert store.runs() == (run.id,)


def test_folders_are_private(store: Store) -> None:
    with RunEvidence.begin(store, "a", lambda: EVENING, lambda: 0.0) as run:
        step = StepId(PlaceKind.STEP, "2/../../x")
        made = [run.inputs_folder(), run.key_folder(InvocationId(step, 1, 1), 1)]
        folders = [store.root, store.runs_folder, run.path, *made]
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
        assert made[1].parent == run.path / "keys"


def test_a_store_that_cannot_be_written_is_a_loss_of_evidence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvidenceLost, match="could not create a run") as raised:
        Store(tmp_path / "file").create_run("a", EVENING)
    assert "--evidence-dir" in raised.value.hint


def test_runs_are_listed_newest_first_and_nothing_else_is(store: Store) -> None:
    assert store.runs() == ()
    for hours in (1, 3, 2):
        store.create_run("a", EVENING + timedelta(hours=hours)).close()
    (store.runs_folder / "notes").mkdir()
    (store.runs_folder / "20990101T000000000Z-link-aaaa").symlink_to("/etc")
    assert [run_id[9:11] for run_id in store.runs()] == ["23", "22", "21"]


def named(store: Store, *ids: str) -> Store:
    for run_id in ids:
        (store.runs_folder / run_id).mkdir(parents=True)
    return store


OLD, NEW = "20261123T201501000Z-webhook-failures-k3f7", "20261124T080000000Z-slow-queries-k3f2"


@pytest.mark.parametrize(
    ("text", "found"),
    [(OLD, OLD), ("20261123", OLD), ("k3f7", OLD), ("3f2", NEW), ("latest", NEW), ("", NEW)],
)
def test_a_run_is_found_by_its_id_beginning_end_or_as_the_latest(
    store: Store, text: str, found: str
) -> None:
    assert named(store, OLD, NEW).find(text) == found


def test_a_name_for_several_runs_lists_them(store: Store) -> None:
    with pytest.raises(NotFound, match=f'"2026" names 2 runs: {NEW}, {OLD}'):
        named(store, OLD, NEW).find("2026")


def test_a_name_for_no_run_shows_ids_like_it(store: Store) -> None:
    with pytest.raises(NotFound, match='no run is called "webhook"') as raised:
        named(store, OLD, NEW).find("webhook")
    assert raised.value.hint == f"did you mean {OLD}?"


def test_an_empty_store_says_so(store: Store) -> None:
    with pytest.raises(NotFound, match="there are no runs here yet"):
        store.find("latest")


@pytest.mark.parametrize("run_id", ["../..", "/etc", "", "notes"])
def test_an_id_never_leads_out_of_the_store(store: Store, run_id: str) -> None:
    with pytest.raises(NotFound):
        named(store, OLD, "notes").state_of(run_id)


def test_a_finished_run_says_how_it_ended(store: Store, make_run: MakeRun) -> None:
    assert store.state_of(make_run(outcome=Outcome.ESCALATE)) == Finished(Outcome.ESCALATE, 0)


def test_a_run_that_nobody_holds_and_that_did_not_finish_is_interrupted(
    store: Store, make_run: MakeRun
) -> None:
    assert store.state_of(make_run(outcome=None)) == Interrupted()
    store.create_run("without-a-journal", EVENING).close()
    assert store.state_of(store.find("latest")) == Interrupted()


def test_a_damaged_run_says_where(store: Store, make_run: MakeRun) -> None:
    run_id = make_run(sealed=False)
    journal = store.folder_of(run_id) / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"ada", b"bob"))
    standing = store.state_of(run_id)
    assert isinstance(standing, Damaged)
    assert standing.problem.startswith("journal.jsonl line 2 does not follow line 1")


def test_a_second_process_cannot_take_a_run_and_after_a_kill_it_is_interrupted(
    store: Store,
) -> None:
    with process_that_holds_a_run(store.root) as (process, run_id):
        assert store.state_of(run_id) == Running()
        with pytest.raises(RunLocked, match=f"held by process {process.pid}"):
            store.take(run_id)

        process.send_signal(signal.SIGKILL)
        process.wait()

        assert store.state_of(run_id) == Interrupted()
        with RunEvidence.take(store, run_id, lambda: EVENING, lambda: 0.0) as run:
            assert [e.event for e in run.before.entries] == [SignalReceived(1)]
            assert run.append([SignalReceived(2)])[0].number == 2


def test_what_the_lock_file_says_is_not_believed(store: Store) -> None:
    with store.create_run("a", EVENING) as run:
        (run.path / "lock").write_text("pid 1\nboot never\n")
        assert store.state_of(run.id) == Running()
    assert store.state_of(run.id) == Interrupted()


def test_a_forked_child_does_not_keep_the_lock_alive(store: Store) -> None:
    run = store.create_run("a", EVENING)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"x")
        signal.pause()
    os.read(reading, 1)
    assert store.state_of(run.id) == Running()
    run.close()
    assert store.state_of(run.id) == Interrupted()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)


def test_32_processes_create_runs_in_one_store_without_mixing(store: Store) -> None:
    command = [sys.executable, "-c", WRITE_TWENTY, str(store.root)]
    processes = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(32)
    ]
    ids = [process.communicate()[0].strip() for process in processes]

    assert sorted(ids, reverse=True) == list(store.runs())
    for number, run_id in enumerate(ids):
        journal = read_journal(store.folder_of(run_id) / "journal.jsonl")
        assert [e.event for e in journal.entries] == [SignalReceived(number)] * 20
        assert journal.problems == ()


def test_runs_of_the_same_second_are_ordered(store: Store) -> None:
    first = store.create_run("zebra", EVENING)
    second = store.create_run("ant", EVENING + timedelta(milliseconds=1))
    assert store.runs() == (second.id, first.id)
    assert store.find() == second.id
    first.close()
    second.close()
