"""The text of a rehearsal file to its cases: pure, every problem found at once, none raised.

docs/reference/rehearsals.md describes the format by examples.
"""

import json
import re
import tomllib
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.frozen import frozen
from runner.model.identity import NOTEBOOK_PREFIX, PlaceKind, StepId
from runner.model.rehearsals import (
    Case,
    ExpectedField,
    Rehearsal,
    RehearsalProblem,
    ScriptedOutputs,
)
from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import Mode, Outcome
from runner.runs.rehearsal_lines import LinesOfTables

MODES = {"unattended": Mode.UNATTENDED, "interactive": Mode.SCRIPTED}
LISTS = ("path", "actions", "open_items", "findings", "handed_over_to", "escalation_triggers")
FIELDS = ("name", "mode", "answers", "decisions", *LISTS, "outcome")
_PLACE = re.compile(r"(step|safety)\s*(\d\w*(?:\.\d\w*)*)", re.I)
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_FAILURES = {"failed": FailureKind.CELL, **{kind.value: kind for kind in FailureKind}}


def decode_rehearsal(text: str) -> Rehearsal:
    """The cases and contracts that a file states, and everything that is wrong with it."""
    try:
        tree = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        at = _AT_LINE.search(str(error))
        problem = RehearsalProblem(f"it is not TOML: {error}", int(at[1]) if at else 0)
        return Rehearsal(problems=(problem,))
    reader = _Reader(LinesOfTables(text), [])
    reader.unknown(tree, ("key", "case"), reader.top, "", 1)
    contracts = [reader.contract(n, plain) for n, plain in enumerate(_tables(tree, "key", reader))]
    cases = [reader.case(n, plain) for n, plain in enumerate(_tables(tree, "case", reader))]
    if not cases:
        reader.problem("it has no [[case]]", 1)
    for number, case in enumerate(cases):
        if case.name in [before.name for before in cases[:number]]:
            reader.problem(f'two cases are called "{case.name}"', case.line)
    known = tuple(contract for contract in contracts if contract)
    return Rehearsal(tuple(cases), known, tuple(reader.problems))


def place_of(field: str) -> StepId | None:
    """The place that a field such as `step3`, `safety 1` or `step 2b` stands for."""
    match = _PLACE.fullmatch(field.strip())
    return StepId(PlaceKind(match[1].casefold()), match[2]) if match else None


