"""Taking a run up again: its journal is folded, and the same loop goes on."""

from pathlib import Path
from platform import node, python_version

from runner.document.parse import parse_runbook
from runner.errors import EvidenceBroken, InvalidRunbook, UsageError
from runner.evidence.run_evidence import RunEvidence
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.keys.catalog import Library
from runner.keys.references import COPIED_UP_TO_BYTES, check_reference
from runner.keys.secrets import NO_SECRETS, Secrets
from runner.model.contract import KeyContract
from runner.model.events import Parameter, RunbookRebased, RunStarted, SignalReceived
from runner.model.frozen import frozen
from runner.model.interruptions import RunResumed, Setting
from runner.model.results import KeyResult
from runner.model.runs import Mode
from runner.runs.assignment import GivenInput
from runner.runs.begin import (
    CompletedRun,
    LeftRun,
    RunRequest,
    World,
    finish,
    go_on,
    login,
    record,
)
from runner.runs.changes import Changes, changes_since
from runner.runs.copies import (
    Copies,
    key_records,
    rebased_copies,
    refuse_secrets,
    write_copies,
)
from runner.runs.environment import Environment, environment_now
from runner.runs.kept_inputs import refuse_altered_copies
from runner.runs.limiting import NO_CHANGES, LimitChanges
from runner.runs.loading import LoadedRunbook, called_keys, load_runbook
from runner.runs.orders import held_secrets
from runner.runs.recorded import RecordedRun, read_run
from runner.runs.verification import Verification, for_verification
from runner.version import VERSION

_SIGINT = 2


@frozen
class TakenRun:
    """A run that this process holds, with what it rests on now. `changes` are since its record."""

    evidence: RunEvidence
    recorded: RecordedRun
    loaded: LoadedRunbook
    environment: Environment
    changes: Changes

    @property
    def is_over(self) -> bool:
        """Whether its last event is RunFinished, and only its seal is missing."""
        return self.recorded.state.finished is not None


@frozen
class Resumption:
    """How to go on: with what changed meanwhile or not, to which deadline, or not at all.

    `abort` ends the run as aborted. `command` is the command line, for the record. Changed limits
    and secrets are those of this process: they are not taken from the record.
    """

    rebase: bool = False
    abort: bool = False
    deadline_seconds: float | None = None
    command: str = ""
    limits: LimitChanges = NO_CHANGES
    secrets: Secrets = NO_SECRETS
    settings: tuple[Setting, ...] = ()
    redact: tuple[str, ...] = ()
    """Columns to be redacted, besides those of the record."""
    copy_up_to: int | None = COPIED_UP_TO_BYTES


def take_up(evidence: RunEvidence, libraries: tuple[Path, ...]) -> TakenRun:
    """What a run that is held rests on, as it was and as it is now.

    `libraries` come before those of the record. Raises UsageError where there is nothing to go on
    with, EvidenceBroken where its record or its inputs are not what was written.
    """
    _refuse_without_beginning(evidence)
    recorded = read_run(evidence.path)
    if recorded.problems:
        raise EvidenceBroken(
            f"{evidence.id}: {recorded.problems[0]}",
            "Nothing was executed.",
            f"runbook report {evidence.id}",
        )
    if evidence.is_sealed and recorded.state.finished is not None:
        raise _finished(evidence.id, recorded.state)
    refuse_altered_copies(evidence.path, recorded.state.inputs)
    environment = environment_now()
    loaded = _loaded_now(recorded, libraries)
    return TakenRun(
        evidence, recorded, loaded, environment, changes_since(recorded, loaded, environment)
    )


def resume(taken: TakenRun, how: Resumption, world: World) -> CompletedRun | LeftRun:
    """Go on to the end, or until the run is left again.

    KEYs that finished are not executed again; those without an end are, as a new attempt. Raises
    InvalidRunbook where something changed and `how` does not say to take it, InvalidInput where an
    input that was not copied is not what it was; such a run can still be aborted.
    """
    evidence, state = taken.evidence, taken.recorded.state
    if state.finished is not None:
        return finish(state, evidence, world)
    _refuse_changes(taken, how)
    if not how.abort:
        refuse_secrets(taken.loaded)
        _refuse_masked(taken)
        _refuse_changed_origins(taken)
    evidence.hide(how.secrets.all)
    resumed = RunResumed(login(), node(), how.command, VERSION, python_version(), how.settings)
    state = record((resumed,), state, evidence, world)
    if how.abort:
        state = record((SignalReceived(_SIGINT),), state, evidence, world)
    elif taken.changes.words:
        state = record((_rebase(taken),), state, evidence, world)
    return go_on(_request(taken, how), state, evidence, world)


