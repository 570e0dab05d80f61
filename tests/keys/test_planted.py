"""What others put where anybody may write is neither a library nor a configuration."""

import os
import pwd
from pathlib import Path

import pytest

from runner.keys.catalog import Library
from runner.runs.configuration import project_file

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a library and a runbook.toml, and a folder of work in it."""
    place = tmp_path / "place"
    for name in ("jupyter-keys", "runbooks", "work"):
        (place / name).mkdir(parents=True)
    (place / "runbook.toml").write_text("")
    return place


def give(*paths: Path) -> None:
    for path in paths:
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)


def is_library(place: Path) -> bool:
    return place in Library.find(None, place / "work", {}).roots


def is_configured(place: Path) -> bool:
    return project_file(str(place / "work")) == str(place / "runbook.toml")


@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_what_is_ones_own_counts_wherever_it_is(place: Path, mode: int) -> None:
    place.chmod(mode)
    assert (is_library(place), is_configured(place)) == (True, True)


@AS_ROOT
def test_a_checkout_of_somebody_else_counts(place: Path) -> None:
    give(place, place / "jupyter-keys", place / "runbooks", place / "runbook.toml")
    assert (is_library(place), is_configured(place)) == (True, True)


@AS_ROOT
@pytest.mark.parametrize("planted", ["jupyter-keys", "runbooks"])
def test_a_library_that_others_planted_does_not_count(place: Path, planted: str) -> None:
    place.chmod(0o1777)
    give(place / planted)
    assert not is_library(place)


@AS_ROOT
def test_a_configuration_that_others_planted_does_not_count(place: Path) -> None:
    place.chmod(0o1777)
    give(place / "runbook.toml")
    assert not is_configured(place)


@AS_ROOT
def test_one_further_up_counts_instead(place: Path) -> None:
    place.chmod(0o1777)
    give(place / "runbook.toml", place / "runbooks")
    (place.parent / "runbooks").mkdir()
    (place.parent / "runbook.toml").touch()
    assert project_file(str(place / "work")) == str(place.parent / "runbook.toml")
    assert Library.find(None, place / "work", {}).roots[0] == place.parent
