"""Every example of docs/reference/rehearsals.md comes out as the page says."""

from itertools import pairwise

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.model.source import SourceText
from runner.report.rehearsals import rehearsals_text
from runner.runs.rehearsal_file import decode_rehearsal
from runner.runs.rehearsals import LoadedRehearsal, rehearse_all
from tests.docs.examples import Example, examples
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "rehearsals.md"
EXAMPLES = tuple(examples(PAGE.read_text("utf-8")))
PAIRS = tuple(pairwise(EXAMPLES))


def shown_behind(kind: str) -> pytest.MarkDecorator:
    """Each file of a kind, and the text behind it."""
    found = [(file, shown) for file, shown in PAIRS if file.kind == kind]
    assert found
    return pytest.mark.parametrize(("file", "shown"), found, ids=lambda e: f"line {e.line}")


@shown_behind("rehearsal")
def test_a_file_is_rehearsed_as_the_page_says(file: Example, shown: Example) -> None:
    rehearsal = decode_rehearsal(file.text)
    source = SourceText("runbooks/slow-queue.md", file.runbook)
    program = Program(parse_runbook(source).runbook, rehearsal.contracts)
    loaded = LoadedRehearsal(program, rehearsal, ROOT / "slow-queue.rehearsal.toml")
    told = rehearsals_text((rehearse_all(loaded),))
    assert (rehearsal.problems, shown.kind) == ((), "rehearses")
    assert told.replace(f"{ROOT}/", "").strip() == shown.text.strip()


@shown_behind("refused")
def test_a_file_is_refused_as_the_page_says(file: Example, shown: Example) -> None:
    problems = decode_rehearsal(file.text).problems
    assert shown.kind == "problems"
    assert [f"{p.line}: {p.text}" for p in problems] == shown.text.splitlines()
