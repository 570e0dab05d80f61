"""A file that the operator names while a run goes on: taken in, refused, or instead of one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.document.parse import parse_runbook
from runner.errors import InvalidInput
from runner.evidence.journal import InMemoryJournal
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome, ScriptedExecutor
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.events import InputRefused, RunStarted
from runner.model.identity import KeyName
from runner.model.replies import InputOffer, Reply
from runner.model.results import (
    FailureKind,
    KeyFailure,
    KeyResult,
    OutputValue,
    StagedInput,
)
from runner.model.runs import Answer, AnswerSource, Mode, OpenQuestion, QuestionKind, Trigger
from runner.model.source import SourceText
from runner.model.values import OutputType, Undefined
from runner.runs.intake import FolderIntake, ScriptedIntake
from runner.runs.loop import Ports, drive
from runner.runs.orders import OrderWriter

KEY = KeyName("jupyter-example")
OUTPUT = OutputSpec("errors", "Errors", OutputType.COUNT)
CONTRACT = KeyContract(KEY, "", "", "", (DeclaredInput("log", "log", ("csv",)),), (), (OUTPUT,))
TEXT = (
    "# E\n\n## Diagnosis Flow\n\n### Step 1: Look\n- **KEY**: `jupyter-example`\n- **Input**: x\n"
)
FILES = {path: StagedInput("log", path, path, 1, "") for path in ("a.csv", "b.csv")}
GOOD = KeyResult((OutputValue("errors", Undefined("")),), (), 0.1, "", "")
BAD = KeyFailure(FailureKind.CELL, "no such column")


class Offers:
    """Gives these paths in turn wherever a file is asked for; else skips."""

    def __init__(self, *paths: str):
        self._paths = list(paths)
        self.asked: list[OpenQuestion] = []

    def ask(self, question: OpenQuestion) -> Reply:
        self.asked.append(question)
        if question.inputs and self._paths:
            return InputOffer(question.inputs[0], self._paths.pop(0), "ada")
        key = "go on" if question.kind is QuestionKind.KEY_FAILED else "skip"
        return Answer((key,), AnswerSource.OBSERVED, "ada")

    def withdraw(self, question_id: str) -> None:
        pass

    def dismiss(self) -> None:
        pass


def driven(operator: Offers, *outcomes: KeyOutcome) -> tuple[RunState, ScriptedExecutor, Ports]:
    executor = ScriptedExecutor({KEY: outcomes})
    keys = {KEY: InstalledKey(CONTRACT, Path(), Path(), "", "")}
    journal = InMemoryJournal(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: 0.0)
    orders = OrderWriter(keys, {}, Path())
    ports = Ports(journal, executor, operator, orders, intake=ScriptedIntake(FILES))
    started = RunStarted("r", "e", "", "", "", "", Mode.ATTENDED, Trigger("ada", "host"))
    program = Program(parse_runbook(SourceText("e.md", TEXT)).runbook, (CONTRACT,))
    return drive(program, fold([started]), ports), executor, ports


def test_a_missing_input_is_taken_in_and_the_key_runs() -> None:
    state, executor, _ = driven(Offers("a.csv"), GOOD)
    assert [given.origin for given in state.inputs] == ["a.csv"]
    assert [order.inputs[0].origin for order in executor.orders] == ["a.csv"]


def test_a_file_that_is_refused_leaves_the_question_open_and_says_why() -> None:
    operator = Offers("nowhere.csv", "a.csv")
    _, executor, ports = driven(operator, GOOD)
    assert isinstance(ports.journal, InMemoryJournal)
    refused = [e.event for e in ports.journal.entries if isinstance(e.event, InputRefused)]
    assert [event.path for event in refused] == ["nowhere.csv"]
    assert "nowhere.csv is not there" in operator.asked[1].notes[-1]
    assert len(executor.orders) == 1


def test_a_key_that_failed_is_executed_again_on_another_file() -> None:
    _, executor, _ = driven(Offers("a.csv", "b.csv"), BAD, GOOD)
    assert [order.inputs[0].origin for order in executor.orders] == ["a.csv", "b.csv"]
    assert [order.attempt for order in executor.orders] == [1, 2]


def test_without_the_file_the_step_is_the_persons() -> None:
    operator = Offers()
    state, executor, _ = driven(operator, GOOD)
    assert [q.kind for q in operator.asked] == [QuestionKind.INPUT, QuestionKind.STEP]
    assert executor.orders == ()
    assert state.skipped


def test_the_same_name_twice_stands_side_by_side(tmp_path: Path) -> None:
    file, folder = tmp_path / "log.csv", tmp_path / "run"
    folder.mkdir()
    intake = FolderIntake((), folder)
    file.write_text("a\n1\n")
    first = intake.take("log", str(file))
    file.write_text("a\n2\n")
    second = intake.take("log", str(file))
    assert (first.file, second.file) == ("inputs/log/1/log.csv", "inputs/log/2/log.csv")
    assert (folder / first.file).read_text() == "a\n1\n"


def test_the_keyboard_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="keyboard"):
        FolderIntake((), tmp_path).take("log", "-")
