"""A runbook with its KEYs, ready to be checked, planned or run."""

import re
from pathlib import Path

from runner.document.parse import ParsedRunbook, parse_runbook
from runner.errors import NotFound
from runner.interpreter.program import Program
from runner.keys.catalog import InstalledKey, Library
from runner.model.frozen import frozen
from runner.model.identity import KeyName, PlaceKind, StepId
from runner.model.runbook import Runbook
from runner.model.source import SourceText
from runner.runs.runbook_files import read_pack_text, read_text

_PLACE = re.compile(r"(?:(step|safety)\s*)?(\d\w*(?:\.\d\w*)*)", re.I)


@frozen
class LoadedRunbook:
    """A parsed runbook, what its words mean, and the installed KEYs that it calls."""

    path: Path
    parsed: ParsedRunbook
    program: Program
    keys: tuple[InstalledKey, ...]

    @property
    def runbook(self) -> Runbook:
        """The runbook."""
        return self.parsed.runbook


def load_runbook(library: Library, name: str, first: str = "", last: str = "") -> LoadedRunbook:
    """Find a runbook by slug or path, parse it, and bind it to the contracts of its KEYs.

    `first` and `last` limit a run to a part ("3", "step 3", "safety 2"). Raises NotFound,
    InvalidRunbook where the file is no text, InvalidInput where the contract of a KEY is broken.
    """
    path = library.runbook(name)
    parsed = parse_runbook(SourceText(str(path), read_text(path)), read_pack_text(path))
    keys = called_keys(library, parsed.runbook)
    contracts = tuple(key.contract for key in keys)
    program = Program(
        parsed.runbook,
        contracts,
        place_named(parsed.runbook, first),
        place_named(parsed.runbook, last),
    )
    return LoadedRunbook(path, parsed, program, keys)


def called_keys(library: Library, runbook: Runbook) -> tuple[InstalledKey, ...]:
    """The installed ones among the notebooks that a runbook calls, each once, in order."""
    names = [
        call.key
        for step in runbook.places + runbook.verification
        for call in step.invocations
        if call.key.is_notebook and KeyName.is_well_formed(call.key.text)
    ]
    found = (library.key(name) for name in dict.fromkeys(names))
    return tuple(key for key in found if key is not None)


def place_named(runbook: Runbook, name: str) -> StepId | None:
    """The place that "3", "step 3" or "safety 2" names; None for no name.

    Raises NotFound, listing the places, where the runbook has none of that name.
    """
    if not name:
        return None
    match = _PLACE.fullmatch(name.strip())
    kind = PlaceKind((match[1] or "step").casefold()) if match else PlaceKind.STEP
    wanted = StepId(kind, match[2]) if match else None
    if wanted in [place.id for place in runbook.places]:
        return wanted
    known = ", ".join(str(place.id) for place in runbook.places)
    raise NotFound(f"the runbook has no {name!r}", "nothing was executed", f"it has: {known}")
