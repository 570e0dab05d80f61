"""Every shipped runbook has rehearsals that pass and reach every branch."""

from pathlib import Path

import pytest

from runner.keys.catalog import Library
from runner.runs.rehearsals import load_rehearsal, rehearsal_file, rehearse_all

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = Library((ROOT,))


@pytest.mark.parametrize("runbook", LIBRARY.runbooks(), ids=lambda path: path.stem)
def test_a_shipped_runbook_is_rehearsed_branch_by_branch(runbook: Path) -> None:
    rehearsed = rehearse_all(load_rehearsal(LIBRARY, str(runbook)))
    assert rehearsal_file(runbook).is_file()
    assert rehearsed.results != ()
    assert [result.difference for result in rehearsed.failed] == []
    assert rehearsed.coverage.untested == ()
