import json
from collections.abc import Callable
from html import unescape

import pytest

from runner.errors import NotFound
from runner.model.events import KeyStarted
from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import Answer, AnswerSource, Mode
from runner.report.html import MOST_CHART_BYTES, report_html
from runner.report.json_form import story_json
from runner.report.markdown import handoff_markdown, plain
from runner.report.style import ANSI
from runner.report.text import question_text, story_text
from runner.report.why import why_text
from tests.report.driven import (
    CONTRACT,
    INCIDENT,
    RUNBOOK,
    Golden,
    Told,
    by_alice,
    drive,
    question_of,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
CHART = "keys/step-3.1.1/failures.svg"
HEAD = "9c" * 32


def page(told: Told) -> str:
    return report_html(told.program, told.story, {CHART: SVG}, HEAD)


def test_why_is_told_as_the_golden_file_says(golden: Golden) -> None:
    told = drive(INCIDENT)

    golden("report/why.txt", why_text(told.program, told.entries))


def test_why_names_the_value_that_would_have_changed_each_verdict() -> None:
    told = drive(INCIDENT)
    text = " ".join(why_text(told.program, told.entries, "3").split())

    assert "would not hold from 95 % on" in text
    assert "would not hold below 7 (0.1 % of events, 6,113)" in text
    assert "would hold from 1 on" in text
    assert "delivery_success_rate = 0.912" in text


def test_why_of_a_step_that_was_not_reached_names_those_that_were() -> None:
    told = drive(INCIDENT)

    with pytest.raises(NotFound) as refused:
        why_text(told.program, told.entries, "9")

    assert "step 3" in refused.value.hint


def test_why_of_a_persons_step_says_who_decided() -> None:
    told = drive(INCIDENT, by_alice(), Mode.ATTENDED)

    assert "alice says so: curl says 400" in why_text(told.program, told.entries, "step 2")


def test_the_json_form_is_as_the_golden_file_says(golden: Golden) -> None:
    text = json.dumps(story_json(drive(INCIDENT).story), indent=2, ensure_ascii=False)

    golden("report/incident.json", text + "\n")


def test_the_json_form_of_an_interrupted_run_has_no_outcome() -> None:
    told = story_json(drive(INCIDENT).until(KeyStarted).story)

    assert (told["outcome"], told["exit_code"], told["state"]) == (None, None, "interrupted")
    assert told["steps"][-1]["keys"][0]["state"] == "no end recorded"


def test_the_handoff_is_as_the_golden_file_says(golden: Golden) -> None:
    golden("report/handoff.md", handoff_markdown(drive(INCIDENT).story))


@pytest.mark.parametrize(
    ("foreign", "inert"),
    [
        ("@channel look", "@ channel look"),
        ("a | b `c`", "a \\| b \\`c\\`"),
        ("[x](javascript:alert(1))", "\\[x\\]\\(javascript:alert(1))"),
        ("see https://evil.example", "see https: //evil.example"),
        ("<script>", "&lt;script>"),
        ("<!channel>", "&lt;!channel>"),
        ("webhook_logs < 95 %", "webhook_logs < 95 %"),
        ("_slanted_ *bold*", "\\_slanted\\_ \\*bold\\*"),
        ("&#64;here", "&amp;# 64;here"),
    ],
)
def test_text_of_others_stays_text_in_markdown(foreign: str, inert: str) -> None:
    assert plain(foreign) == inert


def test_the_page_is_as_the_golden_file_says(golden: Golden) -> None:
    golden("report/incident.html", page(drive(INCIDENT)))


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html = page(drive(INCIDENT))

    assert "default-src 'none'; style-src 'sha256-" in unescape(html)
    for forbidden in ("<script", "http://", "https://", "href=", "style=", "@import", "url("):
        assert forbidden not in html
    assert html.count("src=") == html.count('src="data:image/svg+xml;base64,') == 1


def test_a_chart_that_is_too_large_is_left_in_the_run_folder() -> None:
    told = drive(INCIDENT)
    html = report_html(told.program, told.story, {CHART: b" " * (MOST_CHART_BYTES + 1)}, HEAD)

    assert "src=" not in html
    assert f"(in the run folder: {CHART})" in html


def test_the_page_of_an_interrupted_run_says_so() -> None:
    html = page(drive(INCIDENT).until(KeyStarted))

    assert '<div class="word">interrupted</div>' in html
    assert "exit code" not in html


EVIL = "\x1b[31m\x9b2J\u202e<script>alert(1)</script>](javascript:alert(2)) @channel `x` | \r\nYES"


def _hostile() -> Told:
    """A run in which everything that others write is hostile."""
    outputs = [{**o, "label": f"{o['label']} {EVIL}"} for o in CONTRACT["outputs"]]
    contract = {**CONTRACT, "outputs": outputs, "title": EVIL, "version": EVIL}
    answers = {
        question: Answer(answer.chosen, AnswerSource.OBSERVED, EVIL, EVIL)
        for question, answer in by_alice().items()
    }
    values = {
        **INCIDENT,
        "worst_event_type": EVIL,
        "failures_by_event_type": [[EVIL, "1"]],
        "failures_over_time": EVIL,
    }
    one_line = EVIL.replace("\r\n", " ")
    runbook = RUNBOOK.replace("Stripe", one_line).replace("Patterns", one_line)
    runbook = runbook.replace("If it answers", f"If {one_line} answers")
    return drive(values, answers, Mode.ATTENDED, runbook, contract, incident=EVIL)


def _hostile_failure() -> Told:
    return drive(KeyFailure(FailureKind.CELL, EVIL, (), 1, EVIL), incident=EVIL)


def _markdown(told: Told) -> str:
    return handoff_markdown(told.story)


def _json(told: Told) -> str:
    return json.dumps(story_json(told.story), ensure_ascii=False)


def _text(told: Told) -> str:
    return story_text(told.story) + story_text(told.story, 40)


def _why(told: Told) -> str:
    return "".join(why_text(told.program, told.entries, step) for step in ("2", "3", "4"))


def _questions(told: Told) -> str:
    return question_text(question_of(told, "step 2/1 step"))


@pytest.mark.parametrize("view", [_text, _json, _markdown, _why, _questions, page])
@pytest.mark.parametrize("told", [_hostile(), _hostile_failure()], ids=["result", "failure"])
def test_no_character_that_draws_survives(view: Callable[[Told], str], told: Told) -> None:
    text = view(told)

    assert [c for c in "\x1b\x9b\u202e\r\x07" if c in text] == []


@pytest.mark.parametrize("told", [_hostile(), _hostile_failure()], ids=["result", "failure"])
def test_no_markup_of_others_survives_where_markup_means_something(told: Told) -> None:
    html, markdown = page(told), _markdown(told)

    assert "<script" not in html
    assert html.count("<img ") == html.count('<img src="data:image/svg+xml;base64,')
    for live in ("<script", "](", "@channel", " `x`", " | "):
        assert live not in markdown


def test_no_text_of_others_forges_a_line() -> None:
    lines = (_text(_hostile()) + _markdown(_hostile())).splitlines()

    assert [line for line in lines if line.startswith("YES")] == []


def test_colour_is_the_only_escape_in_coloured_text() -> None:
    text = story_text(_hostile().story, 80, ANSI)
    for code in ("0", "1", "2", "31", "32", "33"):
        text = text.replace(f"\x1b[{code}m", "")

    assert "\x1b" not in text
