"""The KEYs of a recorded run executed again, on the inputs and parameters that they had then.

Everything that they write goes to a folder aside; the run itself is only read.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runner.conditions.tolerances import Published
from runner.errors import InvalidInput, NotFound
from runner.interpreter.again import KeyAgain, OutputAgain
from runner.interpreter.counting import counting, without_lost_ends
from runner.interpreter.differences import Changed, changed_decisions
from runner.keys.catalog import InstalledKey, Library, file_digest
from runner.keys.executor import KeyExecutor, KeyOutcome, Order, Progress
from runner.keys.kept_tables import Tables
from runner.keys.secrets import NO_SECRETS, Secrets
from runner.model.contract import KeyContract, Limits
from runner.model.events import JournalEntry, KeyFailed, KeyFinished, KeyRecord, KeyStarted
from runner.model.frozen import frozen
from runner.model.identity import InvocationId
from runner.model.results import FailureKind, KeyFailure, KeyResult, OutputValue, StagedInput
from runner.model.values import Chart, Table, Value
from runner.runs.environment import environment_now
from runner.runs.kept_inputs import input_as_taken_in
from runner.runs.limiting import NO_CHANGES, LimitChanges
from runner.runs.orders import held_secrets, restored_parameters
from runner.runs.recorded import RecordedRun
from runner.runs.sameness import compare_output
from runner.runs.what_if import Supposed, suppose

_Call = tuple[InvocationId, int]


@frozen
class Planned:
    """A call of the record that is to be executed again, or cannot be, and why."""

    started: KeyStarted
    then: KeyOutcome
    key: InstalledKey | None
    inputs: tuple[StagedInput, ...] = ()
    why_not: str = ""


@frozen
class Means:
    """By what and where: an executor, an existing folder of its own, limits and secrets."""

    executor: KeyExecutor
    folder: Path
    limits: LimitChanges = NO_CHANGES
    secrets: Secrets = NO_SECRETS


@frozen
class RunAgain:
    """A recorded run whose KEYs were executed again, and what its text decides by what they give.

    `changed` are the decisions that come out otherwise; `not_told` what the record does not hold
    and other decisions would have needed. `other_packages` says that not the packages of then are
    installed.
    """

    run_id: str
    keys: tuple[KeyAgain, ...]
    changed: tuple[Changed, ...]
    not_told: tuple[str, ...]
    other_packages: bool
    problems: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether every KEY came out the same, and with it every decision."""
        return not self.changed and all(key.is_same for key in self.keys)


def plan_rerun(recorded: RecordedRun, library: Library) -> tuple[Planned, ...]:
    """Every call whose outcome counts, in the order of the record; its last attempt.

    Raises EvidenceBroken where an input is not what was taken in.
    """
    events = without_lost_ends([entry.event for entry in counting(recorded.entries)])
    starts = {(e.invocation, e.attempt): e for e in events if isinstance(e, KeyStarted)}
    ends: dict[InvocationId, tuple[KeyStarted, KeyOutcome]] = {}
    for event in events:
        if isinstance(event, KeyFinished | KeyFailed):
            outcome = _outcome(event)
            started = starts.get((event.invocation, event.attempt))
            was_stopped = isinstance(outcome, KeyFailure) and outcome.kind is FailureKind.STOPPED
            if started and not was_stopped:
                ends[event.invocation] = (started, outcome)
    return tuple(_planned(recorded, library, *end) for end in ends.values())


