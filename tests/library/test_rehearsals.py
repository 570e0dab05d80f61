"""Every shipped runbook has rehearsals that pass and reach every branch."""

from pathlib import Path

import pytest

from runner.keys.catalog import Library
from runner.runs.assignment import assign_inputs, assign_parameters
from runner.runs.loading import load_runbook
from runner.runs.rehearsals import load_rehearsal, rehearsal_file, rehearse_all
from runner.runs.sample_run import load_sample

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = Library((ROOT,))


@pytest.mark.parametrize("runbook", LIBRARY.runbooks(), ids=lambda path: path.stem)
def test_a_shipped_runbook_is_rehearsed_branch_by_branch(runbook: Path) -> None:
    rehearsed = rehearse_all(load_rehearsal(LIBRARY, str(runbook)))
    assert rehearsal_file(runbook).is_file()
    assert rehearsed.results != ()
    assert [result.difference for result in rehearsed.failed] == []
    assert rehearsed.coverage.untested == ()


@pytest.mark.parametrize("runbook", LIBRARY.runbooks(), ids=lambda path: path.stem)
def test_a_shipped_runbook_has_a_sample_incident_with_all_its_inputs(runbook: Path) -> None:
    loaded = load_runbook(LIBRARY, str(runbook))
    sample = load_sample(runbook)

    assert sample.as_of is not None
    assign_parameters(loaded, dict(sample.parameters))
    assert assign_inputs(loaded, sample.inputs, all_needed=True) == sample.inputs
