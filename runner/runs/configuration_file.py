"""Where `runbook.toml` is: the project's, or else the user's."""

import os
from collections.abc import Mapping
from pathlib import Path

FILE = "runbook.toml"


def configuration_file(cwd: Path, environment: Mapping[str, str]) -> Path | None:
    """The nearest `runbook.toml` around `cwd`, or the user's."""
    for folder in (cwd, *cwd.parents):
        if (folder / FILE).is_file():
            return (folder / FILE).absolute()
    found = user_folder(environment) / FILE
    return found if found.is_file() else None


def user_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's configuration is, whether it is there or not."""
    user = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not user.is_absolute():
        user = Path(environment.get("HOME", os.sep)) / ".config"
    return user / "runbook"
