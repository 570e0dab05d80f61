"""`history`, `show`, `why` and `report`: what the evidence of past runs says."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.errors import ExitCode, NotFound, UsageError
from runner.evidence.store import Store
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line

if TYPE_CHECKING:
    from runner.evidence.index import Between
    from runner.runs.recorded import RecordedRun


@frozen
class HistoryFilter:
    """Which runs to list; an empty text means any."""

    runbook: str
    outcome: str
    incident: str
    limit: int
    words: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


def history_command(wanted: HistoryFilter, as_json: bool, evidence_dir: Path | None) -> int:
    """Print past runs, the newest first."""
    from runner.evidence.index import Index
    from runner.model.runs import Mode, Outcome

    known = [outcome.value for outcome in Outcome]
    if wanted.outcome and wanted.outcome not in known:
        raise UsageError(
            f"there is no outcome {wanted.outcome!r}", "", f"one of: {', '.join(known)}"
        )
    runs = Index(_store(evidence_dir)).history(
        wanted.limit,
        wanted.runbook or None,
        Outcome(wanted.outcome) if wanted.outcome else None,
        wanted.incident or None,
        wanted.words,
        _between(wanted),
    )
    if as_json:
        rows = [
            {
                "id": run.id,
                "runbook": run.slug,
                "started": run.started.isoformat() if run.started else None,
                "mode": run.mode.value if run.mode else None,
                "standing": str(run.standing),
                "exit_code": run.exit_code,
                "incident": run.incident,
                "user": run.user,
                "seconds": round(run.seconds, 3),
            }
            for run in runs
        ]
        console.result(json.dumps(rows, indent=2, ensure_ascii=False))
        return ExitCode.HEALTHY
    for run in runs:
        took = f"{run.seconds:.1f} s".rjust(8)
        incident = f"  {safe_line(run.incident)}" if run.incident else ""
        if run.mode is Mode.VERIFICATION:
            incident = f"  verification{incident}"
        console.result(f"{run.id:<41}  {run.standing!s:<19}{took}{incident}")
    if not runs:
        first = "no runs yet; start one: runbook run NAME --input FILE"
        chosen = HistoryFilter("", "", "", wanted.limit) != wanted
        console.say("no run fits; without options all are listed" if chosen else first)
    return ExitCode.HEALTHY


def _between(wanted: HistoryFilter) -> "Between":
    from datetime import UTC, datetime

    from runner.cli.since import read_since, read_until
    from runner.evidence.index import ALWAYS, Between
    from runner.evidence.store import stamp_of

    now = datetime.now(UTC)
    first = stamp_of(read_since(wanted.since, now)) if wanted.since else ALWAYS.first
    end = stamp_of(read_until(wanted.until, now)) if wanted.until else ALWAYS.end
    return Between(first, end)


def show_command(
    run_name: str, as_json: bool, evidence_dir: Path | None, library: Path | None
) -> int:
    """Print a run as a timeline. Raises NotFound; a name of a runbook is told as one."""
    from runner.report.text import timeline_text
    from runner.report.timeline import timeline
    from runner.runs.recorded import recorded_run

    store = _store(evidence_dir)
    try:
        store.find(run_name)
    except NotFound:
        _refuse_runbook(run_name, library)
        raise
    recorded = recorded_run(store, run_name)
    _warn(recorded.problems)
    moments = timeline(recorded.entries)
    if as_json:
        told = [
            {"at": one.at.isoformat(), "seconds": round(one.seconds, 3), "words": one.words}
            for one in moments
        ]
        console.result(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        console.result(f"{recorded.started.run_id}\n")
        console.result(timeline_text(moments, console.width(sys.stdout)).rstrip())
    return ExitCode.EVIDENCE_BROKEN if recorded.problems else ExitCode.HEALTHY


def _refuse_runbook(name: str, explicit: Path | None) -> None:
    """Raise NotFound where the name is that of a runbook, and not of a run."""
    from runner.keys.catalog import Library

    try:
        Library.find(explicit, Path.cwd(), os.environ).runbook(name)
    except NotFound:
        return
    raise NotFound(
        f"{name} is a runbook, and show tells runs",
        hint=f"runbook plan {name} shows its steps, runbook history --runbook {name} its runs",
    )


def why_command(run_name: str, step: str, evidence_dir: Path | None) -> int:
    """Print why a run went where it went."""
    from runner.report.style import style_for
    from runner.report.why import why_text
    from runner.runs.recorded import recorded_run

    recorded = recorded_run(_store(evidence_dir), run_name)
    _warn(recorded.problems)
    style = style_for(console.wants_colour(sys.stdout))
    text = why_text(
        recorded.program, recorded.entries, step or None, console.width(sys.stdout), style
    )
    console.result(text.rstrip())
    return ExitCode.EVIDENCE_BROKEN if recorded.problems else ExitCode.HEALTHY


def report_command(run_name: str, form: str, html: Path | None, evidence_dir: Path | None) -> int:
    """Tell a run from its evidence, as text, JSON, Markdown or HTML."""
    from runner.report.story import tell
    from runner.runs.recorded import recorded_run

    recorded = recorded_run(_store(evidence_dir), run_name)
    _warn(recorded.problems)
    if html is not None:
        _write_html(recorded, html)
        return ExitCode.EVIDENCE_BROKEN if recorded.problems else ExitCode.HEALTHY
    story = tell(recorded.program, recorded.entries)
    match form:
        case "json":
            from runner.report.json_form import story_json

            console.result(json.dumps(story_json(story), indent=2, ensure_ascii=False))
        case "handoff":
            from runner.report.markdown import handoff_markdown

            console.result(handoff_markdown(story).rstrip())
        case "incident":
            from runner.report.incident_record import incident_markdown

            text = incident_markdown(story, recorded.program.runbook)
            console.result(text.rstrip())
        case _:
            from runner.report.style import style_for
            from runner.report.text import story_text

            style = style_for(console.wants_colour(sys.stdout))
            console.result(story_text(story, console.width(sys.stdout), style).rstrip())
    return ExitCode.EVIDENCE_BROKEN if recorded.problems else ExitCode.HEALTHY


def _write_html(recorded: "RecordedRun", html: Path) -> None:
    from runner.cli.reporting import html_of
    from runner.evidence.atomic import write_atomically

    try:
        write_atomically(html, html_of(recorded).encode(), 0o644)
    except OSError as error:
        raise UsageError(f"{html} cannot be written: {error.strerror}") from error
    console.result(str(html))


def _store(evidence_dir: Path | None) -> Store:
    return Store.locate(evidence_dir, os.environ)


def _warn(problems: tuple[str, ...]) -> None:
    for problem in problems:
        console.say(f"evidence problem: {problem}")
