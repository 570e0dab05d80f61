"""Where output that is too much is cut."""

from typing import Any

import pytest

from runner.keys.output_budget import OutputBudget
from runner.model.redaction import Redactor

SECRET = "sk_live_" + "aB3x" * 9
LINES = "reading the log\n" * 40 + f"STRIPE_API_KEY={SECRET}\n" + "and on it goes\n" * 400


def kept(limit: int, *prints: str) -> tuple[str, str]:
    """What is kept of the beginning of the prints of a cell, and of their end."""
    budget, head = OutputBudget(limit), ""
    for text in prints:
        content: dict[str, Any] = {"name": "stdout", "text": text}
        head += content["text"] if budget.admit(0, "stream", content) else ""
    return head, "".join(tally.end for tally in budget.cut.values())


@pytest.mark.parametrize("limit", range(600, 760))
def test_no_secret_is_cut_in_two(limit: int) -> None:
    head, end = kept(limit, LINES)
    told = Redactor({}).text(head)
    assert "sk_live" not in told
    assert "aB3x" not in told
    assert head == "" or head.endswith("\n")
    assert LINES.startswith(head)
    assert LINES.endswith(end)
    assert len(head) >= limit * 3 // 4


@pytest.mark.parametrize("limit", range(16 * 60, 16 * 120, 16))
def test_what_is_kept_of_the_end_begins_behind_a_secret_or_before_it(limit: int) -> None:
    _, end = kept(limit, LINES + f"the key is {SECRET} today")
    assert "aB3x" not in Redactor({}).text(end)
    assert end.endswith("today")


def test_a_line_that_is_longer_than_the_limit_is_cut_between_words() -> None:
    head, _ = kept(1000, "one word and another " * 100)
    assert head == "one word and another " * 47 + "one word and "


def test_what_has_no_words_is_cut_at_the_limit() -> None:
    assert kept(1000, "x" * 5000) == ("x" * 1000, "x" * 62)


def test_after_the_cut_only_the_end_is_kept() -> None:
    head, end = kept(1600, "line\n" * 400, "later\n", "last\n")
    assert head == "line\n" * 320
    assert end.endswith("line\nlater\nlast\n")
