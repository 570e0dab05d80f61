"""Answers in words: which option they mean, and when they mean none."""

import pytest

from runner.errors import UsageError
from runner.model.runs import OpenQuestion, Option, QuestionKind
from runner.runs.answers import chosen_options

QUESTION = OpenQuestion(
    "step 1/1 step",
    QuestionKind.STEP,
    "Which of these is so?",
    (
        Option("1", "none", "Step 2"),
        Option("2", "3", "Step 3"),
        Option("3", "Some deliveries fail", "Step 4"),
        Option("none of these", "none of these", "goes on"),
        Option("skip", "not done"),
    ),
    several=True,
)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("1", ("1",)),
        ("2", ("2",)),
        ("none", ("1",)),
        ("If none", ("1",)),
        ("if None", ("1",)),
        ("none of these", ("none of these",)),
        ("if 3", ("2",)),
        ("some deliveries fail", ("3",)),
        ("If some deliveries fail, 1", ("3", "1")),
    ],
)
def test_an_answer_is_a_key_or_the_words_of_an_option(words: str, keys: tuple[str, ...]) -> None:
    assert chosen_options(QUESTION, words) == keys


@pytest.mark.parametrize("words", ["3", "1, 3"])
def test_a_key_that_is_also_the_words_of_another_option_is_not_guessed(words: str) -> None:
    with pytest.raises(UsageError, match="the key of one option and the words of another"):
        chosen_options(QUESTION, words)
