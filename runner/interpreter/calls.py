"""Which KEYs of a step can be executed now, with what, and which may run ahead."""

from collections.abc import Iterator

from runner.conditions.names import plain_phrase
from runner.conditions.vocabulary import Vocabulary
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.contract import DeclaredInput, KeyContract
from runner.model.events import KeyStarted
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.model.results import KeyResult, StagedInput
from runner.model.runbook import InputSpec, KeyInvocation
from runner.model.runs import InvokeKey
from runner.model.values import Table


@frozen
class TableInput:
    """The table of an earlier step as an input: the contract's name for it, and its file."""

    name: str
    table: Table
    origin: str


InputSource = StagedInput | TableInput


@frozen
class Unavailable:
    """A KEY that cannot be executed now, and why."""

    why: str


def input_sources(
    program: Program, state: RunState, step: StepId, call: KeyInvocation
) -> tuple[InputSource, ...] | Unavailable:
    """What a KEY call reads: staged files by name, tables of earlier steps by their words."""
    contract = program.by_key.get(call.key)
    if contract is None:
        return Unavailable(f"{call.key.text} is not installed")
    missing = missing_inputs(program, state, call)
    if missing:
        return Unavailable(f"no input {missing[0].name} ({missing[0].label}) was given")
    sources = (_source(program, state, declared, call) for declared in contract.inputs)
    return tuple(source for source in sources if source is not None)


def looked_at_its_inputs(
    program: Program, state: RunState, call: KeyInvocation, started: KeyStarted
) -> bool:
    """Whether an execution read the very files that its call has as inputs now.

    One that read none is not held against files that it left out.
    """
    if not started.inputs:
        return True
    sources = input_sources(program, state, started.invocation.step, call)
    if isinstance(sources, Unavailable):
        return False
    now = {(source.name, _file_of(source)) for source in sources}
    return now == {(staged.name, staged.file) for staged in started.inputs}


def missing_inputs(
    program: Program, state: RunState, call: KeyInvocation
) -> tuple[DeclaredInput, ...]:
    """The inputs that a KEY of this runner needs and that nobody gave and no step made."""
    contract = program.by_key.get(call.key)
    declared = (one for one in contract.inputs if one.required) if contract else ()
    return tuple(one for one in declared if _source(program, state, one, call) is None)


def calls_in(
    program: Program, state: RunState, step: StepId, visit: int
) -> Iterator[tuple[KeyInvocation, InvocationId]]:
    """The KEY calls of a visit that can be executed."""
    for call in program.calls(step):
        if not isinstance(input_sources(program, state, step, call), Unavailable):
            yield call, program.invocation(step, call.ordinal, visit)


def may_run_ahead(program: Program, state: RunState) -> tuple[InvokeKey, ...]:
    """KEYs of steps that are not reached yet and need nothing that is still to come.

    Their inputs are staged, their contract says that running them changes nothing, and their When
    names no step that is unfinished.
    """
    if state.position is None:
        return ()
    done = {move.step for move in state.moves} | {passed.step for passed in state.skipped}
    behind = program.order[program.order.index(state.position) + 1 :]
    if program.last in behind:
        behind = behind[: behind.index(program.last) + 1]
    found: list[InvokeKey] = []
    for step in behind:
        ready = program.steps_named_in_when(step) <= done
        if step.kind is not PlaceKind.STEP or step in state.visits or not ready:
            continue
        for call, invocation in calls_in(program, state, step, 1):
            contract = program.by_key[call.key]
            fresh = invocation not in state.attempts or invocation in state.lost
            if fresh and contract.idempotent and not contract.network:
                attempt = state.attempt(invocation) + 1
                found.append(InvokeKey(invocation, call.key, attempt))
    return tuple(found)


def _file_of(source: InputSource) -> str:
    """The file in the run folder; every file there is written once, so its name is its content."""
    return source.table.file if isinstance(source, TableInput) else source.file


def _source(
    program: Program, state: RunState, declared: DeclaredInput, call: KeyInvocation
) -> InputSource | None:
    """The file that was given last for an input, else the table that an earlier step made."""
    staged = [given for given in state.inputs if given.name == declared.name]
    if staged:
        return staged[-1]
    return _made_earlier(program, state, declared, program.by_key[call.key], call)


def _made_earlier(
    program: Program,
    state: RunState,
    declared: DeclaredInput,
    contract: KeyContract,
    call: KeyInvocation,
) -> TableInput | None:
    """The published table that the runbook's words for this input name, if exactly one does."""
    for spec in _makers(contract, declared, call):
        if spec.produced_by is None:
            continue
        producers = program.calls(spec.produced_by)
        vocabulary = Vocabulary.of(program.by_key[p.key] for p in producers)
        named = vocabulary.named(spec.product)
        if len(named) != 1:
            continue
        for invocation, result in reversed(list(state.admitted.items())):
            if invocation.step != spec.produced_by or not isinstance(result, KeyResult):
                continue
            value = result.value(named[0].spec.name)
            if isinstance(value, Table):
                return TableInput(declared.name, value, f"{spec.product} of {spec.produced_by}")
    return None


def made_by(contract: KeyContract, declared: DeclaredInput, call: KeyInvocation) -> StepId | None:
    """The earlier step whose table is to be this input of the call, where its words say so.

    A call with one table of an earlier step means by it the input of that name or label, or the
    only input that the KEY needs.
    """
    return next((spec.produced_by for spec in _makers(contract, declared, call)), None)


def _makers(
    contract: KeyContract, declared: DeclaredInput, call: KeyInvocation
) -> tuple[InputSpec, ...]:
    made = [spec for spec in call.inputs if spec.produced_by]
    needed = [one for one in contract.inputs if one.required]
    only = len(made) == 1 and (needed == [declared] or len(contract.inputs) == 1)
    return tuple(spec for spec in made if only or _same_words(spec.product, declared))


def _same_words(words: str, declared: DeclaredInput) -> bool:
    return plain_phrase(words) in (plain_phrase(declared.name), plain_phrase(declared.label))
