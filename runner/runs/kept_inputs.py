"""The inputs of a run that is over, or left: their files, held against its record."""

from collections.abc import Iterable
from pathlib import Path

from runner.errors import EvidenceBroken, InvalidInput
from runner.keys.catalog import file_digest
from runner.keys.references import check_reference
from runner.model.results import StagedInput

_NOTHING = "Nothing was executed."
_ANEW = "run it anew: runbook run"


def input_as_taken_in(folder: Path, staged: StagedInput) -> Path:
    """The file of an input of the run in `folder`: its copy, or its origin where there is none.

    Raises InvalidInput where it is not there, or an origin is not what it was; EvidenceBroken where
    a copy is not what was taken in.
    """
    if not staged.is_copied:
        check_reference(staged)
        return Path(staged.file)
    file = folder / staged.file
    if not staged.file or not file.is_file():
        where = staged.file or staged.origin
        raise InvalidInput(
            f"input {staged.name} of {folder.name} is not there: {where}", _NOTHING, _ANEW
        )
    refuse_altered_copies(folder, (staged,))
    return file


def refuse_altered_copies(folder: Path, inputs: Iterable[StagedInput]) -> None:
    """Raise EvidenceBroken where the copy of an input is not what was taken in."""
    for staged in inputs:
        file = folder / staged.file
        if staged.is_copied and not (file.is_file() and file_digest(file) == staged.digest):
            raise EvidenceBroken(
                f"input {staged.name} of {folder.name} is not what was taken in: {staged.file}",
                _NOTHING,
                _ANEW,
            )
