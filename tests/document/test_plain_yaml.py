"""Front matter that is read without a YAML library says what the library says."""

import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runner.document.plain_yaml import read_plain

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
MARKS = "[]{},:;#&*!|>'\"%@`-?.= ()_/\\~<\t"
VALUES = st.one_of(
    st.text(string.ascii_letters + string.digits + MARKS, min_size=1, max_size=12),
    st.sampled_from(
        ["true", "True", "no", "Off", "null", "~", "y", "1_0", "0x1f", "1e3", ".5", "1:30", "12",
         "2026-11-25", "2026-13-45", "2026-11-25 10:00:00", "1.2", "1.2.3", "[a, b]", "[a, no]",
         "[]", "[a,, b]", "[a b]", "a: b", "a #b", "a#b", "a, b", "it's", "- a", "see (a) b.", "é"]
    ),
)  # fmt: skip
LINES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["slug", "title", "tags", "on", "1"]), VALUES).map(": ".join),
        st.sampled_from(["", "# note", "  indented: x", "- item", "a:", "a:b", "a : b", "---"]),
    ),
    max_size=4,
)


@given(LINES)
def test_what_is_read_is_what_yaml_reads(lines: list[str]) -> None:
    plain = read_plain(lines)
    if plain is not None:
        assert plain == (yaml.safe_load("\n".join(lines)) or {})


@pytest.mark.parametrize("file", sorted(RUNBOOKS.glob("*.md")), ids=lambda file: file.stem)
def test_the_shipped_runbooks_need_no_library(file: Path) -> None:
    head = file.read_text("utf-8").split("---\n")[1]
    assert read_plain(head.splitlines()) == yaml.safe_load(head) != {}


@pytest.mark.parametrize(
    "line",
    ["a: yes", "a: 12", "a: 'b'", "a: b: c", "a: b #c", "a: [b: c]", "a: 2026-02-30", "on: b"],
)
def test_what_is_not_plain_is_left_to_the_library(line: str) -> None:
    assert read_plain([line]) is None
