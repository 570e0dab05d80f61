"""Answers from other terminals count for exactly what was shown, once, with their owner."""

import threading
from pathlib import Path

import pytest

from runner.evidence.letterbox import Letter, Letterbox
from runner.evidence.store import Store
from runner.interpreter.state import RunState, fold
from runner.model.commands import Command
from runner.model.events import Event, QuestionAnswered, QuestionOpened
from runner.model.interruptions import AnswerDelivered
from runner.model.replies import Later, Reply
from runner.model.runs import Answer, AnswerSource, OpenQuestion, Option, QuestionKind
from runner.runs.begin import CompletedRun, LeftRun
from runner.runs.deliveries import delivered, open_question, question_digest
from runner.runs.delivering import take_letters
from runner.runs.loop import Spectator
from runner.runs.operators import NOBODY
from runner.runs.recorded import read_run
from tests.faults.three_steps import begin, executions, go_on, write_library

QUESTION = OpenQuestion(
    "step 2/1 step",
    QuestionKind.STEP,
    "Which of these is so?",
    (Option("1", "it is red"), Option("none", "none of these")),
)
ACTION = OpenQuestion(
    "action 1",
    QuestionKind.ACTION,
    "Is it done?",
    (Option("y", "done"), Option("n", "not done")),
    typed_name="Drop the table",
)
COMMAND = OpenQuestion(
    "command 1",
    QuestionKind.COMMAND,
    "Run this?",
    (Option("y", "yes"), Option("n", "no")),
    commands=(Command(1, "uptime", "sha256:1"),),
)


def asked(*questions: OpenQuestion) -> RunState:
    return fold(QuestionOpened(question) for question in questions)


def letter(question: OpenQuestion, *chosen: str, name: str = "") -> Letter:
    shown = question_digest(question)
    return Letter("x.json", 1001, "grace", question.id, shown, chosen, "CHG-7", name)


def fate(events: tuple[Event, ...]) -> str:
    """Why a letter does not count; empty where it does."""
    (taken, *rest) = events
    assert isinstance(taken, AnswerDelivered)
    assert bool(rest) is (taken.refused == "")
    return taken.refused


def test_an_answer_counts_with_the_owner_of_its_file_and_the_reason() -> None:
    taken, answered = delivered(letter(QUESTION, "1"), asked(QUESTION), QUESTION.id)
    assert isinstance(taken, AnswerDelivered)
    assert (taken.by, taken.uid, taken.refused) == ("grace", 1001, "")
    assert answered == QuestionAnswered(
        QUESTION.id, Answer(("1",), AnswerSource.OBSERVED, "grace", "CHG-7")
    )


def test_what_was_shown_is_what_is_answered() -> None:
    now = OpenQuestion(**{**vars(COMMAND), "commands": (Command(1, "reboot", "sha256:2"),)})
    why = fate(delivered(letter(COMMAND, "y"), asked(now), COMMAND.id))
    assert why == "what is asked has changed since it was shown"


@pytest.mark.parametrize("chosen", [(), ("2",), ("1", "none"), ("it is red",), ("1,none",)])
def test_only_the_options_of_the_question_are_answers(chosen: tuple[str, ...]) -> None:
    assert fate(delivered(letter(QUESTION, *chosen), asked(QUESTION), QUESTION.id)) != ""


def test_a_question_that_nobody_asked_takes_no_answer() -> None:
    assert fate(delivered(letter(QUESTION, "1"), RunState(), "")) == "no such question was asked"


def test_the_first_answer_counts() -> None:
    answered = QuestionAnswered(QUESTION.id, Answer(("1",), AnswerSource.OBSERVED, "ada"))
    state = fold([answered], asked(QUESTION))
    assert fate(delivered(letter(QUESTION, "none"), state, "")) == "it was answered already"


def test_a_question_that_is_not_open_any_more_takes_no_answer() -> None:
    state = asked(QUESTION, ACTION)
    assert fate(delivered(letter(QUESTION, "1"), state, ACTION.id)) == "it is not asked any more"


