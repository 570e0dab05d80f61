"""Kernels that are not ours, by the name that a notebook asks for.

A kernelspec is a command that gets executed, so it is looked up only where the system, this
environment, or the caller by $RUNBOOK_KERNELS keeps kernels: never in a home, in the working folder
or where JUPYTER_PATH says. Nobody but its owner may be able to change it.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.errors import InvalidInput
from runner.keys.notebook_source import KERNEL, NotebookSource
from runner.model.frozen import frozen

KERNELS_VARIABLE = "RUNBOOK_KERNELS"
_KERNELS = "share/jupyter/kernels"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PYTHON = re.compile(r"python(3(\.\d+)?)?")
_LARGEST = 1 << 20


@frozen
class KernelSpec:
    """An installed kernel: what starts it, what it needs in its environment, where it lies."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path

    @property
    def programs(self) -> tuple[Path, ...]:
        """The folder of the program, where it is named by its path."""
        program = Path(self.argv[0])
        return (program.parent,) if program.is_absolute() else ()


def kernel_for(source: NotebookSource, environment: Mapping[str, str]) -> KernelSpec | None:
    """The kernel that a notebook asks for, None for ours.

    Raises InvalidInput where there is none of that name in a trusted place.
    """
    if source.kernel == KERNEL:
        return None
    return find_kernelspec(source.kernel, trusted_folders(environment))


def trusted_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where kernelspecs are looked up, the first first."""
    named = environment.get(KERNELS_VARIABLE, "").split(os.pathsep)
    installed = (Path(sys.prefix), Path("/usr/local"), Path("/usr"))
    return (*(Path(folder) for folder in named if folder), *(p / _KERNELS for p in installed))


def find_kernelspec(name: str, folders: tuple[Path, ...]) -> KernelSpec:
    """The first kernel of that name. Raises InvalidInput, saying where it was looked for."""
    if _NAME.fullmatch(name):
        for folder in folders:
            for file in (folder / name / "kernel.json", folder / name.lower() / "kernel.json"):
                if file.is_file():
                    return _read(name, file)
    places = ", ".join(map(str, folders))
    raise InvalidInput(
        f"the notebook asks for the kernel {name!r:.80}, which is not installed in {places}",
        "no kernel was started",
        f"install it there, or name its folder in {KERNELS_VARIABLE}",
    )


def _read(name: str, file: Path) -> KernelSpec:
    for path in (file, file.parent, file.parent.parent):
        status = path.stat()
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or status.st_uid not in (0, os.getuid()):
            raise _refused(name, f"{path} can be changed by others")
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError
        tree = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise _refused(name, f"{file} cannot be read as JSON") from None
    argv, variables = _texts(tree, "argv", list), _texts(tree, "env", dict)
    if not argv or variables is None or not any("{connection_file}" in word for word in argv):
        raise _refused(name, f"{file} is no kernelspec: its argv has no {{connection_file}}")
    own = sys.executable if _PYTHON.fullmatch(argv[0]) else argv[0]
    return KernelSpec(name, (own, *argv[1:]), variables, file.parent)


def _texts(tree: Any, name: str, kind: type) -> Any:
    """A list or a mapping of texts; None where it is something else."""
    found = tree.get(name, kind()) if isinstance(tree, dict) else None
    values: Any = found.values() if isinstance(found, dict) else found
    is_right = isinstance(found, kind) and all(isinstance(value, str) for value in values)
    return found if is_right else None


def _refused(name: str, why: str) -> InvalidInput:
    return InvalidInput(f"the kernel {name!r} is not started: {why}", "no kernel was started")
