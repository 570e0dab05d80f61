"""Every rule: its documented examples, its page, and its place in the table."""

import re
from pathlib import Path

import pytest

from runner.checks.check import CHECKS
from runner.checks.reference import explain, reference_page
from runner.checks.rule import Rule
from runner.checks.rules import RULES, find_rule
from runner.errors import NotFound
from tests.checks.runbooks import CLEAN, check, codes, in_setting

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "diagnostics.md"


def test_the_clean_runbook_gives_nothing() -> None:
    assert check(CLEAN) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_bad_example_gives_its_code_and_no_other(rule: Rule) -> None:
    assert set(codes(in_setting(rule.bad, rule.setting))) == {rule.code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_mended_example_gives_nothing(rule: Rule) -> None:
    assert codes(in_setting(rule.mended, rule.setting)) == []


BY_PARSER_OR_COMMENTS = ("RB001", "RB007", "RB008", "RB010", "RB011", "RB012", "RB013")


def test_every_rule_but_those_of_the_parser_and_of_comments_has_one_check() -> None:
    checked = [rule.code for rule in RULES if rule.code not in BY_PARSER_OR_COMMENTS]
    assert [code for code, _ in CHECKS] == checked


def test_codes_and_names_are_unique() -> None:
    for names in ([rule.code for rule in RULES], [rule.name for rule in RULES]):
        assert len(set(names)) == len(names)


def test_the_reference_page_is_in_step_with_the_rules() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page()


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    documented = re.findall(r"^### (RB\d{3}) ", PAGE.read_text(encoding="utf-8"), re.M)
    assert documented == [rule.code for rule in RULES]


def test_explain_takes_a_code_or_a_name_in_any_case() -> None:
    assert explain("rb104").startswith("# RB104 condition-for-a-person\n")
    assert explain("condition-for-a-person") == explain("RB104")


def test_explaining_an_unknown_code_names_the_known_ones() -> None:
    with pytest.raises(NotFound) as caught:
        explain("RB999")
    assert "RB104" in caught.value.hint
    assert find_rule("RB999") is None
