"""Inputs that a run looked at and does not hold: they were too large to be copied."""

import json
from pathlib import Path

from runner.evidence.chain import JOURNAL_FILE
from runner.model.plain import NotOfThisType, from_plain
from runner.model.results import StagedInput

_MARK = b'"is_copied":false'


def inputs_not_kept(folder: Path) -> tuple[StagedInput, ...]:
    """What the journal names by origin, size and digest alone. Raises OSError."""
    found: dict[StagedInput, None] = {}
    for line in (folder / JOURNAL_FILE).read_bytes().splitlines():
        if _MARK in line:
            found.update(dict.fromkeys(_staged(line)))
    return tuple(found)


def _staged(line: bytes) -> tuple[StagedInput, ...]:
    try:
        event = json.loads(line)["event"]
        if event["is"] != "InputStaged":
            return ()
        staged = from_plain(StagedInput, event["staged"])
    except (ValueError, LookupError, TypeError, NotOfThisType):
        return ()
    return () if staged.is_copied else (staged,)
