"""Laws of the parser: nothing raises, and time grows with the length and not faster."""

import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.conditions.grammar import parse_condition
from runner.document.parse import parse_runbook
from runner.model.source import SourceText
from tests.properties.documents import PIECES, problem

CORPUS = Path(__file__).parents[1] / "corpus"
DOCUMENTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=30)


@given(DOCUMENTS)
@settings(max_examples=400, deadline=None)
def test_no_document_raises_and_every_span_is_inside_it(pieces: list[str]) -> None:
    assert problem("".join(pieces)) == ""


def test_what_failed_once_does_not_fail_again() -> None:
    texts = [path.read_bytes().decode("utf-8") for path in sorted(CORPUS.glob("*.md"))]
    assert texts
    assert [problem(text) for text in texts] == [""] * len(texts)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_condition_raises(text: str) -> None:
    parse_condition(text)


def test_parsing_takes_time_in_proportion_to_length() -> None:
    step = (
        "### Step 1: Look\n\n- **KEY**: `jupyter-a-b`\n- **If Errors > 5 or x**: See Action 1\n\n"
    )

    def seconds(copies: int) -> float:
        text = "# T\n\n## Diagnosis Flow\n\n" + step * copies
        began = time.process_time()
        parse_runbook(SourceText("long.md", text))
        return time.process_time() - began

    seconds(20)
    small = min(seconds(100) for _ in range(3))
    assert min(seconds(800) for _ in range(2)) < small * 8 * 3
