"""`runbook.toml`: what it says, and everything that is wrong with it at once."""

import pytest

from runner.runs.schedule.decoder import decode_schedule
from runner.runs.schedule.entry import NamedText, OnMissed, OnOverlap, ScheduleEntry

GOOD = """
[lint]
ignore = ["RB104"]

[[schedule]]
name = "daily"
runbook = "webhook-failures"
cron = "0 6 * * *"
timezone = "Europe/Berlin"
inputs = { webhook_log = "exports/webhook_logs_{YYYYMMDD-1d}.csv" }
parameters = { timezone = "UTC", minimum = 3, strict = true }
incident = "DAILY"
verify = false
on_missed = "skip"
on_overlap = "queue"
"""


def known(name: str) -> str:
    return "" if name == "webhook-failures" else "there is no such runbook"


def problems(text: str) -> tuple[str, ...]:
    return decode_schedule(text, known).problems


def test_an_entry_is_read_and_other_tables_are_left_alone() -> None:
    schedule = decode_schedule(GOOD, known)
    assert schedule.problems == ()
    assert schedule.entries == (
        ScheduleEntry(
            name="daily",
            runbook="webhook-failures",
            cron="0 6 * * *",
            timezone="Europe/Berlin",
            inputs=(NamedText("webhook_log", "exports/webhook_logs_{YYYYMMDD-1d}.csv"),),
            parameters=(
                NamedText("timezone", "UTC"),
                NamedText("minimum", "3"),
                NamedText("strict", "true"),
            ),
            incident="DAILY",
            on_missed=OnMissed.SKIP,
            on_overlap=OnOverlap.QUEUE,
        ),
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = """
    [[schedule]]
    name = "Daily Run"
    runbook = "webhook-failure"
    cron = "61 6 * * *"
    timezone = "Europe/Belrin"
    inputs = { log = "logs_{DDMMYY}.csv" }
    on_mised = "skip"
    on_overlap = "wait"
    verify = "tomorrow"
    """
    where = "[[schedule]] 1 (Daily Run): "
    assert [problem.removeprefix(where) for problem in problems(text)] == [
        "on_mised = 'skip': no such field; did you mean on_missed?",
        "name = 'Daily Run': a name has 1 to 48 of a-z, 0-9 and dashes, none at its ends",
        "runbook = 'webhook-failure': there is no such runbook",
        "cron = '61 6 * * *': it cannot be read: bad minute",
        "timezone = 'Europe/Belrin': no time zone of this name is known; "
        "write one such as Europe/Berlin or UTC",
        "inputs = {'log': 'logs_{DDMMYY}.csv'}: log: {DDMMYY} is no date; write {YYYYMMDD}, "
        "{YYYY-MM-DD} or, for the day before, {YYYYMMDD-1d}",
        'verify = \'tomorrow\': true, false or one of "immediate", "ongoing", "final", "all"',
        'on_overlap = \'wait\': one of "skip", "queue"',
    ]


def test_what_is_missing_or_of_the_wrong_kind_is_named() -> None:
    text = '[[schedule]]\nname = 4\ncron = ["0 6 * * *"]\ninputs = "x.csv"\nincident = "a\\nb"\n'
    assert problems(text) == (
        "[[schedule]] 1 (4): name = 4: a text in quotes is wanted",
        "[[schedule]] 1 (4): runbook: it is missing",
        "[[schedule]] 1 (4): cron = ['0 6 * * *']: a text in quotes is wanted",
        "[[schedule]] 1 (4): inputs = 'x.csv': write { NAME = \"…\" }",
        "[[schedule]] 1 (4): incident = 'a\\nb': one line of printable text is wanted",
    )


def test_two_entries_of_one_name_and_other_spellings_of_the_table() -> None:
    one = '[[schedule]]\nname = "a"\nrunbook = "webhook-failures"\ncron = "0 6 * * *"\n'
    assert problems(one + one) == ("two entries are called 'a'",)
    assert problems("[[schedules]]\n") == ("[[schedules]] is not read; did you mean [[schedule]]?",)
    assert problems('[schedule]\nname = "a"\n') == (
        "write each entry as [[schedule]], in double brackets",
    )
    assert "it is no TOML" in problems("[[schedule")[0]


@pytest.mark.parametrize(
    ("written", "horizon"),
    [("false", ""), ("true", "all"), ('"ongoing"', "ongoing"), ('"all"', "all")],
)
def test_a_verification_is_of_one_horizon_or_of_all(written: str, horizon: str) -> None:
    schedule = decode_schedule(GOOD.replace("verify = false", f"verify = {written}"), known)
    assert [entry.verify for entry in schedule.entries] == [horizon]
