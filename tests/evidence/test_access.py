"""A store is private, unless its folder declares it for a group."""

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.evidence.index import Index
from runner.evidence.letterbox import Letter, Letterbox
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.store import Store
from runner.model.events import RunFinished
from runner.model.runs import Outcome

Modes = dict[str, str]
NOW: Callable[[], datetime] = lambda: datetime(2026, 11, 25, tzinfo=UTC)  # noqa: E731


def modes_of_a_run(root: Path) -> Modes:
    store = Store(root)
    with RunEvidence.begin(store, "a", NOW, lambda: 0.0) as run:
        Letterbox(run.path).prepare()
        (run.inputs_folder() / "log.csv").write_bytes(b"x")
        (run.inputs_folder() / "log.csv").chmod(0o400)
        run.share()
        found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in [run.path, *run.path.rglob("*")]}
    return {name.replace(run.id, "run"): f"{mode:o}" for name, mode in found.items()}


def test_a_store_is_private_by_default(tmp_path: Path) -> None:
    assert set(modes_of_a_run(tmp_path / "new").values()) == {"700", "600", "400"}


def test_a_folder_with_mode_2770_is_shared_with_its_group(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o2770)
    modes = modes_of_a_run(tmp_path / "shared")
    assert {modes[name] for name in ("run", "inbox", "taken", "inputs")} == {"2770"}
    assert {modes[name] for name in ("journal.jsonl", "lock")} == {"660"}
    assert modes["log.csv"] == "440"


def test_what_all_runs_of_a_shared_store_need_is_shared_whatever_the_umask(tmp_path: Path) -> None:
    for mode, wanted in ((0o2770, 0o660), (0o700, 0o600)):
        root = tmp_path / f"{mode:o}"
        root.mkdir()
        root.chmod(mode)
        with RunEvidence.begin(Store(root), "a", NOW, lambda: 0.0) as run:
            run.append([RunFinished(Outcome.HEALTHY, 0)])
            run.seal()
        Index(Store(root)).history(1)
        found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in root.iterdir() if p.is_file()}
        assert found == dict.fromkeys(("format", "log.jsonl", "index.sqlite3"), wanted)


def test_a_format_file_that_was_private_is_opened_by_the_next_run(tmp_path: Path) -> None:
    modes_of_a_run(tmp_path)
    assert (tmp_path / "format").stat().st_mode & 0o777 == 0o600
    tmp_path.chmod(0o2770)
    modes_of_a_run(tmp_path)
    assert (tmp_path / "format").stat().st_mode & 0o777 == 0o660


@pytest.mark.parametrize("mode", [0o770, 0o2750, 0o2700, 0o755])
def test_nothing_less_declares_it(tmp_path: Path, mode: int) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(mode)
    modes = modes_of_a_run(tmp_path / "store").values()
    assert {mode[-3:] for mode in modes} == {"700", "600", "400"}


def test_sealed_files_of_a_shared_store_can_be_read_by_the_group(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o2770)
    with RunEvidence.begin(Store(tmp_path / "shared"), "a", NOW, lambda: 0.0) as run:
        run.append([RunFinished(Outcome.HEALTHY, 0)])
        run.seal()
    assert stat.S_IMODE((run.path / "journal.jsonl").stat().st_mode) == 0o440


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_member_of_the_group_answers_in_its_own_name() -> None:
    store = Path(tempfile.mkdtemp())
    nobody = pwd.getpwnam("nobody")
    try:
        os.chown(store, -1, nobody.pw_gid)
        store.chmod(0o2770)
        with RunEvidence.begin(Store(store), "a", NOW, lambda: 0.0) as run:
            run.append([RunFinished(Outcome.HEALTHY, 0)])
            Letterbox(run.path).prepare()
            run.share()
        as_user(nobody, lambda: Letterbox(run.path).post(Letter("", 0, "", "step 1/1 step")))
        (letter,) = Letterbox(run.path).arrived()
        assert (letter.by, letter.uid, letter.problem) == ("nobody", nobody.pw_uid, "")
        as_user(nobody, lambda: RunEvidence.take(Store(store), run.id, NOW, lambda: 0.0).close())
    finally:
        shutil.rmtree(store)


def as_user(user: pwd.struct_passwd, deed: Callable[[], object]) -> None:
    """Do it in a process of that user."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            deed()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
