from datetime import timedelta

import pytest

from runner.model.events import JournalEntry, KeyStarted, QuestionOpened, StepEntered
from runner.model.results import CellReport, CellState, FailureKind, KeyFailure
from runner.model.runs import Mode
from runner.report.json_form import story_json
from runner.report.layout import width_of, wrapped
from runner.report.story import tell
from runner.report.style import ANSI
from runner.report.text import outcome_text, question_text, step_text, story_text
from tests.report.driven import INCIDENT, Golden, Told, by_alice, drive, question_of

BROKEN_CELL = KeyFailure(
    FailureKind.CELL,
    "KeyError: 'http_status'",
    (CellReport(1, CellState.COMPLETED, 0.1), CellReport(2, CellState.FAILED, 0.4)),
    2,
    "Traceback (most recent call last):\n  …\nKeyError: 'http_status'",
    0.5,
)
RUNS = {
    "incident": drive(INCIDENT),
    "attended": drive(INCIDENT, by_alice(), Mode.ATTENDED),
    "healthy": drive({**INCIDENT, "delivery_success_rate": 0.994, "signature_errors": 3}),
    "no-rows": drive({"events": 0, "signature_errors": 0, "timeout_errors": 0}),
    "escalate": drive({**INCIDENT, "delivery_success_rate": 0.42}),
    "failed": drive(BROKEN_CELL),
    "interrupted": drive(INCIDENT).until(KeyStarted),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_told_as_the_golden_file_says(name: str, golden: Golden) -> None:
    golden(f"report/{name}.txt", story_text(RUNS[name].story))


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    lines = story_text(RUNS[name].story, width).splitlines()

    assert [line for line in lines if width_of(line) > width] == []


def test_a_step_looks_as_the_design_shows_it() -> None:
    step = step_text(RUNS["incident"].story.steps[2]).splitlines()

    assert [" ".join(line.split()) for line in (step[0], step[1], *step[4:])] == [
        "Step 3 Analyze Webhook Delivery Patterns 1.6 s",
        "Delivery success rate 91.2 % should be > 95 % BROKEN",
        "YES If Success Rate < 95% 91.2 % < 95 % → Step 4 :33",
        "YES If Signature Errors 41 of 6,113 → Action 1 :34",
        "no If Timeout Errors 0 :35",
        "next: Step 4 (Action 1 recommended)",
    ]


def test_forty_columns_cut_off_nothing() -> None:
    wide = story_text(RUNS["incident"].story, 200)
    narrow = story_text(RUNS["incident"].story, 40)

    for words in ("91.2 %", "> 95 %", "41 of 6,113", "2026-11-22 14:21:00 UTC", "Action 1"):
        assert words in wide
        assert words.split()[0] in narrow


def test_an_interrupted_run_says_so_and_claims_nothing() -> None:
    text = outcome_text(RUNS["interrupted"].story)

    assert text.startswith("INTERRUPTED\n")
    assert "jupyter-webhook-event-analysis was running in Step 3" in " ".join(text.split())
    assert "Go on: runbook resume" in " ".join(text.split())
    assert RUNS["interrupted"].story.finished is None
    assert "exit code" not in text


def test_a_run_that_waits_says_for_which_question() -> None:
    story = drive(INCIDENT).until(QuestionOpened).story

    assert "it waited for an answer" in story.headline.sentence
    assert story.steps[0].questions[0].answer is None


def test_a_run_that_a_process_still_holds_is_not_called_interrupted() -> None:
    cut = drive(INCIDENT).until(StepEntered)

    assert tell(cut.program, cut.entries, alive=True).headline.word == "running"


def test_a_cut_anywhere_is_told_without_an_outcome() -> None:
    whole = RUNS["attended"]
    for length in range(1, len(whole.entries)):
        cut = Told(whole.program, whole.entries[:length])

        assert cut.story.headline.word == "interrupted"
        assert story_text(cut.story, 40)


def test_a_run_that_went_on_in_another_process_keeps_its_duration() -> None:
    whole = RUNS["incident"]
    resumed = tuple(
        entry if n < 10 else _later(entry, minutes=10, elapsed=0.1 * (n - 10))
        for n, entry in enumerate(whole.entries)
    )

    seconds = Told(whole.program, resumed).story.header.seconds

    assert 600 < seconds < 615


def test_colour_changes_nothing_but_colour() -> None:
    story = RUNS["failed"].story
    coloured = story_text(story, 80, ANSI)
    for code in ("0", "1", "2", "31", "32", "33"):
        coloured = coloured.replace(f"\x1b[{code}m", "")

    assert coloured == story_text(story, 80)


@pytest.mark.parametrize("asked", ["step 4/1 step", "action 1", "safety 1/1 step"])
def test_a_question_is_put_as_the_golden_file_says(asked: str, golden: Golden) -> None:
    text = question_text(question_of(RUNS["incident"], asked))

    golden(f"report/question-{asked.replace('/', '-').replace(' ', '-')}.txt", text)


def test_a_number_is_not_parted_from_its_unit() -> None:
    assert wrapped("the rate is now 91.2 % of all", 18) == ["the rate is now", "91.2 % of all"]


def test_wide_characters_count_two_columns() -> None:
    assert wrapped("日本語 日本語 日本語", 14) == ["日本語 日本語", "日本語"]


def test_a_word_longer_than_the_line_goes_on_in_the_next() -> None:
    assert wrapped("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def _later(entry: JournalEntry, minutes: int, elapsed: float) -> JournalEntry:
    at = entry.at + timedelta(minutes=minutes)
    return JournalEntry(entry.number, at, elapsed, entry.previous, entry.event)


def test_the_end_names_the_follow_ups_and_a_loop_that_ended_it() -> None:
    text = (
        "# A\n\n### Step 1: Look\n\n- Run: `jupyter-webhook-event-analysis`\n"
        "- If Signature Errors: rerun `jupyter-webhook-event-analysis`\n\n"
        "## Follow-Ups\n\n- Run: `jupyter-weekly-report`\n"
    )
    story = drive(INCIDENT, runbook=text).story
    told = outcome_text(story, 200)
    assert "A loop ended the diagnosis: step 1 would be entered more than 3 times." in told
    assert (
        "  Follow-ups\n    - jupyter-weekly-report: runbook keys run jupyter-weekly-report\n"
        in told
    )
    assert story_json(story)["follow_ups"] == [
        "jupyter-weekly-report: runbook keys run jupyter-weekly-report"
    ]