def rerun(
    recorded: RecordedRun,
    planned: tuple[Planned, ...],
    means: Means,
    about: Callable[[str], None] = lambda text: None,
) -> RunAgain:
    """Execute what is planned, compare, and decide again by what comes out.

    What cannot be executed keeps its recorded result. `about` is told what is done next.
    """
    outcomes: dict[_Call, KeyOutcome] = {}
    for one in planned:
        if one.key is not None and not one.why_not:
            about(f"executing {one.started.key.text} of {one.started.invocation}")
            outcome = means.executor.execute(_order(recorded, one, one.key, means), _unseen)
            outcomes[one.started.invocation, one.started.attempt] = outcome
    was = suppose(recorded, recorded.program)
    now = suppose(_with_outcomes(recorded, outcomes, means.folder), recorded.program)
    environment = environment_now().digest
    return RunAgain(
        run_id=recorded.folder.name,
        keys=tuple(_key_again(recorded, one, outcomes, means.folder) for one in planned),
        changed=changed_decisions(*([e.event for e in one.entries] for one in (was, now))),
        not_told=tuple(_not_told(was, now)),
        other_packages=recorded.rests_on.environment_digest not in ("", environment),
        problems=recorded.problems,
    )


def _planned(
    recorded: RecordedRun, library: Library, started: KeyStarted, then: KeyOutcome
) -> Planned:
    try:
        key = library.key(started.key)
        if key is None:
            return Planned(started, then, None, why_not="it is not installed")
        why_not = _undeclared(key.contract, started) or _not_on_record(started)
        if why_not:
            return Planned(started, then, key, why_not=why_not)
        inputs = tuple(_in_place(recorded.folder, one) for one in started.inputs)
    except (InvalidInput, NotFound) as refused:
        return Planned(started, then, None, why_not=refused.happened)
    return Planned(started, then, key, inputs)


def _in_place(folder: Path, staged: StagedInput) -> StagedInput:
    """The input where it is: an absolute path is taken as it stands by every user of an order."""
    return StagedInput(
        **{**vars(staged), "file": str(input_as_taken_in(folder, staged).absolute())}
    )


def _undeclared(contract: KeyContract, started: KeyStarted) -> str:
    """What it was given and has no place for any more, in words."""
    known = {one.name for one in contract.inputs} | {one.name for one in contract.parameters}
    given = [one.name for one in started.inputs] + [one.name for one in started.parameters]
    gone = ", ".join(name for name in given if name not in known)
    return f"it does not declare {gone} any more" if gone else ""


def _not_on_record(started: KeyStarted) -> str:
    """What it was given and nobody knows any more, in words."""
    names = ", ".join(held_secrets(started.parameters))
    return f"a secret was given in {names}, which is not on record" if names else ""


def _order(recorded: RecordedRun, one: Planned, key: InstalledKey, means: Means) -> Order:
    started = one.started
    before = recorded.program.by_key.get(started.key)
    limits = _limits(started.limits, before, key.contract)
    return Order(
        invocation=started.invocation,
        attempt=started.attempt,
        key=key,
        inputs=one.inputs,
        parameters=restored_parameters(started.parameters, before, key.contract),
        run_folder=means.folder,
        limits=Limits(**{**vars(limits), **_changed(means.limits, key.contract)}),
        secrets=means.secrets.of(key.contract),
        hidden=(recorded.folder.absolute().parent,),
        tables=Tables(have=tuple(_tables(recorded.folder, one))),
    )


def _tables(folder: Path, one: Planned) -> Iterator[tuple[str, str]]:
    """The tables that were kept of its inputs, where they are there and as they are recorded."""
    inputs = {staged.name: staged.digest for staged in one.inputs}
    for kept in one.then.loaded if isinstance(one.then, KeyResult) else ():
        file = (folder / kept.file).absolute()
        if inputs.get(kept.name) == kept.of and file.is_file() and file_digest(file) == kept.digest:
            yield kept.name, str(file)


def _changed(changes: LimitChanges, contract: KeyContract) -> dict[str, int]:
    return {name: change.value for name, change in changes.of(contract).items()}


def _limits(then: Limits | None, before: KeyContract | None, now: KeyContract) -> Limits:
    """Those of the contract, or those of then where the caller had changed them."""
    own = before.limits if before else None
    return now.limits if then is None or then == own else then


def _with_outcomes(
    recorded: RecordedRun, outcomes: Mapping[_Call, KeyOutcome], folder: Path
) -> RecordedRun:
    """The run as if its KEYs had given this."""
    entries = tuple(_with_outcome(entry, outcomes, folder) for entry in recorded.entries)
    return RecordedRun(**{**vars(recorded), "entries": entries})


