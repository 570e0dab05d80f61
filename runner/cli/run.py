"""`runbook run`: from the words on the command line to a run, and what is shown of it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from runner.cli.around_run import (
    at_terminal,
    listen_to_signals,
    operator_for,
    refuse_errors,
    shown,
    view_for,
)
from runner.cli.containment import NO_OPTIONS, Bounds, Containment
from runner.cli.options import OutputFormat
from runner.cli.reporting import prepare_report, write_report
from runner.cli.typed_values import given_inputs, pairs
from runner.model.frozen import frozen
from runner.model.identity import NOTEBOOK_PREFIX

if TYPE_CHECKING:
    from runner.cli.run_views import RunView
    from runner.evidence.store import Store
    from runner.kernels.supply import KernelSupply
    from runner.keys.catalog import Library
    from runner.keys.papermill_executor import PapermillExecutor
    from runner.model.runs import Mode
    from runner.runs.begin import RunRequest
    from runner.runs.loading import LoadedRunbook
    from runner.runs.loop import Message
    from runner.runs.operators import Operator
    from runner.runs.verification import Verification


@frozen
class RunOptions:
    """The options of `runbook run`, as they were typed."""

    name: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    answers: tuple[str, ...]
    incident: str
    from_step: str
    until_step: str
    unattended: bool
    form: OutputFormat
    exit_zero: bool
    evidence_dir: Path | None
    library: Path | None
    verification: "Verification | None" = None
    junit: Path | None = None
    jobs: int | None = None
    containment: Containment = NO_OPTIONS
    sample: bool = False
    as_of: datetime | None = None
    stop_at_person: bool = False
    no_evidence: bool = False


@frozen
class _Asked:
    """A run as it is asked for: by which words and bounds, from which library, of whom."""

    options: RunOptions
    bounds: Bounds
    library: "Library"
    attended: bool
    by_resident: bool


def run_command(options: RunOptions, kernels: "KernelSupply | None" = None) -> int:
    """Run, show, and return the exit code. `kernels` boot already."""
    from runner.keys.papermill_executor import PapermillExecutor

    bounds = options.containment.bounds()
    executor = PapermillExecutor(policy=bounds.policy, supply=kernels)
    try:
        with store_for(options) as store:
            return _run(options, bounds, executor, store, kernels)
    finally:
        executor.stop()


@contextmanager
def store_for(options: RunOptions) -> "Iterator[Store]":
    """Where the run is kept: with --no-evidence a folder that is gone when the run has ended."""
    from runner.evidence.store import Store

    if not options.no_evidence:
        yield Store.locate(options.evidence_dir, os.environ)
        return
    from tempfile import TemporaryDirectory

    from runner.cli import console

    console.say("--no-evidence: nothing of this run is kept")
    memory = Path("/dev/shm")  # noqa: S108  (it is there to be used when the disk is not)
    place = memory if os.access(memory, os.W_OK) else None
    with TemporaryDirectory(prefix="runbook-", dir=place, ignore_cleanup_errors=True) as folder:
        yield Store(Path(folder))


def _run(
    options: RunOptions,
    bounds: Bounds,
    executor: "PapermillExecutor",
    store: "Store",
    kernels: "KernelSupply | None",
) -> int:
    from runner.keys.catalog import Library

    library = Library.find(options.library, Path.cwd(), os.environ)
    if NOTEBOOK_PREFIX.encode() in library.runbook(options.name).read_bytes():
        executor.prepare()  # it boots while the rest is imported, and is killed if not needed
    from runner.evidence.signing import configured_key
    from runner.runs.begin import World, run

    loaded, verification = _load(options, library, store)
    executor.prepare(sum(len(step.invocations) for step in loaded.runbook.steps))
    attended = options.stop_at_person or (not options.unattended and at_terminal())
    if options.sample:
        options = _with_sample(options, loaded.path, attended)
    by_resident = kernels is not None and kernels.by_resident
    asked = _Asked(options, bounds, library, attended, by_resident)
    request = _request(asked, loaded, verification)
    if loaded.keys:
        executor.check_sandbox()
    inbox: SimpleQueue[Message] = SimpleQueue()
    listen_to_signals(inbox, executor)
    is_kept = not options.no_evidence
    view = view_for(loaded.program, options.form, store, options.evidence_dir, is_kept)
    world = World(
        store=store,
        executor=executor,
        operator=_operator(options, attended, loaded, view),
        spectator=view,
        inbox=inbox,
        finishing=write_report,
        signing_key=configured_key(os.environ),
    )
    if not by_resident:  # which has imported all of it
        prepare_report(executor)
    ended = run(request, world)
    code = shown(ended, view, options.exit_zero)
    if options.junit:
        from runner.cli.verify import write_junit

        write_junit(ended.folder, options.junit)
    return code


def _load(
    options: RunOptions, library: "Library", store: "Store"
) -> "tuple[LoadedRunbook, Verification | None]":
    """The runbook, or for a verification its checks alone."""
    from runner.runs.loading import load_runbook

    loaded = load_runbook(library, options.name, options.from_step, options.until_step)
    if options.verification is None:
        return loaded, None
    refuse_errors(loaded, library)
    from runner.cli.verify import to_verify

    files = tuple(given.path for given in given_inputs(options.inputs))
    return to_verify(loaded, options.verification, store, files)


def _request(
    asked: _Asked, loaded: "LoadedRunbook", verification: "Verification | None"
) -> "RunRequest":
    """What is to be done, checked; nothing is on disk yet."""
    from runner.keys.kept_tables import TABLES_FROM_BYTES
    from runner.model.interruptions import GivenAnswer
    from runner.runs.assignment import assign_inputs, assign_parameters, check_notebooks
    from runner.runs.begin import RunRequest

    options, bounds = asked.options, asked.bounds
    parameters = assign_parameters(loaded, pairs("--param", options.parameters))
    given = given_inputs(options.inputs)
    inputs = assign_inputs(loaded, given, not asked.attended, parameters)
    check_notebooks(loaded, inputs, parameters)
    if verification is None:  # after what is cheaper to refuse
        refuse_errors(loaded, asked.library)
    return RunRequest(
        loaded=loaded,
        inputs=inputs,
        parameters=parameters,
        mode=_mode(asked.attended, verification),
        incident=options.incident,
        command=" ".join(sys.argv[1:]),
        from_step=options.from_step,
        until_step=options.until_step,
        deadline_seconds=bounds.run_seconds,
        verification=verification,
        answers=tuple(GivenAnswer(*pair) for pair in pairs("--answer", options.answers).items()),
        libraries=asked.library.roots,
        keys_at_once=options.jobs,
        as_of=options.as_of,
        limits=bounds.limits,
        secrets=options.containment.given_secrets(loaded.keys),
        redact=bounds.redact,
        settings=bounds.settings(key.contract for key in loaded.keys),
        by_resident=asked.by_resident,
        copy_up_to=bounds.copy_up_to,
        tables_from=None if options.no_evidence else TABLES_FROM_BYTES,
    )


def _with_sample(options: RunOptions, runbook: Path, attended: bool) -> RunOptions:
    """The options, with those of the sample incident for what was not given.

    Its clock counts where all inputs are its own.
    """
    from runner.cli import console
    from runner.runs.sample_run import load_sample

    sample = load_sample(runbook)
    given = {one.partition("=")[0] for one in (*options.inputs, *options.parameters)}
    answers = tuple(f"{step}={words}" for step, words in sample.answers)
    as_of = None if options.inputs else sample.as_of
    if as_of:
        console.say(
            f"the sample is of {as_of:%Y-%m-%d %H:%M} UTC; windows are counted back from it"
        )
    changed = {
        "inputs": options.inputs
        + tuple(f"{one.name}={one.path}" for one in sample.inputs if one.name not in given),
        "parameters": options.parameters
        + tuple(f"{name}={value}" for name, value in sample.parameters if name not in given),
        "answers": options.answers or (() if attended else answers),
        "as_of": as_of,
    }
    return RunOptions(**{**vars(options), **changed})


def _mode(attended: bool, verification: "Verification | None") -> "Mode":
    from runner.model.runs import Mode

    if verification:
        return Mode.VERIFICATION
    return Mode.ATTENDED if attended else Mode.UNATTENDED


def _operator(
    options: RunOptions, attended: bool, loaded: "LoadedRunbook", view: "RunView"
) -> "Operator":
    from runner.runs.given_ahead import check_answers

    answers = pairs("--answer", options.answers)
    check_answers(loaded.program, answers)
    return operator_for(answers, attended, options.stop_at_person, view)
