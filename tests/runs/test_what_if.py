"""What another text of a runbook would have decided, from what a run recorded."""

import json
from pathlib import Path

import pytest

from runner.errors import NotFound, UsageError
from runner.interpreter.differences import changed_decisions, changed_outputs
from runner.model.runs import Mode
from runner.model.source import SourceText
from runner.runs.edited_text import edited
from runner.runs.recorded import RecordedRun
from runner.runs.replay import OtherText, SupposedRun, suppose_run
from tests.report.driven import CONTRACT, INCIDENT, RUNBOOK, Told, by_alice, drive

RECORDED = drive(INCIDENT)


def recorded(told: Told = RECORDED) -> RecordedRun:
    return RecordedRun(
        Path("20261122T150211000Z-webhook-failures-7k2q"),
        told.program,
        (json.dumps(CONTRACT),),
        told.entries,
        "0" * 64,
        (),
    )


def supposed(edit: str, told: Told = RECORDED) -> SupposedRun:
    return suppose_run(recorded(told), OtherText(edit=edit))


def test_the_same_text_decides_the_same() -> None:
    one = suppose_run(recorded(), OtherText(RECORDED.program.runbook.source))
    assert one.changed == ()
    assert one.is_told


def test_a_lower_threshold_keeps_the_gate_closed() -> None:
    first = supposed("step 3: Success Rate < 90%").changed[0]
    assert first.was is not None
    assert first.now is not None
    assert (first.was.about, first.was.verdict) == ("If Success Rate < 95%", "yes")
    assert (first.now.about, first.now.verdict) == ("If Success Rate < 90%", "no")
    assert first.now.why == "91.2 % >= 90 %"


def test_another_condition_can_change_the_outcome() -> None:
    one = supposed("3: Signature Errors => more than 50 signature errors")
    assert (one.was, one.now) == ("actions recommended", "inconclusive")


def test_answers_are_those_that_people_gave() -> None:
    told = drive(INCIDENT, by_alice(), Mode.ATTENDED)
    one = suppose_run(recorded(told), OtherText(told.program.runbook.source))
    assert one.changed == ()
    assert one.not_asked == ()


def test_a_question_that_only_the_other_text_asks_is_named_and_stays_open() -> None:
    told = drive(INCIDENT, by_alice(), Mode.ATTENDED)
    other = RUNBOOK.replace("If it answers 400", "If it answers 401")
    one = suppose_run(recorded(told), OtherText(SourceText("other.md", other)))
    assert "step 2/1 step" in one.not_asked
    assert not one.is_told


def test_a_key_that_did_not_run_is_named_and_has_no_outputs() -> None:
    other = RUNBOOK.replace("`jupyter-webhook-event-analysis`", "`jupyter-log-analysis`")
    contract = json.dumps({**CONTRACT, "slug": "log-analysis"})
    run = RecordedRun(**{**vars(recorded()), "contracts": (json.dumps(CONTRACT), contract)})
    one = suppose_run(run, OtherText(SourceText("other.md", other)))
    assert one.not_recorded == ("jupyter-log-analysis",)
    assert one.now == "failed"


def test_an_edit_changes_one_condition_and_nothing_else() -> None:
    text = edited(RECORDED.program.runbook, "step 3: Success Rate < 90%").text
    assert text == RUNBOOK.replace("If Success Rate < 95%", "If Success Rate < 90%")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("step 3", "is no edit"),
        ("step 3: => x", "is no edit"),
        ("step 3: Latency > 2 s", "step 3 has no condition about 'Latency > 2 s'"),
        ("step 3: Latency => Signature Errors", "step 3 has no condition about 'Latency'"),
    ],
)
def test_an_edit_that_fits_nothing_is_refused(edit: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        edited(RECORDED.program.runbook, edit)
    assert said in refused.value.happened


def test_an_edit_of_a_step_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(NotFound) as refused:
        edited(RECORDED.program.runbook, "step 9: Success Rate < 90%")
    assert "step 3" in refused.value.hint


def test_two_runs_on_other_data_differ_in_outputs_and_in_what_follows() -> None:
    other = drive({**INCIDENT, "signature_errors": 0, "timeout_errors": 7})
    was, now = ([entry.event for entry in told.entries] for told in (RECORDED, other))
    assert [one.name for one in changed_outputs(was, now)] == [
        "signature_errors",
        "timeout_errors",
    ]
    assert [one.was.about for one in changed_decisions(was, now) if one.was][:2] == [
        "If Signature Errors",
        "If Timeout Errors",
    ]


def test_a_run_beside_itself_differs_in_nothing() -> None:
    events = [entry.event for entry in RECORDED.entries]
    assert changed_decisions(events, events) == ()
    assert changed_outputs(events, events) == ()
