"""Comments: which lines each speaks of, and that they mean nothing to a run."""

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.checks.fixes import meaning
from runner.document.comments import comments_in
from runner.document.parse import parse_runbook
from runner.model.source import SourceText
from tests.checks.runbooks import CLEAN

LINES = CLEAN.splitlines()
HEADINGS = [number for number, line in enumerate(LINES) if line.startswith("#")]


def spoken_of(text: str) -> list[tuple[str, int, int]]:
    """Words, first and last line, counted from 1."""
    return [(c.text, c.first + 1, c.last + 1) for c in comments_in(SourceText("a.md", text))]


def test_alone_on_a_line_it_speaks_of_the_next_block() -> None:
    assert spoken_of("<!-- a -->\n\n### Step 1: Look\n\ntext\n") == [("a", 3, 3)]
    assert spoken_of("<!-- a -->\none\ntwo\n\nthree\n") == [("a", 2, 3)]
    assert spoken_of("<!-- a -->\n- one\n  - two\n\n  three\n- four\n") == [("a", 2, 5)]
    assert spoken_of("<!-- a -->\n```\nx\n\ny\n```\nz\n") == [("a", 2, 6)]


def test_beside_text_it_speaks_of_its_line() -> None:
    assert spoken_of("- one <!-- a -->\n- two\n") == [("a", 1, 1)]


def test_several_comments_speak_of_the_same_block() -> None:
    assert spoken_of("<!-- a -->\n<!-- b --> <!-- c -->\n\n- one\n") == [
        ("a", 4, 4),
        ("b", 4, 4),
        ("c", 4, 4),
    ]


def test_a_comment_parts_what_stands_above_and_below_it() -> None:
    assert spoken_of("<!-- a -->\none\n<!-- b -->\ntwo\n") == [("a", 2, 2), ("b", 4, 4)]


def test_what_stands_in_code_is_no_comment() -> None:
    assert spoken_of("~~~md\n<!-- a -->\n```\n~~~\n``<!-- b -->`` `<!-- c -->` <!-- d -->\n") == [
        ("d", 5, 5)
    ]


def test_the_place_of_the_words_is_known() -> None:
    text = "one\r\n  <!--   a b -->\r\n"
    (comment,) = comments_in(SourceText("a.md", text))
    assert text[comment.text_start :].startswith("a b")
    assert text[comment.span.start : comment.span.end] == "<!--   a b -->"


@given(st.lists(st.sampled_from(HEADINGS), max_size=8), st.sampled_from(["", " <!-- x -->"]))
@settings(max_examples=40, deadline=None)
def test_comments_above_headings_and_beside_items_mean_nothing(
    above: list[int], beside: str
) -> None:
    written = []
    for number, line in enumerate(LINES):
        written += ["<!-- lint-ignore RB104 -->"] * above.count(number)
        written.append(line + beside if line.startswith("- **If") else line)
    commented = parse_runbook(SourceText("a.md", "\n".join(written))).runbook
    assert meaning(commented) == meaning(parse_runbook(SourceText("a.md", CLEAN)).runbook)


@given(st.text(alphabet="<!- >`~#*\n\tai1.", max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_comments_that_stand_in_it(text: str) -> None:
    for comment in comments_in(SourceText("a.md", text)):
        assert text[comment.span.start : comment.span.end].startswith("<!--")
        assert comment.first <= comment.last


def test_twenty_thousand_comments_take_no_square_of_the_time() -> None:
    for text in ("<!-- a -->\n", "<!-- a -->\ntext\n", "- <!-- a -->\n  - b\n"):
        assert len(comments_in(SourceText("a.md", text * 20_000))) == 20_000