def _with_outcome(
    entry: JournalEntry, outcomes: Mapping[_Call, KeyOutcome], folder: Path
) -> JournalEntry:
    event = entry.event
    if not isinstance(event, KeyFinished | KeyFailed):
        return entry
    outcome = outcomes.get((event.invocation, event.attempt))
    if outcome is None:
        return entry
    now: KeyFinished | KeyFailed
    if isinstance(outcome, KeyFailure):
        now = KeyFailed(event.invocation, event.attempt, outcome)
    else:
        now = KeyFinished(event.invocation, event.attempt, _placed(outcome, folder))
    return JournalEntry(**{**vars(entry), "event": now})


def _placed(result: KeyResult, folder: Path) -> KeyResult:
    """A result whose files are named by absolute paths."""
    outputs = tuple(OutputValue(o.name, _value_in(o.value, folder)) for o in result.outputs)
    return KeyResult(**{**vars(result), "outputs": outputs})


def _value_in(value: Value, folder: Path) -> Value:
    if isinstance(value, Table | Chart) and value.file:
        return type(value)(**{**vars(value), "file": str(folder / value.file)})
    return value


def _key_again(
    recorded: RecordedRun, one: Planned, outcomes: Mapping[_Call, KeyOutcome], folder: Path
) -> KeyAgain:
    started, key = one.started, one.key
    now = outcomes.get((started.invocation, started.attempt))
    records = {record.key: record for record in recorded.rests_on.keys}
    before = recorded.program.by_key.get(started.key)
    then = one.then
    outputs: tuple[OutputAgain, ...] = ()
    notes: tuple[str, ...] = ()
    if isinstance(then, KeyResult) and isinstance(now, KeyResult) and key:
        sides = (_published(then, before, recorded.folder), _published(now, key.contract, folder))
        names = dict.fromkeys([*sides[0], *sides[1]])
        outputs = tuple(compare_output(n, *(side.get(n) for side in sides)) for n in names)
        notes = tuple(_notes(then, now))
    return KeyAgain(
        started.invocation, started.key, records.get(started.key), _record(key), then, now,
        outputs, one.why_not, notes,
    )  # fmt: skip


def _published(
    result: KeyResult, contract: KeyContract | None, folder: Path
) -> dict[str, Published]:
    specs = {spec.name: spec for spec in contract.outputs} if contract else {}
    return {
        one.name: Published(specs[one.name], _value_in(one.value, folder))
        for one in result.outputs
        if one.name in specs
    }


def _record(key: InstalledKey | None) -> KeyRecord | None:
    if key is None:
        return None
    contract = key.contract
    return KeyRecord(contract.key, contract.version, key.contract_digest, key.notebook_digest)


def _notes(then: KeyResult, now: KeyResult) -> Iterator[str]:
    """What differs besides the outputs, and bears on decisions."""
    if (then.data_from, then.data_to) != (now.data_from, now.data_to):
        bounds = [f"{one.data_from} to {one.data_to}" for one in (then, now)]
        yield f"the data it looked at: {bounds[0]} then, {bounds[1]} now"
    yield from (f"a new warning: {text}" for text in now.warnings if text not in then.warnings)
    yield from (
        f"no warning any more: {text}" for text in then.warnings if text not in now.warnings
    )


def _not_told(was: Supposed, now: Supposed) -> Iterator[str]:
    """What only the decisions of now would have needed, and nobody recorded."""
    for key in now.not_recorded:
        if key not in was.not_recorded:
            yield f"not recorded: a result of {key}"
    for question in now.not_asked:
        if question not in was.not_asked:
            yield f"nobody was asked: {question}"


def _outcome(event: KeyFinished | KeyFailed) -> KeyOutcome:
    return event.result if isinstance(event, KeyFinished) else event.failure


def _unseen(progress: Progress) -> None:
    """Nobody watches the cells."""
