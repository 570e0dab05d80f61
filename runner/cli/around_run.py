"""What stands around a run, begun or resumed: who is asked, what is shown, what stops it."""

import os
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli.options import OutputFormat
from runner.errors import ExitCode, InvalidRunbook

if TYPE_CHECKING:
    from queue import SimpleQueue

    from runner.cli.run_views import RunView
    from runner.evidence.store import Store
    from runner.interpreter.program import Program
    from runner.keys.catalog import Library
    from runner.keys.executor import KeyExecutor
    from runner.runs.begin import CompletedRun, LeftRun
    from runner.runs.loading import LoadedRunbook
    from runner.runs.loop import Message
    from runner.runs.operators import Operator


def at_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def refuse_errors(loaded: "LoadedRunbook", library: "Library") -> None:
    """A runbook with errors is not run: say which, before anything is executed."""
    from runner.cli.look_ahead import diagnose
    from runner.model.diagnostics import Severity

    errors = tuple(d for d in diagnose(loaded, library) if d.severity is Severity.ERROR)
    if errors:
        from runner.cli import console
        from runner.report.diagnostics import diagnostics_text
        from runner.report.style import style_for

        style = style_for(console.wants_colour(sys.stderr))
        text = diagnostics_text(loaded.runbook.source, errors, style)
        print(text, file=sys.stderr)
        plural = "s" if len(errors) > 1 else ""
        raise InvalidRunbook(
            f"{loaded.path} has {len(errors)} error{plural}",
            "nothing was executed",
            f"runbook lint {loaded.path}",
        )


def operator_for(
    answers: dict[str, str], attended: bool, stop_at_person: bool, view: "RunView"
) -> "Operator":
    """Who answers: what was given ahead, then the person at the terminal, one later, or nobody."""
    from runner.model.runs import AnswerSource
    from runner.runs.at_terminal import AtTerminal
    from runner.runs.begin import login
    from runner.runs.operators import NotYet, Scripted, Unattended

    someone: Operator = Unattended()
    if stop_at_person:
        someone = NotYet(login())
    elif attended:
        someone = AtTerminal(sys.stdin, view, login(), frozenset(os.environ))
    if answers:
        return Scripted(answers, AnswerSource.GIVEN_AHEAD, login(), someone)
    return someone


def view_for(
    program: "Program",
    form: OutputFormat,
    store: "Store",
    evidence_dir: Path | None,
    is_kept: bool = True,
) -> "RunView":
    """What shows the run. `is_kept` says that evidence is left to be looked at."""
    from runner.cli.run_views import JsonView, LinesView, RunView
    from runner.evidence.index import Index

    match form:
        case OutputFormat.JSON:
            return JsonView(program)
        case OutputFormat.JSONL:
            return LinesView(program)
        case OutputFormat.AUTO:
            live = sys.stderr.isatty()
        case _:
            live = form is OutputFormat.LIVE
    where = f" --evidence-dir {shlex.quote(str(evidence_dir))}"
    named = evidence_dir and "RUNBOOK_EVIDENCE_DIR" not in os.environ
    usual = Index(store, patience_seconds=0.1).usual_seconds
    return RunView(program, live, where if named else "", usual, is_kept)


def listen_to_signals(inbox: "SimpleQueue[Message]", executor: "KeyExecutor") -> None:
    """The first signal leaves the run in order, to be resumed; a second one ends it at once."""
    from runner.runs.loop import Interrupt

    received: list[int] = []

    def receive(number: int, frame: object) -> None:
        if received:
            executor.stop()
            os._exit(128 + number)
        received.append(number)
        inbox.put(Interrupt(number))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, receive)


def shown(ended: "CompletedRun | LeftRun", view: "RunView", exit_zero: bool) -> int:
    """Show how a run ended or that it was left; the exit code."""
    from runner.runs.begin import LeftRun

    if isinstance(ended, LeftRun):
        view.left(ended)
        signal_number = ended.suspended.signal
        return ExitCode.ABORTED + signal_number if signal_number else ExitCode.WAITING
    view.finished(ended)
    return 0 if exit_zero else ended.finished.exit_code
