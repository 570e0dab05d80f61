"""Whatever names a place or a KEY behind a condition is read or told, in every spelling."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.targets import FIRST, PARTS, PLACES, VERBS, dropped, line

VERB = st.sampled_from([verb for verbs in VERBS.values() for verb in verbs])
LINES = st.lists(
    st.tuples(VERB, st.tuples(*(st.sampled_from(part) for part in PARTS))), min_size=1, max_size=4
)


@given(st.sampled_from(sorted(PLACES)), LINES)
@settings(max_examples=int(os.environ.get("RUNBOOK_EXAMPLES", "200")), deadline=None)
def test_a_line_that_names_a_target_is_read_or_told(
    place: str, lines: list[tuple[str, tuple[str, ...]]]
) -> None:
    written = [line(number, verb, parts) for number, (verb, parts) in enumerate(lines, FIRST)]
    assert dropped(written, place) == []
