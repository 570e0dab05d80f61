"""A runbook's Verification section, ready to be run as a check."""

from pathlib import Path

from runner.errors import InvalidInput, NotFound, UsageError
from runner.evidence.chain import JOURNAL_FILE
from runner.evidence.journal import read_journal
from runner.evidence.store import Store
from runner.evidence.summary import look_at
from runner.interpreter.verification import horizons, verification_program
from runner.keys.catalog import file_digest
from runner.model.events import InputStaged
from runner.model.frozen import frozen
from runner.runs.loading import LoadedRunbook


@frozen
class Verification:
    """What a run verifies: a horizon of its runbook, and the run whose end it looks at, if any."""

    horizon: str
    of_run: str = ""


def for_verification(loaded: LoadedRunbook, wanted: Verification) -> LoadedRunbook:
    """The runbook with the checks of a horizon as its places.

    Raises NotFound, listing the horizons, where it has no check of that horizon.
    """
    program = verification_program(loaded.program, wanted.horizon)
    if not program.order:
        known = ", ".join(heading or "checks without a horizon" for heading in _headings(loaded))
        raise NotFound(
            f"{loaded.runbook.slug} has no verification check for {wanted.horizon}",
            "nothing was executed",
            f"it has: {known}" if known else "it has no Verification section with checks",
        )
    called = {call.key for place in program.order for call in program.calls(place)}
    keys = tuple(key for key in loaded.keys if key.contract.key in called)
    return LoadedRunbook(loaded.path, loaded.parsed, program, keys)


def verified_run(store: Store, name: str, slug: str) -> str:
    """The id of the run that is verified; empty for no name.

    Raises NotFound where there is none, UsageError where it is a run of another runbook.
    """
    if not name:
        return ""
    run_id = store.find(name)
    of = look_at(store.folder_of(run_id)).summary.slug
    if of != slug:
        raise UsageError(f"{run_id} is a run of {of}, not of {slug}", "nothing was executed")
    return run_id


def refuse_old_inputs(store: Store, of_run: str, given: tuple[Path, ...]) -> None:
    """Raise InvalidInput for a file that the verified run looked at already: it shows no change."""
    if not of_run:
        return
    entries = read_journal(store.folder_of(of_run) / JOURNAL_FILE).entries
    seen = {e.event.staged.given_digest for e in entries if isinstance(e.event, InputStaged)}
    for path in given:
        if path.is_file() and file_digest(path) in seen:
            raise InvalidInput(
                f"{path} is what {of_run} looked at already: it cannot show what came after",
                "nothing was executed",
                "export the data again",
            )


def _headings(loaded: LoadedRunbook) -> tuple[str, ...]:
    return horizons(loaded.runbook)
