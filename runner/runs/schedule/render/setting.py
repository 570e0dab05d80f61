"""What all renderings share: where things are, and the command with its harmless exit codes."""

import shlex
from datetime import datetime
from pathlib import Path

from runner.errors import UsageError
from runner.model.frozen import frozen
from runner.runs.schedule.entry import ScheduleEntry

COMPLETED_CODES = (10, 11, 12)
"""Exit codes of runs that did their work and found something: no failure to try again."""


@frozen
class Setting:
    """The world that the files are for.

    `command` starts runbook on this host, `config` and `store` are absolute here; elsewhere the
    command is `runbook` and the file is `config_there`, relative to the project.
    """

    command: tuple[str, ...]
    config: Path
    store: Path
    config_there: str
    image: str
    library: Path | None
    now: datetime


@frozen
class RenderedFile:
    """A file to be written, by its name."""

    name: str
    text: str


def here(entry: ScheduleEntry, setting: Setting) -> tuple[str, ...]:
    """The command on this host, every path absolute."""
    paths = ["--config", str(setting.config), "--evidence-dir", str(setting.store)]
    if setting.library is not None:
        paths += ["--library", str(setting.library)]
    return (*setting.command, "schedule", "run", "--once", *paths, "--", entry.name)


def there(entry: ScheduleEntry, setting: Setting, *options: str) -> tuple[str, ...]:
    """The command elsewhere, in the folder of the project."""
    path = ("--config", setting.config_there)
    return ("runbook", "schedule", "run", "--once", *path, *options, "--", entry.name)


def completed(command: tuple[str, ...]) -> str:
    """A line for sh that ends with 0 where the run completed, whatever it found."""
    codes = "|".join(str(code) for code in COMPLETED_CODES)
    return f"{quoted(command)} || case $? in {codes}) ;; *) exit $? ;; esac"


def quoted(command: tuple[str, ...]) -> str:
    """The command as sh reads it. Raises UsageError for control characters, such as newlines."""
    for word in command:
        if not word.isprintable():
            raise UsageError(f"{word!r} cannot stand in a schedule", "Nothing was rendered.")
    return shlex.join(command)
