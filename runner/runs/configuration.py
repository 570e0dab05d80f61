"""The `runbook.toml` of a project and of its user: where they are, and what stands in which line.

Finding and reading costs little, since every run that could be handed to a resident does it first.
"""
# ruff: noqa: PTH113, PTH118, PTH123, PTH120, PTH117, PTH202

import os
from collections.abc import Iterator, Mapping

from runner.keys.planted import may_be_planted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = "runbook.toml"
TABLES = ("limits", "sandbox", "evidence", "warm", "redact", "schedule")
_MOST_BYTES = 1_000_000


def project_file(folder: str) -> str:
    """The nearest `runbook.toml` from an absolute folder upwards; empty where there is none.

    One that somebody else may have planted there is none.
    """
    while not os.path.isfile(found := os.path.join(folder, FILE)) or may_be_planted(found):
        if folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)
    return found


def user_place(environment: Mapping[str, str]) -> str:
    """Where the user's would be: in `$XDG_CONFIG_HOME/runbook`, else in `~/.config/runbook`."""
    folder = environment.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.join(environment.get("HOME", os.sep), ".config")
    return os.path.join(folder, "runbook", FILE)


def user_file(environment: Mapping[str, str]) -> str:
    """The user's; empty where there is none."""
    path = user_place(environment)
    return path if os.path.isfile(path) else ""


def read_configuration(path: str) -> str:
    """The text of the file. Raises NotFound and UsageError."""
    from runner.errors import NotFound, UsageError

    try:
        if os.path.getsize(path) > _MOST_BYTES:
            raise UsageError(f"{path} is larger than 1 MB", "It was not read.")
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text", "Nothing was started.") from error


def speaks_of_resident(folder: str, environment: Mapping[str, str]) -> bool:
    """Whether a file might say something about `[warm]`, looked at without parsing it."""
    for path in filter(None, (project_file(folder), user_file(environment))):
        try:
            with open(path, "rb") as file:
                if b"warm" in file.read(_MOST_BYTES):
                    return True
        except OSError:  # told by the run
            continue
    return False


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line, from 1, of each table and of each name in one, by its path.

    For messages only: it reads line by line, and knows nothing of names within braces.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if said.startswith("["):
            table = tuple(_path(said)) or table
            found.setdefault(table, number)
        elif "=" in said and not said.startswith("#"):
            name = tuple(_path(said.partition("=")[0] + "= 0"))
            if name:
                found.setdefault((*table, *name), number)
    return found


def line_at(lines: Mapping[tuple[str, ...], int], path: tuple[str, ...]) -> int:
    """The line of a path, or of the nearest table around it."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def close_to(name: str, known: tuple[str, ...]) -> str:
    """The known name that was probably meant, or nothing."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, n=1, cutoff=0.6)), "")


def _path(line: str) -> Iterator[str]:
    """The names that a line of TOML opens or sets, from the outermost."""
    import tomllib

    try:
        tree: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return
    while isinstance(tree, dict | list) and tree:
        if isinstance(tree, list):
            tree = tree[0]
            continue
        name, tree = next(iter(tree.items()))
        yield name
