"""The port through which a run takes in a file that the operator names while it goes on."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from runner.errors import InvalidInput
from runner.keys.input_shape import check_input
from runner.keys.inputs import check_origin, stage_input
from runner.keys.references import refer_to_input
from runner.keys.screening import KNOWN_SECRETS, Screen
from runner.model.contract import KeyContract
from runner.model.results import StagedInput


class Intake(Protocol):
    """What takes files in."""

    def take(self, name: str, path: str) -> StagedInput:
        """Check, copy and hash a file. Raises InvalidInput where it is not this input."""
        ...


class FolderIntake:
    """Copies into a run folder; a second file for an input stands beside the first."""

    def __init__(
        self,
        contracts: Iterable[KeyContract],
        run_folder: Path,
        copy_up_to: int | None = None,
        screen_of: Callable[[str], Screen] = lambda name: KNOWN_SECRETS,
    ):
        """Files of more than `copy_up_to` bytes stay where they are; None copies all.

        `screen_of` says what is kept out of the copy of an input.
        """
        self._contracts = tuple(contracts)
        self._run_folder = run_folder
        self._copy_up_to = copy_up_to
        self._screen_of = screen_of

    def take(self, name: str, path: str) -> StagedInput:
        """Check the shape by every KEY that has an input of this name, then copy."""
        origin = Path(path).expanduser()
        if path.strip() in ("", "-"):
            raise InvalidInput("standard input is the keyboard here", "no cell ran")
        check_origin(name, origin)
        for contract in self._contracts:
            if declared := contract.input(name):
                check_input(declared, origin)
        screen = self._screen_of(name)
        most_bytes = None if screen.has_rules else self._copy_up_to
        if large := refer_to_input(name, origin, most_bytes):
            return large
        number = 1
        while (self._run_folder / "inputs" / name / str(number)).exists():
            number += 1
        return stage_input(name, origin, self._run_folder, str(number), screen)


def unused_part(run_folder: Path, name: str) -> str:
    """The part of an input's folder to copy into: none, unless an interrupted copy is there."""
    folder, number = run_folder / "inputs" / name, 1
    if not folder.exists():
        return ""
    while (folder / f"again-{number}").exists():
        number += 1
    return f"again-{number}"


class ScriptedIntake:
    """The intake of tests and rehearsals: staged inputs by path; any other path is refused."""

    def __init__(self, known: Mapping[str, StagedInput]):
        self._known = dict(known)

    def take(self, name: str, path: str) -> StagedInput:
        """The input that the script has for this path."""
        if path not in self._known:
            raise InvalidInput(f"input {name}: {path} is not there", "no cell ran")
        return self._known[path]
