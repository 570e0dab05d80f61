"""A rehearsal: the same loop with outputs and answers from a script, and nothing on disk."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.evidence.journal import InMemoryJournal
from runner.interpreter.calls import made_by
from runner.interpreter.decide import MAX_VISITS
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyOutcome, ScriptedExecutor
from runner.model.contract import KeyContract
from runner.model.events import InputStaged, RunStarted
from runner.model.identity import InvocationId, KeyName
from runner.model.rehearsals import Case, ScriptedOutputs
from runner.model.results import KeyFailure, KeyResult, OutputValue, StagedInput
from runner.model.runs import AnswerSource, Trigger
from runner.model.values import Undefined
from runner.runs.loop import Ports, drive
from runner.runs.operators import Scripted, Unattended
from runner.runs.orders import OrderWriter
from runner.runs.scripted_values import scripted_value

_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


def rehearse(program: Program, case: Case) -> RunState:
    """Run a case through the loop. An output that the case does not give is undefined."""
    script: dict[KeyName | InvocationId, KeyOutcome | tuple[KeyOutcome, ...]] = {
        contract.key: _result(contract, {}) for contract in program.contracts
    }
    for step, scripted in case.outputs:
        visits = scripted if isinstance(scripted, tuple) else (scripted,)
        for call in program.calls(step):
            for visit in range(1, MAX_VISITS + 1):
                outputs = visits[min(visit, len(visits)) - 1]
                invocation = program.invocation(step, call.ordinal, visit)
                script[invocation] = _outcome(program.by_key[call.key], outputs)
    operator = Scripted(dict(case.answers), AnswerSource.SCRIPTED, "the script", Unattended())
    ports = Ports(
        journal=InMemoryJournal(lambda: _MIDNIGHT, lambda: 0.0),
        executor=ScriptedExecutor(script),
        operator=operator,
        orders=OrderWriter(_keys(program), {}, Path()),
    )
    return drive(program, fold(_beginning(program, case)), ports)


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
    names = [
        declared.name
        for step in runbook.places
        for call in program.calls(step.id)
        for declared in program.by_key[call.key].inputs
        if made_by(program.by_key[call.key], declared, call) is None
    ]
    staged = [InputStaged(StagedInput(n, "the script", "", 0, "")) for n in dict.fromkeys(names)]
    return [started, *staged]


def _outcome(contract: KeyContract, outputs: ScriptedOutputs) -> KeyOutcome:
    return outputs if isinstance(outputs, KeyFailure) else _result(contract, outputs)


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
