"""Commands that were run stand in every view of the run, with their exit codes."""

from datetime import UTC, datetime

from runner.document.parse import parse_runbook
from runner.evidence.journal import InMemoryJournal
from runner.interpreter.program import Program
from runner.model.commands import Command, CommandEnd, CommandResult
from runner.model.events import (
    ApprovalGiven,
    ApprovalRefused,
    CommandFinished,
    CommandRequested,
    CommandStarted,
    QuestionOpened,
    RunStarted,
)
from runner.model.runs import Mode, OpenQuestion, QuestionKind, Trigger
from runner.model.source import SourceText
from runner.report.html import report_html
from runner.report.json_form import story_json
from runner.report.markdown import handoff_markdown
from runner.report.story import Story, tell
from runner.report.text import story_text

UPTIME = Command(1, "uptime <b>", "sha256:1")
RESULT = CommandResult(CommandEnd.EXITED, 3, 0.2, 7, 0, "sha256:2", 1, "commands/1.txt", "out <i>")


def told() -> tuple[Program, Story]:
    journal = InMemoryJournal(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: 0.0)
    asked = OpenQuestion("step 1/1 step", QuestionKind.STEP, "Done?", (), commands=(UPTIME,))
    started = RunStarted("r", "e", "E", "e.md", "", "", Mode.ATTENDED, Trigger("ada", "host"))
    journal.append((started, QuestionOpened(asked)))
    journal.append((CommandRequested(asked.id, 1, "sha256:1", "ada"),))
    journal.append((ApprovalGiven("command 1", "sha256:1", "ada"),))
    journal.append((CommandStarted(1, asked.id, UPTIME.text, "sha256:1", 120.0),))
    journal.append((CommandFinished(1, RESULT),))
    journal.append((CommandRequested(asked.id, 1, "sha256:1", "ada"),))
    journal.append((ApprovalRefused("command 2", "sha256:1", "nobody said yes"),))
    program = Program(parse_runbook(SourceText("e.md", "# E\n")).runbook, ())
    return program, tell(program, journal.entries)


def test_in_text_json_and_markdown() -> None:
    _, story = told()
    assert "uptime <b>\n     exit code 3, 0.2 s, commands/1.txt (ada, step 1/1" in story_text(story)
    ran, refused = story_json(story)["commands"]
    assert (ran["exit_code"], ran["file"], ran["secrets_masked"]) == (3, "commands/1.txt", 1)
    assert (refused["end"], refused["not_run_because"]) == (None, "nobody said yes")
    assert "exit code 3" in handoff_markdown(story)


def test_on_the_page_text_of_others_is_text() -> None:
    page = report_html(*told(), {}, "")
    assert "uptime &lt;b&gt;" in page
    assert "out &lt;i&gt;" in page
    assert "<i>" not in page
