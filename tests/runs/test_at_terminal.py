"""What a person types, however it arrives, and what each line means."""

import os
import threading
import time
from collections.abc import Iterator
from typing import TextIO

import pytest

from runner.document.commands import read_commands
from runner.model.replies import Abort, CommandWish, InputOffer, Later
from runner.model.runbook import Fence
from runner.model.runs import Answer, AnswerSource, OpenQuestion, Option, QuestionKind
from runner.model.source import Span
from runner.runs.at_terminal import Aside, AtTerminal, CopyCommand, DecisionsSoFar, StepAgain
from runner.runs.operators import NOBODY

COMMANDS = read_commands((Fence("bash", "uptime\nls <dir>\necho $UNSET", Span(0, 0)),))
OPTIONS = (Option("y", "done"), Option("n", "not done"))
ASKED = OpenQuestion("step 1/1 step", QuestionKind.STEP, "Is it done?", OPTIONS, commands=COMMANDS)
FILE = OpenQuestion(
    "x", QuestionKind.INPUT, "Where?", (Option("skip", "on without"),), inputs=("log",)
)
RISKY_NOT = OpenQuestion("b", QuestionKind.ACTION, "Did you?", OPTIONS)
RISKY = OpenQuestion("a", QuestionKind.ACTION, "Did you?", OPTIONS, typed_name="Wipe it")


class Glass:
    """Keeps what is shown; types the next of `lines` after each prompt."""

    def __init__(self, descriptor: int, lines: list[str]):
        self._descriptor, self._lines = descriptor, list(lines)
        self.complaints: list[str] = []
        self.asides: list[Aside] = []

    def ask(self, question: OpenQuestion, complaint: str) -> None:
        self.complaints.append(complaint)
        if self._lines:
            os.write(self._descriptor, self._lines.pop(0).encode())

    def tell(self, aside: Aside) -> str:
        self.asides.append(aside)
        return ""


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, int]]:
    read, write = os.pipe()
    with os.fdopen(read) as stream:
        yield stream, write


def at(pipe: tuple[TextIO, int], *lines: str) -> tuple[AtTerminal, Glass]:
    glass = Glass(pipe[1], list(lines))
    return AtTerminal(pipe[0], glass, "ada", {"HOME"}), glass


def test_an_answer_with_its_reason(pipe: tuple[TextIO, int]) -> None:
    person, _ = at(pipe, "done # it took a while\n")
    assert person.ask(ASKED) == Answer(("y",), AnswerSource.OBSERVED, "ada", "it took a while")


def test_lines_pasted_at_once_are_all_heard_and_the_later_ones_count_as_given_ahead(
    pipe: tuple[TextIO, int],
) -> None:
    person, _ = at(pipe, "what\ny\nn\n")
    first = person.ask(ASKED)
    second = person.ask(ASKED)
    assert first == Answer(("y",), AnswerSource.OBSERVED, "ada")
    assert second == Answer(("n",), AnswerSource.GIVEN_AHEAD, "ada")


def test_a_line_that_arrives_in_parts_is_one_line(pipe: tuple[TextIO, int]) -> None:
    person, _ = at(pipe, "do")
    threading.Timer(0.1, lambda: os.write(pipe[1], b"ne\n")).start()
    assert person.ask(ASKED) == Answer(("y",), AnswerSource.OBSERVED, "ada")


def test_the_end_of_a_file_means_that_nobody_answers_any_more(pipe: tuple[TextIO, int]) -> None:
    person, _ = at(pipe)
    os.close(pipe[1])
    assert person.ask(ASKED) == NOBODY
    assert person.ask(ASKED) == NOBODY


def test_dismissed_while_it_waits(pipe: tuple[TextIO, int]) -> None:
    person, _ = at(pipe)
    threading.Timer(0.05, person.dismiss).start()
    began = time.monotonic()
    assert person.ask(ASKED) == NOBODY
    assert time.monotonic() - began < 2


def test_a_command_is_wished_for_by_its_number(pipe: tuple[TextIO, int]) -> None:
    person, _ = at(pipe, "run 1\n")
    assert person.ask(ASKED) == CommandWish(1, COMMANDS[0].digest, "ada")


