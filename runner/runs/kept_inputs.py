"""The inputs of a run that is over, or left: their files, held against its record."""

from pathlib import Path

from runner.errors import EvidenceBroken, InvalidInput
from runner.keys.catalog import file_digest
from runner.model.results import StagedInput

_NOTHING = "Nothing was executed."


def kept_input(folder: Path, staged: StagedInput) -> Path:
    """The file of an input in a run folder, as it was taken in.

    Raises InvalidInput where it is not there, EvidenceBroken where it is not what was taken in.
    """
    file = folder / staged.file
    if not staged.file or not file.is_file():
        where = staged.file or staged.origin
        happened = f"input {staged.name} of {folder.name} is not there: {where}"
        raise InvalidInput(happened, _NOTHING, "run it anew: runbook run")
    if file_digest(file) != staged.digest:
        raise EvidenceBroken(
            f"input {staged.name} of {folder.name} is not what was taken in: {staged.file}",
            _NOTHING,
            "run it anew: runbook run",
        )
    return file
