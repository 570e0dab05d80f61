"""The record for the review: what the evidence holds is filled in, the rest is left to tick off."""

from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import Mode
from runner.report.incident_record import incident_markdown
from tests.report.driven import INCIDENT, RUNBOOK, Told, by_alice, drive

EVIDENCE = """
## Evidence & Audit Notes

### Entries to record

- When the alert fired, and who took it

### Artifacts to Save

1. **The export of Step 1**
2. **Jupyter KEY Outputs**
   - Webhook delivery analysis (`jupyter-webhook-event-analysis`)
   - Log analysis (`jupyter-log-analysis`)
"""


def record(told: Told) -> str:
    return incident_markdown(told.story, told.program.runbook)


def of_alice() -> str:
    return record(drive(INCIDENT, by_alice(), Mode.ATTENDED, RUNBOOK + EVIDENCE))


def test_it_names_the_incident_the_outcome_and_who_ran_it() -> None:
    text = of_alice()
    assert text.startswith("# Incident INC-1042: Stripe webhooks are failing\n")
    assert "by alice on ops-1" in text


def test_the_timeline_tells_each_move_with_its_time() -> None:
    lines = of_alice().splitlines()
    at = lines.index("## Timeline (UTC)")
    assert lines[at + 2] == "**2026-11-22**"
    assert any(line.startswith("- 15:02:") and "Step 3 reached" in line for line in lines[at:])


def test_entries_are_left_to_write_with_what_the_evidence_says_to_them() -> None:
    text = of_alice()
    assert "- [ ] When the alert fired, and who took it\n" in text
    assert "- Action 1, Update the webhook secret: done" in text


def test_an_artifact_of_a_key_that_ran_is_there_with_its_digest() -> None:
    expected = (
        "- [x] Webhook delivery analysis (jupyter-webhook-event-analysis)\n"
        f"  - keys/step-3.1.1/executed.ipynb, sha256:{'d4' * 32}\n"
    )
    assert expected in of_alice()


def test_what_nobody_made_is_left_to_save() -> None:
    text = of_alice()
    assert "- [ ] The export of Step 1\n" in text
    assert "- [ ] Log analysis (jupyter-log-analysis): its KEY did not run\n" in text


def test_a_key_that_failed_without_a_notebook_is_not_ticked_off() -> None:
    failed = drive(KeyFailure(FailureKind.REFUSED, "no column"), runbook=RUNBOOK + EVIDENCE)
    assert "(jupyter-webhook-event-analysis): it left no notebook\n" in record(failed)


def test_a_key_that_the_runbook_does_not_ask_for_is_told_too() -> None:
    expected = "- [x] jupyter-webhook-event-analysis, which the runbook does not ask for\n"
    assert expected in record(drive(INCIDENT))