@pytest.mark.parametrize(
    ("line", "said"),
    [("run 2", "fill in <dir>"), ("run 3", "$UNSET is not set"), ("run 9", "Which command?")],
)
def test_what_cannot_be_run_says_why(pipe: tuple[TextIO, int], line: str, said: str) -> None:
    person, glass = at(pipe, f"{line}\n", "y\n")
    person.ask(ASKED)
    assert said in glass.complaints[1]


def test_looking_things_up_leaves_the_question_open(pipe: tuple[TextIO, int]) -> None:
    person, glass = at(pipe, "?\n", "why\n", "copy 2\n", "y\n")
    assert isinstance(person.ask(ASKED), Answer)
    assert glass.asides == [StepAgain(ASKED), DecisionsSoFar(), CopyCommand(COMMANDS[1])]


def test_a_yes_to_a_command_is_not_taken_from_what_was_typed_ahead(
    pipe: tuple[TextIO, int],
) -> None:
    approval = OpenQuestion("command 1", QuestionKind.COMMAND, "Run it?", OPTIONS, default="n")
    os.write(pipe[1], b"y\ny\n")
    person, _ = at(pipe, "\n")
    assert person.ask(approval) == Answer(("n",), AnswerSource.OBSERVED, "ada")


def test_only_yes_is_a_yes_to_a_command(pipe: tuple[TextIO, int]) -> None:
    approval = OpenQuestion("command 1", QuestionKind.COMMAND, "Run it?", OPTIONS, default="n")
    person, glass = at(pipe, "done\n", "yes\n")
    assert person.ask(approval) == Answer(("y",), AnswerSource.OBSERVED, "ada")
    assert "Type yes" in glass.complaints[1]


def test_an_irreversible_action_wants_its_name_freshly_typed(pipe: tuple[TextIO, int]) -> None:
    person, glass = at(pipe, "y\nWipe it\n", "wrong\n", "y\n", "wipe  IT\n")
    assert isinstance(person.ask(RISKY), Answer)
    assert "not its name" in glass.complaints[2]


@pytest.mark.parametrize("line", ["/tmp/a.csv", "log=/tmp/a.csv", "log = /tmp/a.csv"])
def test_a_path_is_a_file_for_the_input(pipe: tuple[TextIO, int], line: str) -> None:
    person, _ = at(pipe, f"{line}\n")
    assert person.ask(FILE) == InputOffer("log", "/tmp/a.csv", "ada")


def test_q_ends_the_run_after_a_yes(pipe: tuple[TextIO, int]) -> None:
    person, glass = at(pipe, "q\n", "no\n", "q\n", "yes\n")
    assert person.ask(ASKED) == Abort("ada")
    assert "yes to end it" in glass.complaints[1]


def test_later_leaves_the_question_with_a_reason(pipe: tuple[TextIO, int]) -> None:
    person, _ = at(pipe, "later # Grace knows\n")
    assert person.ask(ASKED) == Later("ada", "Grace knows")


def test_a_question_that_somebody_else_answered_is_given_up_and_the_next_one_asked(
    pipe: tuple[TextIO, int],
) -> None:
    person, glass = at(pipe)
    threading.Timer(0.1, lambda: person.withdraw(ASKED.id)).start()
    assert person.ask(ASKED) == NOBODY
    threading.Timer(0.1, lambda: os.write(pipe[1], b"y\n")).start()
    assert person.ask(RISKY_NOT) == Answer(("y",), AnswerSource.OBSERVED, "ada")
    assert glass.complaints == ["", ""]


def test_a_withdrawal_between_two_questions_troubles_neither(pipe: tuple[TextIO, int]) -> None:
    person, glass = at(pipe, "y\n", "y\n")
    person.ask(ASKED)
    person.withdraw(ASKED.id)
    assert person.ask(RISKY_NOT) == Answer(("y",), AnswerSource.OBSERVED, "ada")
    assert glass.complaints == ["", ""]
