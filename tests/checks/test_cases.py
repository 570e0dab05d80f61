"""The case files: a Markdown example, the codes that it gives, and the words under each caret."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.checks.rule import Setting
from runner.checks.rules import RULES
from tests.checks.runbooks import CASES, check, in_setting

_EXPECTED = re.compile(r"^expects: (RB\d{3}) `(.*)`$", re.M)
_SETTING = {"in: " + s.name.lower().replace("_", " "): s for s in Setting}


@dataclass(frozen=True)
class Case:
    name: str
    runbook: str
    expected: list[tuple[str, str]]


def _cases(path: Path) -> list[Case]:
    text = path.read_text(encoding="utf-8")
    found = []
    for match in re.finditer(r"^## (?!#).*\nin: .*\n", text, re.M):
        head, example = text[match.start() :].split("~~~markdown\n", 1)
        setting = _SETTING[head.splitlines()[1]]
        expected = _EXPECTED.findall(head)
        assert expected or "expects: nothing" in head
        line = text[: match.start()].count("\n") + 1
        runbook = in_setting(example[: example.index("~~~\n")], setting)
        found.append(Case(f"{path.name}:{line}", runbook, expected))
    return found


FILES = sorted(CASES.glob("RB*.md"))


@pytest.mark.parametrize("case", [c for f in FILES for c in _cases(f)], ids=lambda case: case.name)
def test_case(case: Case) -> None:
    text = case.runbook
    found = [(d.code, " ".join(text[d.span.start : d.span.end].split())) for d in check(text)]
    assert found == case.expected


def test_every_rule_has_a_case_file() -> None:
    assert [path.stem for path in FILES] == [rule.code for rule in RULES]
