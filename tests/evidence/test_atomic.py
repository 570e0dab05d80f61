"""A file is there whole, or not at all."""

import os
import stat
from pathlib import Path

import pytest

from runner.evidence.atomic import write_atomically


def test_a_file_has_its_content_and_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o277)
    try:
        write_atomically(tmp_path / "a.json", b"{}", mode=0o640)
    finally:
        os.umask(before)
    assert (tmp_path / "a.json").read_bytes() == b"{}"
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640


def test_what_was_there_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old" * 1000)
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