def _refuse_without_beginning(evidence: RunEvidence) -> None:
    entries = evidence.before.entries
    if not entries or not isinstance(entries[0].event, RunStarted):
        raise UsageError(
            f"{evidence.id} broke off before anything of it was on record",
            "There is nothing to go on with.",
            "begin it again: runbook run",
        )


def _finished(run_id: str, state: RunState) -> UsageError:
    outcome = state.finished.outcome.value.replace("_", " ") if state.finished else ""
    return UsageError(
        f"{run_id} is finished ({outcome}) and sealed",
        "There is nothing to go on with.",
        f"runbook why {run_id}",
    )


def _loaded_now(recorded: RecordedRun, libraries: tuple[Path, ...]) -> LoadedRunbook:
    """The runbook and its KEYs as they are now; the copy of the run where the file is gone."""
    started = recorded.started
    roots = dict.fromkeys((*libraries, *(Path(root) for root in started.libraries)))
    library = Library(tuple(root for root in roots if root.is_dir()))
    path = Path(started.runbook_path)
    if path.is_file():
        loaded = load_runbook(library, str(path), started.from_step, started.until_step)
    else:
        runbook = recorded.program.runbook
        keys = called_keys(library, runbook)
        contracts = tuple(key.contract for key in keys)
        program = Program(runbook, contracts, recorded.program.first, recorded.program.last)
        loaded = LoadedRunbook(path, parse_runbook(runbook.source), program, keys)
    if started.mode is Mode.VERIFICATION:
        return for_verification(loaded, Verification(started.horizon, started.verifies))
    return loaded


def _refuse_changes(taken: TakenRun, how: Resumption) -> None:
    if taken.changes.words and not (how.rebase or how.abort):
        raise InvalidRunbook(
            f"{taken.evidence.id} cannot go on as it was: " + "; ".join(taken.changes.words),
            "Nothing was executed and nothing recorded.",
            f"runbook resume {taken.evidence.id} --rebase decides anew with what is there now",
        )


def _refuse_masked(taken: TakenRun) -> None:
    """A parameter that held a secret is not on record as it was."""
    for name in held_secrets(taken.recorded.started.parameters):
        raise UsageError(
            f"the parameter {name} of {taken.evidence.id} held a secret, which is not on record",
            "Nothing was executed.",
            "begin it again, with the secret declared in key.json and given by --secret",
        )


def _refuse_changed_origins(taken: TakenRun) -> None:
    """Inputs that were not copied have to be what they were, where a KEY has still to read them."""
    state = taken.recorded.state
    ended = {state.attempts[i].key for i, r in state.ended.items() if isinstance(r, KeyResult)}
    void = set(taken.changes.void)
    to_come = [k for k in taken.loaded.keys if k.contract.key not in ended - void]
    for staged in state.inputs:
        if any(key.contract.input(staged.name) for key in to_come):
            check_reference(staged)


def _rebase(taken: TakenRun) -> RunbookRebased:
    """Copy what is there now into the run folder; the event that says that it counts."""
    before = [e for e in taken.recorded.entries if isinstance(e.event, RunbookRebased)]
    names: Copies = rebased_copies(len(before) + 1)
    write_copies(taken.loaded, taken.environment, taken.evidence.path, names)
    return RunbookRebased(
        names.runbook,
        taken.loaded.runbook.source.digest,
        names.contracts,
        key_records(taken.loaded),
        names.environment,
        taken.environment.digest,
        login(),
        taken.changes.words,
        taken.changes.void,
    )


def _request(taken: TakenRun, how: Resumption) -> RunRequest:
    """The request as it was made, for the runbook as it is now."""
    started, loaded = taken.recorded.started, taken.loaded
    if how.abort:  # its conclusion is that of what was walked
        program = taken.recorded.program
        loaded = LoadedRunbook(loaded.path, loaded.parsed, program, loaded.keys)
    return RunRequest(
        loaded=loaded,
        inputs=() if how.abort else tuple(GivenInput(g.name, Path(g.path)) for g in started.given),
        parameters={key.contract.key: _declared(key.contract, started) for key in loaded.keys},
        mode=started.mode,
        incident=started.trigger.incident,
        from_step=started.from_step,
        until_step=started.until_step,
        deadline_seconds=how.deadline_seconds,
        answers=started.answers,
        limits=how.limits,
        secrets=how.secrets,
        redact=tuple(dict.fromkeys((*started.redact, *how.redact))),
        copy_up_to=how.copy_up_to,
    )


def _declared(contract: KeyContract, started: RunStarted) -> tuple[Parameter, ...]:
    """The parameters on record that a KEY declares."""
    names = {parameter.name for parameter in contract.parameters}
    return tuple(given for given in started.parameters if given.name in names)
