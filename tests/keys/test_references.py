"""Inputs that are not copied are hashed once, and held against that before every use."""

import os
from pathlib import Path

import pytest

from runner.errors import InvalidInput
from runner.keys.executor import Progress
from runner.keys.papermill_executor import PapermillExecutor
from runner.keys.references import check_reference, refer_to_input
from runner.model.results import FailureKind, KeyFailure, StagedInput
from tests.keys.installed import PUBLISH, install, order

CELL = "print(events)"


def referred(tmp_path: Path, text: str = "event_id,status\ne1,200\n") -> StagedInput:
    (tmp_path / "events.csv").write_text(text)
    staged = refer_to_input("events", tmp_path / "events.csv", 5)
    assert staged is not None
    return staged


@pytest.mark.parametrize("most", [None, 24, 1024**3])
def test_what_is_not_too_large_is_left_to_be_copied(tmp_path: Path, most: int | None) -> None:
    (tmp_path / "events.csv").write_bytes(b"x" * 24)
    assert refer_to_input("events", tmp_path / "events.csv", most) is None


def test_a_link_is_followed_once_and_for_all(tmp_path: Path) -> None:
    staged = referred(tmp_path)
    (tmp_path / "latest").symlink_to(tmp_path / "events.csv")
    linked = refer_to_input("events", tmp_path / "latest", 5)
    assert linked is not None
    assert (linked.origin, linked.file) == (str(tmp_path / "latest"), staged.file)


def test_what_cannot_be_read_is_refused_as_when_it_is_copied(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not there"):
        refer_to_input("events", tmp_path / "none.csv", 5)
    with pytest.raises(InvalidInput, match="is a directory"):
        refer_to_input("events", tmp_path, 5)


def test_the_same_bytes_written_anew_are_what_was_taken_in(tmp_path: Path) -> None:
    staged = referred(tmp_path)
    referred(tmp_path)
    check_reference(staged)


def test_a_change_is_found_though_size_and_time_are_set_back(tmp_path: Path) -> None:
    staged, file = referred(tmp_path), tmp_path / "events.csv"
    status = file.stat()
    file.write_text("event_id,status\ne1,500\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(InvalidInput, match="is not what was taken in: it was 23 bytes, sha256:"):
        check_reference(staged)


@pytest.mark.kernel
def test_an_origin_that_changes_while_its_key_is_at_work_gives_no_result(tmp_path: Path) -> None:
    staged = referred(tmp_path)
    key = install(tmp_path / "library", PUBLISH, "import time; time.sleep(1)\npublish(count=1)")
    given = order(key, tmp_path / "run", inputs=(staged,))
    executor = PapermillExecutor()

    def write(progress: Progress) -> None:
        if progress.cell == 3:
            (tmp_path / "events.csv").write_text("event_id,status\ne2,200\n")

    try:
        outcome = executor.execute(given, write)
    finally:
        executor.stop()
    assert isinstance(outcome, KeyFailure), outcome
    assert outcome.kind is FailureKind.CONTRACT
    assert outcome.message == "input events changed meanwhile"


@pytest.mark.kernel
def test_a_key_is_refused_on_an_origin_that_changed(tmp_path: Path) -> None:
    staged = referred(tmp_path)
    (tmp_path / "events.csv").write_text("event_id,status\ne2,200\n")
    given = order(install(tmp_path / "library", CELL), tmp_path / "run", inputs=(staged,))
    executor = PapermillExecutor()
    try:
        outcome = executor.execute(given, lambda progress: None)
    finally:
        executor.stop()
    assert isinstance(outcome, KeyFailure)
    assert outcome.kind is FailureKind.REFUSED
    assert outcome.message.startswith("input events was not copied, and ")
