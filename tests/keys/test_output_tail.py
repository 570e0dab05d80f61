import pytest

from runner.keys.output_tail import OutputTail, Printed


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ([], ""),
        (["one\n", "two\n"], "two"),
        (["one\n", "\n  \n"], "one"),
        (["half a", " line"], "half a line"),
        (["10 %\r", "20 %\r"], "20 %"),
        (["\x1b[31mred\x1b[0m\n"], "red"),
        (["x" * 5000], "x" * 200),
        (["\x1b]0;title\x07words"], "words"),
    ],
)
def test_the_line_is_the_last_one_with_words(pieces: list[str], line: str) -> None:
    tail = OutputTail()
    for piece in pieces:
        tail.take(piece)
    assert tail.line == line


def test_a_flood_is_reported_now_and_then() -> None:
    tail = OutputTail()
    reports = sum(tail.take(f"{n}\n") for n in range(10_000))
    assert 1 <= reports < 20
    assert tail.line == "9999"


def test_what_was_said_is_said_once_and_its_cut_is_counted() -> None:
    tail = OutputTail()
    tail.take("\x1b[1mone\x1b[0m\n")
    assert tail.said() == Printed("one", "one\n")
    assert not tail.has_more
    assert tail.said() == Printed("one")
    tail.take("x" * 5000 + "\n")
    said = tail.said()
    assert (len(said.new), said.cut) == (2000, 3001)
