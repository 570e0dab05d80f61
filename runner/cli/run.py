"""`runbook run`: from the words on the command line to a run, and what is shown of it."""

import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from runner.cli.containment import NO_OPTIONS, Bounds, Containment
from runner.cli.options import OutputFormat
from runner.errors import ExitCode, InvalidRunbook, UsageError
from runner.model.frozen import frozen
from runner.model.identity import NOTEBOOK_PREFIX

if TYPE_CHECKING:
    from runner.cli.run_views import RunView
    from runner.evidence.store import Store
    from runner.interpreter.program import Program
    from runner.kernels.supply import KernelSupply
    from runner.keys.catalog import Library
    from runner.keys.executor import KeyExecutor
    from runner.keys.papermill_executor import PapermillExecutor
    from runner.model.runs import Mode
    from runner.runs.assignment import GivenInput
    from runner.runs.begin import CompletedRun, LeftRun
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
    text = library.runbook(options.name).read_bytes()
    if NOTEBOOK_PREFIX.encode() in text:
        executor.prepare()  # it boots while the rest is imported, and is killed if not needed
    from runner.evidence.signing import configured_key
    from runner.keys.kept_tables import TABLES_FROM_BYTES
    from runner.model.interruptions import GivenAnswer
    from runner.runs.assignment import assign_inputs, assign_parameters, check_notebooks
    from runner.runs.begin import RunRequest, World, run
    from runner.runs.loading import load_runbook

    loaded = load_runbook(library, options.name, options.from_step, options.until_step)
    executor.prepare(sum(len(step.invocations) for step in loaded.runbook.steps))
    verification = options.verification
    if verification:
        refuse_errors(loaded, library)
        from runner.cli.verify import to_verify

        files = tuple(given.path for given in given_inputs(options.inputs))
        loaded, verification = to_verify(loaded, verification, store, files)
    attended = options.stop_at_person or (not options.unattended and at_terminal())
    if options.sample:
        options = _with_sample(options, loaded.path, attended)
    parameters = assign_parameters(loaded, pairs("--param", options.parameters))
    given = given_inputs(options.inputs)
    inputs = assign_inputs(loaded, given, not attended, parameters)
    check_notebooks(loaded, inputs, parameters)
    if not verification:  # after what is cheaper to refuse
        refuse_errors(loaded, library)
    request = RunRequest(
        loaded=loaded,
        inputs=inputs,
        parameters=parameters,
        mode=_mode(attended, verification),
        incident=options.incident,
        command=" ".join(sys.argv[1:]),
        from_step=options.from_step,
        until_step=options.until_step,
        deadline_seconds=bounds.run_seconds,
        verification=verification,
        answers=tuple(GivenAnswer(*pair) for pair in pairs("--answer", options.answers).items()),
        libraries=library.roots,
        keys_at_once=options.jobs,
        as_of=options.as_of,
        limits=bounds.limits,
        secrets=options.containment.given_secrets(loaded.keys),
        redact=bounds.redact,
        settings=bounds.settings(key.contract for key in loaded.keys),
        by_resident=kernels is not None and kernels.by_resident,
        copy_up_to=bounds.copy_up_to,
        tables_from=None if options.no_evidence else TABLES_FROM_BYTES,
    )
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
    if not (kernels and kernels.by_resident):  # which has imported all of it
        prepare_report(executor)
    ended = run(request, world)
    code = shown(ended, view, options.exit_zero)
    if options.junit:
        from runner.cli.verify import write_junit

        write_junit(ended.folder, options.junit)
    return code


def shown(ended: "CompletedRun | LeftRun", view: "RunView", exit_zero: bool) -> int:
    """Show how a run ended or that it was left; the exit code."""
    from runner.runs.begin import LeftRun

    if isinstance(ended, LeftRun):
        view.left(ended)
        signal_number = ended.suspended.signal
        return ExitCode.ABORTED + signal_number if signal_number else ExitCode.WAITING
    view.finished(ended)
    return 0 if exit_zero else ended.finished.exit_code


def at_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


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


def given_inputs(texts: tuple[str, ...]) -> tuple["GivenInput", ...]:
    """The inputs as `--input` gives them: FILE or NAME=FILE."""
    from runner.runs.assignment import GivenInput

    found = []
    for text in texts:
        name, separator, path = text.partition("=")
        if not separator or not name.isidentifier():
            name, path = "", text
        found.append(GivenInput(name, Path(path)))
    return tuple(found)


def pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    """The texts NAME=VALUE that an option was given. Raises UsageError."""
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            raise UsageError(f"{option} {text!r} has no name", "", f"write {option} NAME=VALUE")
        if name.strip() in found:
            raise UsageError(f"{option} {name.strip()} is given twice", "nothing was executed")
        found[name.strip()] = value
    return found


def _operator(
    options: RunOptions, attended: bool, loaded: "LoadedRunbook", view: "RunView"
) -> "Operator":
    from runner.runs.given_ahead import check_answers

    answers = pairs("--answer", options.answers)
    check_answers(loaded.program, answers)
    return operator_for(answers, attended, options.stop_at_person, view)


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


def prepare_report(executor: "PapermillExecutor") -> None:
    """Make a first report as soon as a KEY is executed, beside it; it is not kept.

    What it imports, compiles and parses need not be waited for at the end.
    """

    def prepare() -> None:
        folder = executor.begun.get()
        from runner.cli.reporting import html_of
        from runner.report.html import compile_templates
        from runner.runs.recorded import read_run

        compile_templates()
        with suppress(Exception):  # said at the end, if it is still so
            html_of(read_run(folder))

    threading.Thread(target=prepare, daemon=True).start()


def write_report(folder: Path) -> None:
    """Put the report beside the evidence it tells, before that is sealed.

    A report that cannot be made takes nothing away from the run; one that cannot be written means
    that the disk fails, and the run cannot claim success.
    """
    from runner.cli import console
    from runner.cli.reporting import html_of
    from runner.evidence.atomic import write_atomically
    from runner.evidence.disk import or_evidence_lost
    from runner.runs.recorded import read_run

    try:
        page = html_of(read_run(folder))
    except Exception as error:
        console.say(f"the report could not be made ({error!r}); `runbook report` tells the run")
        return
    with or_evidence_lost("write report.html"):
        write_atomically(folder / "report.html", page.encode(), 0o400)
