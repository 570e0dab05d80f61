"""`runbook resume`: a run that was broken off, stopped or left waiting goes on where it stood."""

import os
import sys
import time
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from runner.cli import console
from runner.cli.around_run import (
    at_terminal,
    listen_to_signals,
    operator_for,
    refuse_errors,
    shown,
    view_for,
)
from runner.cli.containment import Bounds, Containment
from runner.cli.options import OutputFormat
from runner.cli.reporting import prepare_report, write_report
from runner.cli.taken_over import refuse_missing_secrets, taken_over
from runner.errors import NotFound, UsageError
from runner.evidence.store import Store
from runner.model.frozen import frozen
from runner.model.safe_text import safe_text

if TYPE_CHECKING:
    from runner.keys.papermill_executor import PapermillExecutor
    from runner.runs.loop import Message
    from runner.runs.resume import Resumption, TakenRun

_LOOKED_AT = 500


@frozen
class ResumeOptions:
    """The options of `runbook resume`, as they were typed; `name` is empty for the newest open."""

    name: str
    rebase: bool
    abort: bool
    stop_at_person: bool
    form: OutputFormat
    exit_zero: bool
    evidence_dir: Path | None
    library: Path | None
    containment: Containment


def resume_command(options: ResumeOptions) -> int:
    """Go on with a run, show it, and return the exit code."""
    if options.rebase and options.abort:
        raise UsageError("--rebase and --abort exclude one another", "Nothing was changed.")
    from runner.keys.papermill_executor import PapermillExecutor

    store = Store.locate(options.evidence_dir, os.environ)
    run_id = open_run(store, options.name)
    containment = taken_over(options.containment, store.folder_of(run_id))
    options = ResumeOptions(**{**vars(options), "name": run_id, "containment": containment})
    bounds = containment.bounds()
    executor = PapermillExecutor(policy=bounds.policy)
    try:
        return _resume(options, bounds, executor, store)
    finally:
        executor.stop()


def open_run(store: Store, name: str) -> str:
    """The id of the run of that name; without one, of the newest run that did not end.

    Where all ended, that of the newest one that could not be sealed. Raises NotFound.
    """
    if name:
        return store.find(name)
    from runner.evidence.index import Index
    from runner.evidence.sealed_files import SUMS_FILE
    from runner.evidence.standing import Interrupted, Waiting

    runs = Index(store).history(_LOOKED_AT) if store.runs_folder.is_dir() else ()
    for run in runs:
        if isinstance(run.standing, Interrupted | Waiting):
            return run.id
    for run in runs:
        if run.outcome and not (store.folder_of(run.id) / SUMS_FILE).exists():
            return run.id
    raise NotFound("no run is open", "Nothing was changed.", "runbook history lists them all")


def _resume(
    options: ResumeOptions, bounds: Bounds, executor: "PapermillExecutor", store: Store
) -> int:
    from runner.evidence.run_evidence import RunEvidence
    from runner.evidence.signing import configured_key
    from runner.keys.catalog import Library
    from runner.keys.secrets import NO_SECRETS
    from runner.runs.begin import utc_now
    from runner.runs.resume import Resumption, take_up

    run_id = options.name
    library = Library.find(options.library, Path.cwd(), os.environ)
    key = configured_key(os.environ)
    with RunEvidence.take(store, run_id, utc_now, time.monotonic, key) as evidence:
        taken = take_up(evidence, library.roots)
        how = Resumption(
            options.rebase,
            options.abort,
            bounds.run_seconds,
            " ".join(sys.argv[1:]),
            bounds.limits,
            NO_SECRETS if options.abort else options.containment.given_secrets(taken.loaded.keys),
            bounds.settings(key.contract for key in taken.loaded.keys),
            bounds.redact,
            bounds.copy_up_to,
        )
        if not options.abort:
            started = taken.recorded.started
            refuse_missing_secrets(run_id, started, how.secrets.names)
            _show_changes(taken)
        if taken.changes.words and options.rebase:
            refuse_errors(taken.loaded, library)
        if options.rebase or options.abort or not taken.changes.words:
            console.say(f"resuming {run_id}")
        return _go_on(taken, how, options, store, executor)


def _go_on(
    taken: "TakenRun",
    how: "Resumption",
    options: ResumeOptions,
    store: Store,
    executor: "PapermillExecutor",
) -> int:
    from runner.model.runs import Mode
    from runner.runs.begin import World
    from runner.runs.resume import resume

    if not (how.abort or taken.is_over) and taken.loaded.keys:
        executor.prepare()
        executor.check_sandbox()
    started = taken.recorded.started
    attended = started.mode is Mode.ATTENDED
    view = view_for(taken.loaded.program, options.form, store, options.evidence_dir)
    view.recall(taken.recorded.entries)
    later = attended and (options.stop_at_person or not at_terminal())
    answers = {given.subject: given.words for given in started.answers}
    inbox: SimpleQueue[Message] = SimpleQueue()
    listen_to_signals(inbox, executor)
    world = World(
        store=store,
        executor=executor,
        operator=operator_for(answers, attended, later, view),
        spectator=view,
        inbox=inbox,
        finishing=write_report,
    )
    prepare_report(executor)
    return shown(resume(taken, how, world), view, options.exit_zero)


def _show_changes(taken: "TakenRun") -> None:
    for line in taken.changes.diff:
        console.say(safe_text(line))
