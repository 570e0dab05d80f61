"""A run from its request to its sealed evidence."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from platform import node, python_version
from queue import SimpleQueue

from runner.errors import ExitCode, InvalidInput
from runner.evidence.disk import or_evidence_lost
from runner.evidence.letterbox import Letterbox
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.signing import SigningKey
from runner.evidence.store import Store
from runner.interpreter.state import RunState, fold
from runner.keys.executor import KeyExecutor
from runner.keys.input_shape import check_input
from runner.keys.inputs import stage_input
from runner.keys.kept_tables import TABLES_FROM_BYTES
from runner.keys.parameters import mapped_contract
from runner.keys.references import COPIED_UP_TO_BYTES, refer_to_input
from runner.keys.screening import Screen
from runner.keys.secrets import NO_SECRETS, Secrets, secrets_among
from runner.model.contract import KeyContract
from runner.model.events import (
    Event,
    InputStaged,
    Parameter,
    RunFinished,
    RunStarted,
)
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.interruptions import GivenAnswer, GivenFile, RunSuspended, Setting
from runner.model.runs import Mode, Outcome, Trigger
from runner.runs.assignment import STANDARD_INPUT, GivenInput
from runner.runs.bash_runner import BashRunner
from runner.runs.column_rules import ColumnRules
from runner.runs.command_runner import CommandRunner, ScriptedCommands
from runner.runs.copies import FIRST, key_records, refuse_secrets, write_copies
from runner.runs.durable_executor import DurableExecutor
from runner.runs.environment import environment_now
from runner.runs.intake import FolderIntake, unused_part
from runner.runs.limiting import NO_CHANGES, LimitChanges
from runner.runs.loading import LoadedRunbook
from runner.runs.loop import AT_ONCE, Message, Ports, Spectator, drive
from runner.runs.operators import Operator
from runner.runs.orders import OrderWriter
from runner.runs.verification import Verification
from runner.version import VERSION

_MOST_AT_ONCE = 8


@frozen
class RunRequest:
    """What the caller wants: everything is checked already."""

    loaded: LoadedRunbook
    inputs: tuple[GivenInput, ...]
    parameters: Mapping[KeyName, tuple[Parameter, ...]]
    mode: Mode
    incident: str = ""
    command: str = ""
    from_step: str = ""
    until_step: str = ""
    deadline_seconds: float | None = None
    verification: Verification | None = None
    answers: tuple[GivenAnswer, ...] = ()
    libraries: tuple[Path, ...] = ()
    keys_at_once: int | None = None
    """How many KEYs may run side by side; None for as many as this process has cores, 2 to 8."""
    limits: LimitChanges = NO_CHANGES
    secrets: Secrets = NO_SECRETS
    redact: tuple[str, ...] = ()
    """Columns that are redacted in every input, besides those that the contracts name."""
    settings: tuple[Setting, ...] = ()
    by_resident: bool = False
    as_of: datetime | None = None
    """The time from which windows are counted back, where all inputs are of a sample; else now."""
    tables_from: int | None = TABLES_FROM_BYTES
    """From which size on, in bytes, inputs are kept as tables too; None for none."""
    copy_up_to: int | None = COPIED_UP_TO_BYTES
    """Inputs of more bytes are not copied but named by origin and digest; None copies all."""


@frozen
class World:
    """What a run needs besides: who executes, who answers, who watches, where evidence goes."""

    store: Store
    executor: KeyExecutor
    operator: Operator
    spectator: Spectator
    inbox: "SimpleQueue[Message]"
    finishing: Callable[[Path], None]
    """Called with the run folder before it is sealed: reports are written here."""
    signing_key: SigningKey | None = None


@frozen
class CompletedRun:
    """A run that ended: its id, its folder and its last event."""

    id: str
    folder: Path
    finished: RunFinished


@frozen
class LeftRun:
    """A run that was left without an end, to be resumed: its id, its folder and its last event."""

    id: str
    folder: Path
    suspended: RunSuspended


def run(request: RunRequest, world: World) -> CompletedRun | LeftRun:
    """Run to the end and seal the evidence, or until the run is left.

    Raises InvalidRunbook where a secret stands in the runbook, EvidenceLost where evidence cannot
    be written, InvalidInput where an input changed or vanished since it was checked; that run is
    then on record as failed.
    """
    refuse_secrets(request.loaded)
    slug = request.loaded.runbook.slug
    begun = RunEvidence.begin(world.store, slug, utc_now, time.monotonic, world.signing_key)
    with begun as evidence:
        evidence.hide(secrets_of(request).all)
        state = record((_begin(request, evidence),), RunState(), evidence, world)
        return go_on(request, state, evidence, world)


def secrets_of(request: RunRequest) -> Secrets:
    """Everything that must not be kept: the secrets, and those among the parameters."""
    given = (one for ones in request.parameters.values() for one in ones)
    return request.secrets.with_found(secrets_among(given))


def _screen_of(request: RunRequest, evidence: RunEvidence) -> Callable[[str], Screen]:
    """What is kept out of the copy of each input."""
    rules = ColumnRules(_contracts(request), request.redact, evidence.redaction_key)
    secrets = secrets_of(request).all
    return lambda name: rules.screen(name, secrets)


def go_on(
    request: RunRequest, state: RunState, evidence: RunEvidence, world: World
) -> CompletedRun | LeftRun:
    """Take a run that is on record from where it stands to its end, or until it is left."""
    state = record(_stage(request, state, evidence), state, evidence, world)
    letters = Letterbox(evidence.path)
    with or_evidence_lost("create the inbox"):
        letters.prepare()
    evidence.share()
    ports = Ports(
        journal=evidence,
        executor=DurableExecutor(world.executor),
        operator=world.operator,
        orders=_orders(request, evidence.path),
        spectator=world.spectator,
        inbox=world.inbox,
        deadline_seconds=request.deadline_seconds,
        commands=_commands(request, evidence.path),
        intake=FolderIntake(
            _contracts(request), evidence.path, request.copy_up_to, _screen_of(request, evidence)
        ),
        letters=letters,
        at_once=request.keys_at_once or _usable_cores(),
    )
    state = drive(request.loaded.program, state, ports)
    if state.suspended is not None:
        evidence.share()
        return LeftRun(evidence.id, evidence.path, state.suspended)
    return finish(state, evidence, world)


def finish(state: RunState, evidence: RunEvidence, world: World) -> CompletedRun:
    """Seal the evidence of a run whose last event is RunFinished."""
    if state.finished is None:
        raise AssertionError("the loop ended before the run")
    world.finishing(evidence.path)
    evidence.share()
    evidence.seal()
    return CompletedRun(evidence.id, evidence.path, state.finished)


def _usable_cores() -> int:
    return min(max(AT_ONCE, len(os.sched_getaffinity(0))), _MOST_AT_ONCE)


def _orders(request: RunRequest, folder: Path) -> OrderWriter:
    keys = {key.contract.key: key for key in request.loaded.keys}
    chosen = (request.limits, secrets_of(request), request.tables_from)
    return OrderWriter(keys, request.parameters, folder, *chosen)


def _commands(request: RunRequest, folder: Path) -> CommandRunner:
    """What runs commands: in a run without a person there is nothing that could."""
    if request.mode is not Mode.ATTENDED:
        return ScriptedCommands({})
    return BashRunner(folder, os.environ, Path.cwd())


def record(
    events: tuple[Event, ...], state: RunState, evidence: RunEvidence, world: World
) -> RunState:
    """Events from before the loop: on disk, applied, then shown."""
    entries = evidence.append(events)
    state = fold((entry.event for entry in entries), state)
    world.spectator.wrote(entries, state)
    return state


def _begin(request: RunRequest, evidence: RunEvidence) -> RunStarted:
    """Copy what the run rests on into its folder; the event that says that it began."""
    environment = environment_now()
    write_copies(request.loaded, environment, evidence.path, FIRST)
    return _started(request, evidence.id, environment.digest)


def _started(request: RunRequest, run_id: str, environment_digest: str) -> RunStarted:
    runbook = request.loaded.runbook
    given = {p.name: p for ps in request.parameters.values() for p in ps}
    return RunStarted(
        run_id=run_id,
        runbook_slug=runbook.slug,
        runbook_title=runbook.title,
        runbook_path=str(request.loaded.path.absolute()),
        runbook_file=FIRST.runbook,
        runbook_digest=runbook.source.digest,
        mode=request.mode,
        trigger=Trigger(login(), node(), request.incident, request.command),
        keys=key_records(request.loaded),
        parameters=tuple(given.values()),
        from_step=request.from_step,
        until_step=request.until_step,
        runner_version=VERSION,
        python_version=python_version(),
        owner=runbook.metadata.owner,
        last_review=runbook.metadata.last_review,
        git_commit=_git_commit(request.loaded.path.absolute().parent),
        began=utc_now(),
        horizon=request.verification.horizon if request.verification else "",
        verifies=request.verification.of_run if request.verification else "",
        given=tuple(GivenFile(one.name, _absolute(one.path)) for one in request.inputs),
        answers=request.answers,
        libraries=tuple(str(root) for root in request.libraries),
        environment_digest=environment_digest,
        redact=request.redact,
        secrets=request.secrets.names,
        settings=request.settings,
        by_resident=request.by_resident,
        as_of=request.as_of,
    )


def _absolute(path: Path) -> str:
    return str(path if path == STANDARD_INPUT else path.expanduser().absolute())


def _stage(request: RunRequest, state: RunState, evidence: RunEvidence) -> tuple[Event, ...]:
    """Copy the inputs that are not on record. One that is refused now ends the run as failed."""
    known = {given.name for given in state.inputs}
    staged: list[Event] = []
    screen_of = _screen_of(request, evidence)
    try:
        for one in (given for given in request.inputs if given.name not in known):
            screen = screen_of(one.name)
            most_bytes = None if screen.has_rules else request.copy_up_to
            given = refer_to_input(one.name, one.path, most_bytes)
            if given is None:
                part = unused_part(evidence.path, one.name)
                given = stage_input(one.name, one.path, evidence.path, part, screen)
            if one.path == STANDARD_INPUT:
                _check_shape(request, one.name, evidence.path / given.file)
            staged.append(InputStaged(given))
    except InvalidInput as error:
        code = int(ExitCode.INVALID)
        evidence.append((RunFinished(Outcome.FAILED, code, open_items=(error.happened,)),))
        evidence.seal()
        raise
    return tuple(staged)


def _check_shape(request: RunRequest, name: str, file: Path) -> None:
    """What could not be looked at before it was copied."""
    for contract in _contracts(request):
        if declared := contract.input(name):
            check_input(declared, file)


def _contracts(request: RunRequest) -> tuple[KeyContract, ...]:
    """Those of the KEYs, with the columns that the parameters map."""
    contracts = (key.contract for key in request.loaded.keys)
    return tuple(mapped_contract(one, request.parameters.get(one.key, ())) for one in contracts)


def login() -> str:
    """Who runs this process, for the record."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _git_commit(folder: Path) -> str:
    """The commit that the runbook's folder is at, read from `.git` without starting git."""
    for parent in (folder, *folder.parents):
        head = parent / ".git" / "HEAD"
        if not head.is_file():
            continue
        try:
            said = head.read_text().strip()
            if not said.startswith("ref: "):
                return said
            ref = parent / ".git" / said.removeprefix("ref: ")
            return ref.read_text().strip() if ref.is_file() else ""
        except OSError:
            return ""
    return ""


def utc_now() -> datetime:
    """The wall clock, with its offset."""
    return datetime.now(UTC)
