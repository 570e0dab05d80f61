"""Every example of docs/reference/runbook-format.md does what the page says."""

import re
from decimal import Decimal
from typing import Any

import pytest

from runner.conditions.binding import bind
from runner.conditions.evaluation import Missing, evaluate
from runner.conditions.grammar import parse_condition
from runner.conditions.vocabulary import Vocabulary
from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.identity import KeyName, PlaceKind, StepId
from runner.model.rehearsals import Case
from runner.model.runs import Mode
from runner.model.source import SourceText
from runner.model.values import Value
from runner.runs.rehearse import rehearse
from runner.runs.scripted_values import scripted_value
from tests.docs.examples import PAGE, Example, examples, pairs, table
from tests.docs.outline import outline_of

EXAMPLES = tuple(examples(PAGE.read_text("utf-8")))


def of_kind(kind: str) -> pytest.MarkDecorator:
    found = [example for example in EXAMPLES if example.kind == kind]
    return pytest.mark.parametrize("example", found, ids=[f"line {e.line}" for e in found])


def contract() -> KeyContract:
    (text,) = (example.text for example in EXAMPLES if example.kind == "key")
    decoded, problems = decode_contract(text)
    assert decoded is not None, problems
    return decoded


def scripted(outputs: str) -> dict[str, Any]:
    def plain(word: str) -> Any:
        known = {"true": True, "false": False, "undefined": None, "[]": [], "[1 row]": [{"a": 1}]}
        if word in known:
            return known[word]
        return Decimal(word) if re.fullmatch(r"[\d.]+", word) else word

    return {name: plain(word) for name, word in pairs(outputs).items()}


def test_the_page_has_examples_of_every_kind() -> None:
    assert {e.kind for e in EXAMPLES} == {"key", "runbook", "reads", "run", "conditions"}


@of_kind("reads")
def test_the_runner_reads_what_the_page_says(example: Example) -> None:
    assert outline_of(parse_runbook(SourceText("example.md", example.runbook)).runbook) == (
        example.text
    )


@of_kind("conditions")
def test_a_condition_means_what_the_page_says(example: Example) -> None:
    first, *lines = example.text.splitlines()
    given = scripted(first.removeprefix("outputs"))
    specs = {spec.name: spec for spec in contract().outputs}

    def read(key: KeyName, name: str) -> Value | Missing:
        if name not in given:
            return Missing("its KEY did not run")
        return scripted_value(specs[name], given[name])

    for line in filter(None, lines):
        words, verdict, sentence = re.split(r"\s{2,}", line, maxsplit=2)
        reason = evaluate(bind(parse_condition(words), Vocabulary.of([contract()])), read)
        assert (words, reason.verdict.value, reason.sentence) == (words, verdict, sentence)


@of_kind("run")
def test_a_run_goes_where_the_page_says(example: Example) -> None:
    wanted = table(example.text)
    state = rehearse(
        Program(parse_runbook(SourceText("example.md", example.runbook)).runbook, (contract(),)),
        Case(
            name="",
            mode=Mode.SCRIPTED if "answers" in wanted else Mode.UNATTENDED,
            outputs=((StepId(PlaceKind.STEP, "1"), scripted(wanted.pop("outputs", ""))),),
            answers=tuple(pairs(wanted.pop("answers", "")).items()),
        ),
    )
    came_out = what_came_out(state)
    assert {name: came_out[name] for name in wanted} == wanted


def what_came_out(state: RunState) -> dict[str, str]:
    assert state.finished is not None
    ended = state.finished
    return {
        "path": ", ".join(str(move.step) for move in state.moves),
        "outcome": ended.outcome.value,
        "exit": str(ended.exit_code),
        "actions": ", ".join(ended.recommended_actions),
        "findings": "; ".join(ended.findings),
        "open_items": "; ".join(ended.open_items),
        "questions": "\n".join(ended.open_questions),
        "not_done": "\n".join(ended.not_done),
        "handed_over": "; ".join(ended.handed_over_to),
        "escalations": "; ".join(ended.escalations),
    }
