"""The inbox of a run: what is put in, whose it is, and what no letter can do."""

import json
import os
import pwd
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.evidence.letterbox import INBOX_FOLDER, TAKEN_FOLDER, Letter, Letterbox

SAID = Letter("", 0, "", "step 2/1 step", "sha256:1", ("1", "3"), "saw it", "Restart")


@pytest.fixture
def box(tmp_path: Path) -> Letterbox:
    box = Letterbox(tmp_path)
    box.prepare()
    return box


def test_a_letter_arrives_as_it_was_posted_and_names_its_owner(box: Letterbox) -> None:
    file = box.post(SAID)
    (letter,) = box.arrived()
    said = (letter.question_id, letter.shown, letter.chosen, letter.reason, letter.name)
    assert said == ("step 2/1 step", "sha256:1", ("1", "3"), "saw it", "Restart")
    assert (letter.file, letter.uid) == (file, os.geteuid())
    assert letter.by == pwd.getpwuid(os.geteuid()).pw_name


def test_a_look_costs_nothing_until_something_is_put_in(box: Letterbox) -> None:
    box.post(SAID)
    assert len(box.arrived()) == 1
    assert box.arrived() == ()
    box.post(SAID)
    assert len(box.arrived()) == 2


def test_what_is_on_record_is_put_away_and_kept(box: Letterbox, tmp_path: Path) -> None:
    file = box.post(SAID)
    box.put_away(box.arrived()[0])
    assert not box.has(file)
    assert box.arrived() == ()
    assert (tmp_path / INBOX_FOLDER / TAKEN_FOLDER / file).exists()


def test_who_is_named_in_a_letter_does_not_count(box: Letterbox, tmp_path: Path) -> None:
    said = {"format": 1, "question": "", "shown": "", "chosen": [], "reason": "", "name": ""}
    (tmp_path / INBOX_FOLDER / "x.json").write_text(json.dumps({**said, "uid": 0, "by": "root"}))
    assert box.arrived()[0].by == pwd.getpwuid(os.geteuid()).pw_name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": 2}',
        b"[" * 50_000,
        b" " * 70_000,
        b'{"format":1}',
    ],
    ids=["empty", "cut", "list", "binary", "format", "deep", "long", "without fields"],
)
def test_what_does_not_read_as_an_answer_says_so(
    box: Letterbox, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / INBOX_FOLDER / "x.json").write_bytes(content)
    assert box.arrived()[0].problem != ""


def test_a_link_is_never_followed(box: Letterbox, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_text("{}")
    (tmp_path / INBOX_FOLDER / "x.json").symlink_to(tmp_path / "elsewhere.json")
    assert "cannot be read" in box.arrived()[0].problem


def test_a_second_name_of_a_file_is_no_letter(box: Letterbox, tmp_path: Path) -> None:
    file = box.post(SAID)
    os.link(tmp_path / INBOX_FOLDER / file, tmp_path / "other")
    assert box.arrived()[0].problem == "it is no file of its own"


def test_a_pipe_does_not_hold_the_run_up(box: Letterbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / INBOX_FOLDER / "x.json")
    assert box.arrived()[0].problem != ""


def test_an_inbox_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not be put into"):
        Letterbox(tmp_path).post(SAID)
    assert Letterbox(tmp_path).arrived() == ()