def did_you_mean(name: str, known: tuple[str, ...]) -> str:
    """A hint to end a sentence with: the nearest name, else all of them."""
    close = get_close_matches(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else f"; known: {', '.join(known)}"


@frozen
class _Reader:
    lines: LinesOfTables
    problems: list[RehearsalProblem]

    def problem(self, text: str, line: int) -> None:
        self.problems.append(RehearsalProblem(text, line))

    def top(self, field: str) -> int:
        return self.lines.top(field)

    def unknown(
        self, plain: dict[str, Any], known: tuple[str, ...], line: Any, whose: str, least: int
    ) -> None:
        for name in plain:
            if name not in known and not (whose and place_of(name)):
                hint = did_you_mean(name, known)
                self.problem(f"{whose}unknown field `{name}`{hint}", line(name) or least)

    def contract(self, number: int, plain: dict[str, Any]) -> KeyContract | None:
        at = self.lines.header("key", number)
        slug = str(plain.get("slug", "")).removeprefix(NOTEBOOK_PREFIX)
        inputs = plain.get("inputs", [])
        whole = {
            "title": slug,
            "version": "0",
            **plain,
            "slug": slug,
            "inputs": [_declared_input(one) for one in inputs] if type(inputs) is list else inputs,
        }
        contract, problems = decode_contract(json.dumps(whole, default=_number))
        for problem in problems:
            field = problem.split(":")[0].split("[")[0].split(".")[0]
            line = self.lines.field("key", number, field) or at
            self.problem(f"key {slug or number + 1}: {problem}", line)
        return contract

    def case(self, number: int, plain: dict[str, Any]) -> Case:
        at = self.lines.header("case", number)
        name = plain.get("name")
        if not isinstance(name, str) or not name.strip():
            self.problem(f"case {number + 1} has no name", at)
            name = f"case {number + 1}"
        fields = _Fields(self, number, name, plain)
        self.unknown(plain, FIELDS, fields.line, f'case "{name}": ', at)
        return Case(
            name=name,
            mode=MODES[fields.one_of("mode", tuple(MODES)) or "unattended"],
            outputs=fields.outputs(),
            answers=fields.answers(),
            expected=fields.expected(),
            line=at,
        )


@frozen
class _Fields:
    """The fields of one case."""

    reader: _Reader
    number: int
    name: str
    plain: dict[str, Any]

    def line(self, field: str) -> int:
        lines = self.reader.lines
        return lines.field("case", self.number, field) or lines.header("case", self.number)

    def wrong(self, field: str, words: str) -> None:
        self.reader.problem(f'case "{self.name}": {field} {words}', self.line(field))

    def one_of(self, field: str, known: tuple[str, ...]) -> str:
        value = self.plain.get(field, "")
        if value != "" and value not in known:
            self.wrong(field, f"is {_shown(value)}{did_you_mean(str(value), known)}")
            return ""
        return str(value)

    def outputs(
        self,
    ) -> tuple[tuple[StepId, ScriptedOutputs | tuple[ScriptedOutputs, ...]], ...]:
        found: list[tuple[StepId, ScriptedOutputs | tuple[ScriptedOutputs, ...]]] = []
        for field, value in self.plain.items():
            step = place_of(field)
            if step is None:
                continue
            if isinstance(value, list):
                found.append((step, tuple(self._outputs(field, one) for one in value)))
            else:
                found.append((step, self._outputs(field, value)))
        return tuple(found)

    def _outputs(self, field: str, value: Any) -> ScriptedOutputs:
        if isinstance(value, dict):
            return value
        if isinstance(value, str) and value in _FAILURES:
            return KeyFailure(_FAILURES[value], "scripted")
        words = f'must be a table of outputs, or "failed", found {_shown(value)}'
        self.wrong(field, words)
        return {}

    def answers(self) -> tuple[tuple[str, str], ...]:
        value = self.plain.get("answers", {})
        if not isinstance(value, dict):
            self.wrong("answers", f"must be a table, found {_shown(value)}")
            return ()
        for subject, words in value.items():
            if not isinstance(words, str):
                self.wrong("answers", f"to `{subject}` must be a text, found {_shown(words)}")
        return tuple((subject, str(words)) for subject, words in value.items())

    def expected(self) -> tuple[ExpectedField, ...]:
        found: list[ExpectedField] = []
        decisions = self.plain.get("decisions", {})
        if not isinstance(decisions, dict):
            self.wrong("decisions", f"must be a table by step, found {_shown(decisions)}")
            decisions = {}
        for name, texts in decisions.items():
            if (step := place_of(name)) is None:
                self.wrong("decisions", f"names no step: `{name}`")
            found.append(self._list("decisions", texts, f"decisions of {step}"))
        found += [self._list(f, self.plain[f], f) for f in LISTS if f in self.plain]
        if outcome := self.one_of("outcome", tuple(o.value for o in Outcome)):
            found.append(ExpectedField("outcome", (outcome,), self.line("outcome")))
        return tuple(found)

    def _list(self, field: str, value: Any, name: str) -> ExpectedField:
        texts = value if isinstance(value, list) else []
        good = all(isinstance(one, (str, int)) and one is not True for one in texts)
        if not isinstance(value, list) or not good:
            self.wrong(field, f"must be a list of texts, found {_shown(value)}")
        return ExpectedField(name, tuple(str(one) for one in texts), self.line(field))


def _tables(tree: dict[str, Any], name: str, reader: _Reader) -> list[dict[str, Any]]:
    found = tree.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        reader.problem(f"`{name}` must be written as [[{name}]]", reader.top(name))
        return []
    return found


def _declared_input(plain: Any) -> Any:
    if not isinstance(plain, str):
        return plain
    return {"name": plain, "label": plain.replace("_", " "), "formats": ["csv"]}


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
