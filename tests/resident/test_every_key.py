"""What a shipped KEY gives through the resident is what it gives without one."""

import json
from typing import Any

import pytest

from runner.keys.catalog import Library
from runner.keys.samples import SampleCase, sample_cases
from tests.resident.conftest import ROOT, Call, served

LIBRARY = Library((ROOT,))
QUICK = "risk-analysis"


def first_cases() -> dict[str, SampleCase]:
    """The first sample of each KEY that publishes something."""
    found, shipped = {}, LIBRARY.keys()
    for key in shipped:
        cases = [case for case in sample_cases(key) if not case.refused]
        found[key.contract.key.slug] = cases[0]
    return found


CASES = first_cases()


def words_of(slug: str) -> list[str]:
    words = ["keys", "run", slug, "--json"]
    for name, file in CASES[slug].inputs:
        words += ["-i", f"{name}={file}"]
    for name, value in CASES[slug].parameters:
        if value is not None:
            words += ["-p", f"{name}={value}"]
    return words


def told(text: str) -> dict[str, Any]:
    """What was found, without what differs between any two executions: how long, and where."""
    found: dict[str, Any] = json.loads(text)
    untimed = ("seconds", "cells", "on_spare_of_resident", "notebook", "notebook_digest")
    return {name: value for name, value in found.items() if name not in untimed}


@pytest.mark.parametrize(
    "slug", [pytest.param(s, marks=() if s == QUICK else pytest.mark.long) for s in CASES]
)
def test_it_is_the_same_as_cold(runbook: Call, resident: int, slug: str) -> None:
    warm = runbook(*words_of(slug))
    assert served(runbook) == 1
    cold = runbook(*words_of(slug), RUNBOOK_WARM="off")
    assert warm.returncode == cold.returncode == 0, cold.stderr
    assert told(warm.stdout) == told(cold.stdout)
    assert told(warm.stdout)["outputs"]
