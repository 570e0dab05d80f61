"""The parts of a run as JSON-ready values: executions, verdicts, answers, inputs."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from runner.model.conditions import Reason
from runner.model.contract import ParameterValue
from runner.model.events import Parameter
from runner.model.interruptions import Setting
from runner.model.results import StagedInput
from runner.model.sandbox import Sandbox
from runner.model.values import Chart, Table, Undefined, Value
from runner.report.chapters import (
    BranchStory,
    CommandStory,
    ExpectationStory,
    KeyStory,
    OutputStory,
    QuestionStory,
)

Json = dict[str, Any]


def key_json(key: KeyStory) -> Json:
    """One attempt at a KEY."""
    return {
        "key": key.key,
        "version": key.version,
        "invocation": str(key.invocation),
        "attempt": key.attempt,
        "ran_ahead": key.ahead,
        "state": key.state.value,
        "started": time_json(key.started),
        "seconds": seconds_json(key.seconds),
        "counts": key.admitted,
        "discarded_because": key.discarded,
        "inputs": [staged_json(given) for given in key.inputs],
        "parameters": parameters_json(key.parameters),
        "outputs": {output.name: _output(output) for output in key.outputs},
        **_end(key),
    }


def _end(key: KeyStory) -> Json:
    end = key.result or key.failure
    return {
        "data_from": time_json(key.result.data_from) if key.result else None,
        "data_to": time_json(key.result.data_to) if key.result else None,
        "warnings": list(key.result.warnings) if key.result else [],
        "failure": {
            "kind": key.failure.kind.value,
            "message": key.failure.message,
            "cell": key.failure.cell_index,
        }
        if key.failure
        else None,
        "cells": [
            {"index": cell.index, "state": cell.state.value, "seconds": seconds_json(cell.seconds)}
            for cell in (end.cells if end else ())
        ],
        "sandbox": sandbox_json(end.sandbox if end else None),
        "redactions": {r.name: r.count for r in end.redactions} if end else {},
        "on_spare_of_resident": end.on_spare_of_resident if end else None,
        "notebook": end.notebook if end else "",
        "notebook_digest": end.notebook_digest if end else "",
    }


def settings_json(settings: tuple[Setting, ...]) -> list[Json]:
    """Bounds that were not left as they are, with who said them."""
    return [{"name": s.name, "value": s.value, "source": s.source} for s in settings]


def sandbox_json(sandbox: Sandbox | None) -> Json | None:
    """How a kernel was shut in; null where no kernel was, or the record does not say."""
    if sandbox is None:
        return None
    level = sandbox.level.value
    return {"level": level, "network": sandbox.network, "not_better_because": sandbox.why}


def _output(output: OutputStory) -> Json:
    return {
        "label": output.label,
        "type": output.type.value,
        "shown": output.shown,
        "value": value_json(output.value),
    }


def value_json(value: Value) -> Any:
    """A published value; numbers as text, so that none loses a digit."""
    match value:
        case bool() | str():
            return value
        case Decimal():
            return str(value)
        case datetime():
            return time_json(value)
        case Undefined():
            return None
        case Chart():
            return {"file": value.file, "caption": value.caption}
        case Table():
            rows = [list(row) for row in value.rows]
            columns = list(value.columns)
            return {
                "columns": columns,
                "rows": rows,
                "row_count": value.row_count,
                "file": value.file,
            }


def expectation_json(expected: ExpectationStory) -> Json:
    """What should be, against what is."""
    return {
        "text": expected.text,
        "verdict": expected.word.lower(),
        "line": expected.line,
        **reason_json(expected.reason),
    }


def branch_json(branch: BranchStory) -> Json:
    """A branch with its verdict."""
    return {
        "ordinal": branch.ordinal,
        "condition": branch.text,
        "verdict": branch.verdict.value,
        "line": branch.line,
        "leads_to": list(branch.leads_to),
        "written": list(branch.written),
        **reason_json(branch.reason),
    }


def reason_json(reason: Reason) -> Json:
    """What a verdict rests on, by operand."""
    return {
        "reason": reason.sentence,
        "rests_on": reason.ground.value,
        "key": reason.key,
        "output": reason.output,
        "value": reason.value,
        "parts": [{"verdict": part.verdict.value, **reason_json(part)} for part in reason.parts],
    }


def question_json(asked: QuestionStory) -> Json:
    """A question and its answer; `chosen` is null while there is none."""
    answer = asked.answer
    return {
        "id": asked.question.id,
        "kind": asked.question.kind.value,
        "text": asked.question.text,
        "asked": time_json(asked.asked),
        "answered": time_json(asked.answered),
        "chosen": list(answer.chosen) if answer else None,
        "chosen_words": list(asked.chosen),
        "source": answer.source.value if answer else None,
        "by": answer.by if answer else "",
        "reason": answer.reason if answer else "",
    }


def command_json(command: CommandStory) -> Json:
    """A command that was asked for; `end` is null where it was not run or its end is unknown."""
    result = command.result
    return {
        "number": command.number,
        "asked_at": command.about,
        "command": command.text,
        "digest": command.digest,
        "by": command.by,
        "asked": time_json(command.asked),
        "not_run_because": command.refused,
        "end": result.end.value if result else None,
        "exit_code": result.exit_code if result else None,
        "seconds": seconds_json(result.seconds) if result else None,
        "bytes_kept": result.bytes_kept if result else 0,
        "bytes_dropped": result.bytes_dropped if result else 0,
        "output_digest": result.digest if result else "",
        "secrets_masked": result.masked if result else 0,
        "file": result.file if result else "",
    }


def staged_json(given: StagedInput) -> Json:
    """An input as the run holds it."""
    return {
        "name": given.name,
        "origin": given.origin,
        "file": given.file,
        "kept": given.is_copied,
        "bytes": given.size,
        "digest": given.digest,
        "original_bytes": given.original_size or given.size,
        "original_digest": given.given_digest,
        "redactions": {one.name: one.count for one in given.redactions},
        "absent_columns": list(given.absent),
    }


def parameters_json(parameters: tuple[Parameter, ...]) -> Json:
    """Parameters by name; exact numbers as text."""
    return {parameter.name: _plain(parameter.value) for parameter in parameters}


def _plain(value: ParameterValue) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def time_json(at: datetime | None) -> str | None:
    """A time in UTC."""
    return at.astimezone(UTC).isoformat() if at else None


def seconds_json(seconds: float | None) -> float | None:
    """Seconds to the millisecond."""
    return None if seconds is None else round(seconds, 3)
