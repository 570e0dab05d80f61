"""`find` and the bare `runbook`: from an alert to a runbook, and from a run to what comes next."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.errors import ExitCode, RunbookError
from runner.keys.catalog import Library
from runner.model.safe_text import safe_line

if TYPE_CHECKING:
    from runner.document.search import Match
    from runner.evidence.summary import RunSummary
    from runner.model.runbook import Runbook

MOST_FOUND = 5
MOST_OPEN = 10
_LOOKED_AT = 500
SHORT_HELP = """\
runbook find TEXT          which runbook an alert or a problem calls for
runbook plan NAME          what it would do, and what it needs
runbook run NAME -i FILE   run it to a decision, and keep the evidence
runbook why [RUN]          why a run went where it went
runbook list               the runbooks and KEYs that are here
runbook help all           all commands"""


def find_command(text: str, as_json: bool, library: Path | None) -> int:
    """Print the runbooks that fit an alert or words; 1 where none does."""
    from runner.document.search import near_names, search

    runbooks = _runbooks(Library.find(library, Path.cwd(), os.environ))
    matches = search(runbooks, text)[:MOST_FOUND]
    if as_json:
        console.result(json.dumps([_as_data(m) for m in matches], indent=2, ensure_ascii=False))
    for match in () if as_json else matches:
        console.result(f"{safe_line(match.runbook.slug)}  {safe_line(match.runbook.title)}")
        console.result(f"  because  {safe_line(match.because)}")
        console.result(f"  next     {_next(match)}")
    if matches:
        return ExitCode.HEALTHY
    near = near_names(runbooks, text)
    console.say(f"no runbook speaks of {safe_line(text)!r}")
    console.say(f"hint:  near: {', '.join(near)}" if near else "hint:  runbook list")
    return ExitCode.FINDINGS


def open_runs_command(evidence_dir: Path | None, commands: frozenset[str]) -> int:
    """Print the runs that have not ended, the newest first, and a short help.

    `commands` are the commands that there are: no other is recommended.
    """
    from runner.evidence.index import Index
    from runner.evidence.standing import Finished
    from runner.evidence.store import Store

    store = Store.locate(evidence_dir, os.environ)
    runs = Index(store).history(_LOOKED_AT) if store.runs_folder.is_dir() else ()
    unfinished = [run for run in runs if not isinstance(run.standing, Finished)]
    if unfinished:
        console.result("Open runs")
    for run in unfinished[:MOST_OPEN]:
        incident = f"  {safe_line(run.incident)}" if run.incident else ""
        console.result(f"  {run.id}  {run.standing}{incident}")
        console.result(f"    next: {_next_for(run, commands)}")
    if len(unfinished) > MOST_OPEN:
        console.result(f"  and {len(unfinished) - MOST_OPEN} more: runbook history")
    console.result(("\n" if unfinished else "") + SHORT_HELP)
    return ExitCode.HEALTHY


def _next_for(run: "RunSummary", commands: frozenset[str]) -> str:
    from runner.evidence.standing import Damaged, Interrupted, Waiting

    if isinstance(run.standing, Damaged):
        return f"runbook evidence verify {run.id}"
    if isinstance(run.standing, Interrupted | Waiting) and "resume" in commands:
        return f"runbook resume {run.id}"
    return f"runbook report {run.id}"


def _runbooks(library: Library) -> tuple["Runbook", ...]:
    """Every runbook that can be read; one that cannot holds up no other."""
    from runner.document.parse import parse_runbook
    from runner.model.source import SourceText
    from runner.runs.runbook_files import read_text

    found = []
    for path in library.runbooks():
        try:
            found.append(parse_runbook(SourceText(str(path), read_text(path))).runbook)
        except RunbookError as error:
            console.say(f"left out: {error.happened}")
    return tuple(found)


def _next(match: "Match") -> str:
    return f"runbook plan {safe_line(match.runbook.slug)}"


def _as_data(match: "Match") -> dict[str, object]:
    return {
        "slug": match.runbook.slug,
        "title": match.runbook.title,
        "file": match.runbook.source.path,
        "score": match.score,
        "because": match.because,
        "alerts": list(match.runbook.alerts),
        "next": _next(match),
    }
