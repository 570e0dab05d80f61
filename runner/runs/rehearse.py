"""A rehearsal: the same loop with outputs and answers from a script, and nothing on disk."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.evidence.journal import InMemoryJournal
from runner.interpreter.decide import MAX_VISITS
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome, ScriptedExecutor
from runner.model.contract import KeyContract, OutputSpec
from runner.model.events import InputStaged, RunStarted
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName, StepId
from runner.model.results import KeyResult, OutputValue, StagedInput
from runner.model.runs import AnswerSource, Mode, Trigger
from runner.model.values import OutputType, Table, Undefined, Value
from runner.runs.loop import Ports, drive
from runner.runs.operators import Scripted, Unattended
from runner.runs.orders import OrderWriter

_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


@frozen
class Case:
    """A scripted run: outputs for each step (by output name), answers by subject, and the mode."""

    name: str
    mode: Mode
    outputs: tuple[tuple[StepId, Mapping[str, Any]], ...]
    answers: tuple[tuple[str, str], ...] = ()


def rehearse(program: Program, case: Case) -> RunState:
    """Run a case through the loop. An output that the case does not give is undefined."""
    script: dict[KeyName | InvocationId, KeyOutcome | tuple[KeyOutcome, ...]] = {
        contract.key: _result(contract, {}) for contract in program.contracts
    }
    for step, outputs in case.outputs:
        for call in program.calls(step):
            for visit in range(1, MAX_VISITS + 1):
                invocation = program.invocation(step, call.ordinal, visit)
                script[invocation] = _result(program.by_key[call.key], outputs)
    operator = Scripted(dict(case.answers), AnswerSource.SCRIPTED, "the script", Unattended())
    ports = Ports(
        journal=InMemoryJournal(lambda: _MIDNIGHT, lambda: 0.0),
        executor=ScriptedExecutor(script),
        operator=operator,
        orders=OrderWriter(_keys(program), {}, Path()),
    )
    return drive(program, fold(_beginning(program, case)), ports)


def scripted_value(spec: OutputSpec, plain: Any) -> Value:
    """An output as a case file writes it: numbers, text, lists of rows, nan for undefined."""
    if spec.type is OutputType.TABLE:
        rows = tuple(tuple(str(cell) for cell in row.values()) for row in plain)
        columns = tuple(plain[0]) if plain else ()
        return Table(columns, rows, len(rows))
    if isinstance(plain, bool | str):
        return plain
    if plain is None or plain != plain:
        return Undefined("scripted as undefined")
    return Decimal(str(plain))


def _beginning(program: Program, case: Case) -> list[RunStarted | InputStaged]:
    runbook = program.runbook
    trigger = Trigger("", "")
    started = RunStarted(
        "rehearsal",
        runbook.slug,
        runbook.title,
        runbook.source.path,
        "",
        runbook.source.digest,
        case.mode,
        trigger,
    )
    made = {i.produced_by for step in runbook.steps for c in step.invocations for i in c.inputs}
    names = [
        declared.name
        for step in runbook.steps
        for call in program.calls(step.id)
        for declared in program.by_key[call.key].inputs
        if not any(spec.produced_by in made and spec.produced_by for spec in call.inputs)
    ]
    staged = [InputStaged(StagedInput(n, "the script", "", 0, "")) for n in dict.fromkeys(names)]
    return [started, *staged]


def _result(contract: KeyContract, outputs: Mapping[str, Any]) -> KeyResult:
    values = tuple(
        OutputValue(
            spec.name,
            scripted_value(spec, outputs[spec.name])
            if spec.name in outputs
            else Undefined("the case gives no value"),
        )
        for spec in contract.outputs
    )
    return KeyResult(values, (), 0.0, "", "")


def _keys(program: Program) -> dict[KeyName, InstalledKey]:
    return {c.key: InstalledKey(c, Path(), Path(), "", "") for c in program.contracts}