@pytest.mark.parametrize(
    ("name", "counts"),
    [("", False), ("Drop", False), ("drop  the TABLE", True), ("Drop the table", True)],
)
def test_a_yes_to_an_irreversible_action_needs_its_name(name: str, counts: bool) -> None:
    why = fate(delivered(letter(ACTION, "y", name=name), asked(ACTION), ACTION.id))
    assert (why == "") is counts


def test_a_no_needs_no_name() -> None:
    assert fate(delivered(letter(ACTION, "n"), asked(ACTION), ACTION.id)) == ""


def test_a_letter_whose_fate_is_on_record_has_no_other() -> None:
    events = delivered(letter(QUESTION, "1"), asked(QUESTION), QUESTION.id)
    assert delivered(letter(QUESTION, "1"), fold(events, asked(QUESTION)), "") == ()


@pytest.mark.parametrize("name", ["step 2/1 step", "2", "step 2", "2/1 step", ""])
def test_a_question_is_found_by_what_it_is_called(name: str) -> None:
    assert open_question(asked(QUESTION), name) == QUESTION


class Waits:
    """A person at a terminal who says nothing; `asked` is set once there is a question."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._withdrawn = threading.Event()
        self.questions: list[str] = []

    def ask(self, question: OpenQuestion) -> Reply:
        self.questions.append(question.id)
        if question.id != "step 3/1 step":
            return Later("ada")
        self.asked.set()
        assert self._withdrawn.wait(10)
        return NOBODY

    def withdraw(self, question_id: str) -> None:
        assert question_id == "step 3/1 step"
        self._withdrawn.set()

    def dismiss(self) -> None:
        self._withdrawn.set()


def post(root: Path, *chosen: str) -> str:
    store = Store(root / "store")
    folder = store.folder_of(store.find("latest"))
    question = open_question(read_run(folder).state, "")
    shown = question_digest(question)
    return Letterbox(folder).post(Letter("", 0, "", question.id, shown, chosen, "from afar"))


def answers(root: Path) -> list[tuple[str, str]]:
    store = Store(root / "store")
    events = [e.event for e in read_run(store.folder_of(store.find("latest"))).entries]
    given = (e.answer for e in events if isinstance(e, QuestionAnswered))
    return [(answer.chosen[0], answer.reason) for answer in given]


def test_a_living_run_takes_an_answer_from_elsewhere_and_goes_on(tmp_path: Path) -> None:
    write_library(tmp_path)
    person, ended = Waits(), list[object]()
    thread = threading.Thread(target=lambda: ended.append(begin(tmp_path, Spectator(), person)))
    thread.start()
    assert person.asked.wait(10)
    post(tmp_path, "none")
    thread.join(10)
    assert isinstance(ended[0], LeftRun)
    assert person.questions == ["step 3/1 step", "action 1"]
    assert answers(tmp_path) == [("none", "from afar")]


class Absent(Waits):
    """Leaves every question for later."""

    def ask(self, question: OpenQuestion) -> Reply:
        self.questions.append(question.id)
        return Later("ada")


def test_an_answer_to_a_run_that_nobody_works_on_is_written_down_by_who_delivers_it(
    tmp_path: Path,
) -> None:
    write_library(tmp_path)
    left = begin(tmp_path, Spectator(), Absent())
    post(tmp_path, "none")
    take_letters(left.folder)
    assert answers(tmp_path) == [("none", "from afar")]

    again = Absent()
    go_on(tmp_path, left.id, Spectator(), operator=again)

    assert again.questions == ["action 1"]
    assert executions(tmp_path) == ["key-a 1", "key-b 1"]


def test_an_answer_that_waits_in_the_inbox_is_taken_when_the_run_is_resumed(
    tmp_path: Path,
) -> None:
    write_library(tmp_path)
    left = begin(tmp_path, Spectator(), Absent())
    post(tmp_path, "none")
    person = Waits()
    ended = go_on(tmp_path, left.id, Spectator(), operator=person)
    assert not isinstance(ended, CompletedRun)
    assert person.questions == ["step 3/1 step", "action 1"]
