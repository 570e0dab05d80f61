"""What `--help` and `runbook help` show of the commands."""

import re

import pytest
from typer.main import get_group

from runner.cli.app import app
from runner.cli.help_command import FIRST, SECTIONS
from tests.cli.conftest import Runbook


def listed(text: str) -> list[str]:
    return re.findall(r"^  ([a-z]+)  +[A-Z]", text, re.MULTILINE)


def test_the_first_help_shows_what_an_incident_needs_and_where_the_rest_is(
    runbook: Runbook,
) -> None:
    told = runbook("--help")
    assert (told.returncode, listed(told.stdout)) == (0, list(FIRST))
    assert "\nAll commands: runbook help all\n" in told.stdout
    assert runbook("help").stdout == told.stdout


def test_the_help_of_all_shows_every_command_once(runbook: Runbook) -> None:
    told = runbook("help", "all")
    assert told.returncode == 0
    assert sorted(listed(told.stdout)) == sorted(get_group(app).commands)
    assert re.findall(r"^(\w[\w ]*):$", told.stdout, re.MULTILINE) == list(SECTIONS)
    assert max(map(len, told.stdout.splitlines())) <= 80


@pytest.mark.parametrize("words", [("run",), ("keys", "test"), ("evidence",)], ids=" ".join)
def test_the_help_of_a_command_is_what_it_says_of_itself(
    runbook: Runbook, words: tuple[str, ...]
) -> None:
    told = runbook("help", *words)
    assert told.returncode == 0
    assert told.stdout == runbook(*words, "--help").stdout


def test_help_for_what_is_no_command_names_the_nearest(runbook: Runbook) -> None:
    told = runbook("help", "rnu")
    assert told.returncode == 2
    assert "No such command 'rnu'. Did you mean 'run'?" in told.stderr
