"""Whatever names an action behind a condition is a branch or a diagnostic, in every spelling."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.targets import FIRST, PARTS, dropped, line

LINES = st.lists(st.tuples(*(st.sampled_from(part) for part in PARTS)), min_size=1, max_size=4)


@given(LINES)
@settings(max_examples=int(os.environ.get("RUNBOOK_EXAMPLES", "120")), deadline=None)
def test_a_line_that_names_an_action_is_read_or_told(lines: list[tuple[str, ...]]) -> None:
    assert dropped([line(number, parts) for number, parts in enumerate(lines, FIRST)]) == []
