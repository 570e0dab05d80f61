"""What is typed as `FILE`, `NAME=FILE` and `NAME=VALUE`."""

from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.runs.assignment import GivenInput


def given_inputs(texts: tuple[str, ...]) -> tuple["GivenInput", ...]:
    """The inputs as `--input` gives them: FILE or NAME=FILE."""
    from runner.runs.assignment import GivenInput

    found = []
    for text in texts:
        name, separator, path = text.partition("=")
        if not separator or not name.isidentifier():
            name, path = "", text
        found.append(GivenInput(name, Path(path)))
    return tuple(found)


def pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    """The texts NAME=VALUE that an option was given. Raises UsageError."""
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            raise UsageError(f"{option} {text!r} has no name", "", f"write {option} NAME=VALUE")
        if name.strip() in found:
            raise UsageError(f"{option} {name.strip()} is given twice", "nothing was executed")
        found[name.strip()] = value
    return found
