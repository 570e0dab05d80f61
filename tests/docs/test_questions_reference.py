"""Every question of docs/reference/questions.md is put as the page says."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from runner.document.parse import parse_runbook
from runner.evidence.journal import InMemoryJournal
from runner.interpreter.program import Program
from runner.interpreter.state import fold
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome, ScriptedExecutor
from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.events import Event, InputStaged, RunStarted
from runner.model.replies import Reply
from runner.model.results import FailureKind, KeyFailure, KeyResult, OutputValue, StagedInput
from runner.model.runs import Answer, AnswerSource, Mode, OpenQuestion, QuestionKind, Trigger
from runner.model.source import SourceText
from runner.report.text_question import question_text
from runner.runs.answers import chosen_options, plain_subject, subject_of
from runner.runs.loop import Ports, drive
from runner.runs.operators import NOBODY
from runner.runs.orders import OrderWriter
from tests.docs.examples import Example, examples, pairs
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "questions.md"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXAMPLES = tuple(examples(PAGE.read_text("utf-8")))
ASKED = [example for example in EXAMPLES if example.kind == "asks"]


class Until:
    """Answers what the example answers, and keeps the first other question."""

    def __init__(self, answers: dict[str, str]):
        self._answers = answers
        self.asked: OpenQuestion | None = None

    def ask(self, question: OpenQuestion) -> Reply:
        words = self._answers.get(plain_subject(subject_of(question)))
        if words is not None and self.asked is None:
            return Answer(chosen_options(question, words), AnswerSource.OBSERVED, "ada")
        self.asked = self.asked or question
        return NOBODY

    def withdraw(self, question_id: str) -> None:
        """Nobody else answers here."""

    def dismiss(self) -> None:
        pass


def contract() -> KeyContract:
    (text,) = (example.text for example in EXAMPLES if example.kind == "key")
    decoded, problems = decode_contract(text)
    assert decoded is not None, problems
    return decoded


def outcome(written: str) -> KeyOutcome:
    if written == "failed":
        return KeyFailure(FailureKind.CELL, "ValueError: no such column")
    given = pairs(written)
    values = tuple(
        OutputValue(spec.name, Decimal(given[spec.name])) for spec in contract().outputs if given
    )
    return KeyResult(values, (), 0.1, "", "")


def asked(example: Example) -> OpenQuestion:
    head, _, _ = example.text.partition("\n\n")
    told = dict(line.split(" ", 1) for line in head.splitlines())
    key: KeyContract = contract()
    runbook = parse_runbook(SourceText("slow-queue.md", example.runbook)).runbook
    program = Program(runbook, (key,))
    started = RunStarted("r", "slow-queue", "", "", "", "", Mode.ATTENDED, Trigger("ada", "host"))
    staged = InputStaged(StagedInput("log", "", "", 0, ""))
    events: list[Event] = [started] if told["outputs"] == "missing" else [started, staged]
    installed = InstalledKey(key, ROOT, ROOT, "", "")
    operator = Until(pairs(told.get("answers", "")))
    executor = ScriptedExecutor({key.key: outcome(told["outputs"].replace("missing", ""))})
    journal = InMemoryJournal(lambda: NOW, lambda: 0.0)
    drive(
        program,
        fold(events),
        Ports(journal, executor, operator, OrderWriter({key.key: installed}, {}, ROOT)),
    )
    assert operator.asked is not None
    return operator.asked


@pytest.mark.parametrize("example", ASKED, ids=[f"line {e.line}" for e in ASKED])
def test_a_question_is_put_as_the_page_says(example: Example) -> None:
    _, _, shown = example.text.partition("\n\n")
    assert question_text(asked(example)).strip() == shown.strip()


def test_a_question_of_every_kind_is_on_the_page() -> None:
    left_out = {QuestionKind.COMMAND, QuestionKind.VERIFICATION}
    assert {asked(example).kind for example in ASKED} == set(QuestionKind) - left_out
