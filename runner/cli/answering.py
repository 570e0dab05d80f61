"""`answer` and `approve`: an answer put into the inbox of a run, and what became of it."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.cli.left_runs import question_lines
from runner.errors import EvidenceBroken, ExitCode, RunLocked, UsageError
from runner.evidence.store import Store
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line

if TYPE_CHECKING:
    from runner.evidence.letterbox import Letterbox
    from runner.model.runs import OpenQuestion
    from runner.runs.recorded import RecordedRun

_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1


@frozen
class AnswerOptions:
    """The options of `answer` and `approve`, as they were typed."""

    name: str
    question: str
    option: str
    reason: str
    shown: str
    action_name: str
    evidence_dir: Path | None


def answer_command(options: AnswerOptions) -> int:
    """Deliver an answer; without a question or an option show what is open."""
    from runner.runs.answers import chosen_options
    from runner.runs.deliveries import open_question, open_questions

    recorded = _recorded(options)
    if not options.question:
        for question in open_questions(recorded.state):
            _show(question, recorded.folder.name)
        if not open_questions(recorded.state):
            console.say("no question of this run is open")
        return ExitCode.HEALTHY
    question = open_question(recorded.state, options.question)
    if not options.option:
        _show(question, recorded.folder.name)
        return ExitCode.HEALTHY
    return _deliver(recorded, question, chosen_options(question, options.option), options)


def approve_command(options: AnswerOptions) -> int:
    """Deliver a yes or a no to what can be said yes to."""
    from runner.runs.deliveries import open_question

    recorded = _recorded(options)
    question = open_question(recorded.state, options.question)
    keys = [option.key for option in question.options]
    if options.option not in keys:
        raise UsageError(
            f'"{question.id}" is no question of yes or no',
            "Nothing was recorded.",
            f"runbook answer {recorded.folder.name} '{question.id}' with one of: {', '.join(keys)}",
        )
    _refuse_unnamed(question, options)
    _show(question, recorded.folder.name)
    return _deliver(recorded, question, (options.option,), options)


def _recorded(options: AnswerOptions) -> "RecordedRun":
    from runner.runs.recorded import recorded_run

    recorded = recorded_run(Store.locate(options.evidence_dir, os.environ), options.name)
    if recorded.problems:
        raise EvidenceBroken(recorded.problems[0], "Nothing was recorded.")
    if recorded.state.finished:
        raise UsageError(
            f"{recorded.folder.name} is finished", "Nothing was recorded.", "runbook history"
        )
    return recorded


def _refuse_unnamed(question: "OpenQuestion", options: AnswerOptions) -> None:
    wanted = " ".join(question.typed_name.split())
    typed = " ".join(options.action_name.split())
    if options.option == "y" and wanted.casefold() != typed.casefold():
        raise UsageError(
            "this needs the name of the action",
            "Nothing was recorded.",
            f'--name "{safe_line(question.typed_name)}"',
        )


def _deliver(
    recorded: "RecordedRun",
    question: "OpenQuestion",
    chosen: tuple[str, ...],
    options: AnswerOptions,
) -> int:
    """Put the letter in; then the holder of the run journals it, or this process does."""
    from runner.evidence.letterbox import Letter, Letterbox
    from runner.runs.deliveries import question_digest

    shown = question_digest(question)
    if options.shown and not shown.startswith(options.shown):
        raise UsageError(
            "what is asked has changed since it was shown",
            "Nothing was recorded.",
            f"look again: runbook answer {recorded.folder.name} '{question.id}'",
        )
    letter = Letter(
        "", os.geteuid(), "", question.id, shown, chosen, options.reason, options.action_name
    )
    box = Letterbox(recorded.folder)
    file = box.post(letter)
    return _fate(recorded.folder, file, _until_taken(recorded.folder, box, file))


def _until_taken(folder: Path, box: "Letterbox", file: str) -> bool:
    """Whether the letter was taken in time, by the holder of the run or, if none, by us."""
    from runner.runs.delivering import take_letters

    until = time.monotonic() + _PATIENCE_SECONDS
    while box.has(file) and time.monotonic() < until:
        try:
            take_letters(folder)
        except RunLocked:
            time.sleep(_PAUSE_SECONDS)
    return not box.has(file)


def _fate(folder: Path, file: str, taken: bool) -> int:
    """Say what became of a letter, from the record alone."""
    from runner.model.interruptions import AnswerDelivered
    from runner.runs.recorded import read_run

    if not taken:
        console.say("delivered, but not taken yet: the run is busy; it counts once it is on record")
        return ExitCode.WAITING
    events = [entry.event for entry in read_run(folder).entries]
    fates = [e for e in events if isinstance(e, AnswerDelivered) and e.file == file]
    if not fates or fates[-1].refused:
        why = fates[-1].refused if fates else "it is not on record"
        raise UsageError(f"the answer does not count: {safe_line(why)}", "It is kept as refused.")
    console.say(f"recorded as answered by {safe_line(fates[-1].by)}")
    if not _is_held(folder):
        console.say(f"next: runbook resume {folder.name}")
    return ExitCode.HEALTHY


def _is_held(folder: Path) -> bool:
    from runner.evidence.lock import is_held

    return is_held(folder)


def _show(question: "OpenQuestion", run_id: str) -> None:
    from runner.report.text_question import verbatim

    console.say(question.id)
    for command in question.commands:
        console.say(verbatim(command))
    for line in question_lines(question, run_id, ""):
        console.say(line)
