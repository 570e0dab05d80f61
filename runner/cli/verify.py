"""What `runbook verify` does besides a run: its checks chosen before, its JUnit written after."""

from pathlib import Path

from runner.errors import UsageError
from runner.evidence.atomic import write_atomically
from runner.evidence.store import Store
from runner.runs.loading import LoadedRunbook
from runner.runs.verification import (
    Verification,
    for_verification,
    refuse_old_inputs,
    verified_run,
)


def to_verify(
    loaded: LoadedRunbook, wanted: Verification, store: Store, files: tuple[Path, ...]
) -> tuple[LoadedRunbook, Verification]:
    """The checks to walk, and the run that they are about, by its id.

    Raises the errors of `runner.runs.verification` before anything is executed.
    """
    of_run = verified_run(store, wanted.of_run, loaded.runbook.slug)
    refuse_old_inputs(store, of_run, files)
    return for_verification(loaded, wanted), Verification(wanted.horizon, of_run)


def write_junit(folder: Path, file: Path) -> None:
    """Write the checks of a verification as JUnit, where the caller wants it."""
    from runner.report.story import tell
    from runner.report.verification_forms import junit_xml
    from runner.runs.recorded import read_run

    recorded = read_run(folder)
    text = junit_xml(tell(recorded.program, recorded.entries))
    try:
        write_atomically(file, text.encode(), 0o644)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
