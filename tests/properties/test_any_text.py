"""Laws of the parser: nothing raises, and time grows with the length and not faster."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.conditions.grammar import parse_condition
from runner.document.parse import parse_runbook
from runner.model.source import SourceText

PIECES = (
    "# Title\n", "## Diagnosis Flow\n", "### Step 1: Look\n", "### Action 1: Do (REVERSIBLE)\n",
    "- **If Errors**: See Action 1\n", "**Otherwise**:\n", "  - continue\n", "1. item\n", "```\n",
    "| a | b |\n|---|---|\n| **If x** | y |\n", "- **KEY**: `jupyter-a-b`\n", "> quote\n", "---\n",
    "<!-- c -->\n", "Escalate if:\n", "- more than 5 errors\n", "\ufeff", "\u200b", "\t", "**",
    "__",     "(should be > 95%)", "\\", "&amp;", "[a](b)", "\r\n", "\r", "\0", "If ", ": ", "→",
)  # fmt: skip
DOCUMENTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=30)


@given(DOCUMENTS)
@settings(max_examples=400, deadline=None)
def test_no_document_raises_and_every_span_is_inside_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    runbook = parse_runbook(SourceText("any.md", text)).runbook
    for step in runbook.places + runbook.verification:
        spans = [branch.span for branch in step.branches]
        spans += [call.span for call in step.invocations]
        spans += [expectation.span for expectation in step.expectations]
        assert all(0 <= span.start <= span.end <= len(text) for span in spans)


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
