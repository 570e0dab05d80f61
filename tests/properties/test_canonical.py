"""Laws of the canonical form: it says the same, it is its own, and code stays to the letter."""

import os
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.document.canonical import canonical_text
from runner.document.meaning import runbook_meaning
from runner.document.parse import parse_runbook
from runner.model.runbook import Runbook
from runner.model.source import SourceText
from tests.properties.test_any_text import DOCUMENTS

ROOT = Path(__file__).parents[2]
RUNBOOKS = tuple(
    (ROOT / name).read_text(encoding="utf-8")
    for name in (
        "tests/checks/cases/clean.md",
        "tests/examples/queue-backlog.md",
        "tests/examples/certificate-expiry.md",
        "runbooks/webhook-failures.md",
    )
)
SPELLINGS = (
    lambda text: re.sub(r"(?m)^(\s*)- ", r"\1* ", text),
    lambda text: re.sub(r"(?m)^(\s*)- ", r"\1+ ", text),
    lambda text: re.sub(r"\*\*([^*\n]+)\*\*", r"__\1__", text),
    lambda text: re.sub(r"\*\*([^*\n]+)\*\*:", r"**\1:**", text),
    lambda text: re.sub(r"(?m)^### (Step|Action) (\d+): ", r"### \1 \2 - ", text),
    lambda text: re.sub(r"(?m)^### (Step|Action) (\d+): ", r"### \2. \1 \2. ", text),
    lambda text: re.sub(r"(?m)^## (.*)$", lambda m: f"## 4. {m[1].upper()}", text),
    lambda text: text.replace("\n\n", "\n\n\n"),
    lambda text: re.sub(r"(?m)^(#+ .*)\n\n", r"\1\n", text),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n", " \n"),
    lambda text: "\ufeff" + text,
    lambda text: text.rstrip("\n"),
)


def read(text: str) -> Runbook:
    return parse_runbook(SourceText("r.md", text)).runbook


def canonical(text: str) -> str:
    return canonical_text(SourceText("r.md", text))


def fences(runbook: Runbook) -> list[tuple[str, str]]:
    found = [fence for place in runbook.places + runbook.verification for fence in place.fences]
    found += [fence for action in runbook.actions for fence in action.fences]
    return [(fence.language, fence.text) for fence in found]


def check(text: str) -> None:
    form = canonical(text)
    before, after = read(text), read(form)
    assert runbook_meaning(before) == runbook_meaning(after)
    assert fences(before) == fences(after)
    assert canonical(form) == form


@given(DOCUMENTS)
@settings(max_examples=200, deadline=None)
def test_any_document_says_the_same_in_canonical_form(pieces: list[str]) -> None:
    check("".join(pieces))


@given(st.sampled_from(RUNBOOKS), st.lists(st.sampled_from(SPELLINGS), max_size=4, unique=True))
@settings(max_examples=int(os.environ.get("RUNBOOK_EXAMPLES", "30")), deadline=None)
def test_a_runbook_in_any_spelling_says_the_same_in_canonical_form(
    text: str, spellings: list[object]
) -> None:
    for spelling in spellings:
        assert callable(spelling)
        text = spelling(text)
    check(text)
