"""`keys run` and `keys test`: KEYs executed by themselves."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.cli.containment import NO_OPTIONS, Containment
from runner.errors import ExitCode, UsageError
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.frozen import frozen

if TYPE_CHECKING:
    from runner.kernels.supply import KernelSupply
    from runner.keys.catalog import InstalledKey
    from runner.keys.executor import KeyOutcome
    from runner.keys.samples import SampleCase
    from runner.model.results import KeyFailure
    from runner.runs.limiting import LimitChanges


@frozen
class KeyRunOptions:
    """The options of `runbook keys run`, as they were typed."""

    name: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    output: Path | None
    as_json: bool
    library: Path | None
    containment: Containment = NO_OPTIONS


def run_key_command(options: KeyRunOptions, kernels: "KernelSupply | None" = None) -> int:
    """Execute one KEY and print what it published. `kernels` are those of the resident."""
    from runner.cli.key_views import find_key
    from runner.cli.typed_values import given_inputs, pairs
    from runner.keys.catalog import Library
    from runner.runs.key_run import KeyRequest, named_inputs, run_key

    key = find_key(Library.find(options.library, Path.cwd(), os.environ), options.name)
    inputs = named_inputs(key, given_inputs(options.inputs))
    parameters = pairs("--param", options.parameters)
    bounds = options.containment.bounds()
    secrets = options.containment.given_secrets((key,))
    executor = PapermillExecutor(policy=bounds.policy, supply=kernels)
    executor.prepare()
    try:
        executor.check_sandbox()
        with _folder(options.output) as folder:
            request = KeyRequest(
                key, inputs, parameters, Path(folder), bounds.limits, secrets, bounds.redact
            )
            outcome = run_key(request, executor)
            return _show(key, outcome, options)
    finally:
        executor.stop()


def test_keys_command(
    names: tuple[str, ...], explicit: Path | None, containment: Containment
) -> int:
    """Execute every sample of the KEYs and say what is not as expected."""
    from runner.cli.key_views import find_key
    from runner.keys.catalog import Library
    from runner.keys.samples import sample_cases

    library = Library.find(explicit, Path.cwd(), os.environ)
    keys = [find_key(library, name) for name in names] or list(library.keys())
    bounds = containment.bounds()
    executor, failed, tried = PapermillExecutor(policy=bounds.policy), 0, 0
    try:
        executor.prepare()
        executor.check_sandbox()
        for key in keys:
            cases = sample_cases(key)
            if not cases:
                console.result(f"none  {key.contract.key.text}: it has no samples")
            for case in cases:
                found = _try(key, case, executor, bounds.limits)
                tried, failed = tried + 1, failed + bool(found)
                console.result(
                    f"{'BAD ' if found else 'good'}  {key.contract.key.text}: {case.name}"
                )
                for line in found:
                    console.result(f"      {line}")
    finally:
        executor.stop()
    console.say(f"{tried - failed} of {tried} samples give what is expected")
    return ExitCode.FINDINGS if failed else ExitCode.HEALTHY


def _try(
    key: "InstalledKey", case: "SampleCase", executor: PapermillExecutor, limits: "LimitChanges"
) -> tuple[str, ...]:
    from runner.errors import InvalidInput
    from runner.keys.samples import differences
    from runner.runs.assignment import GivenInput
    from runner.runs.key_run import KeyRequest, run_key

    executor.prepare()
    inputs = tuple(GivenInput(name, path) for name, path in case.inputs)
    with tempfile.TemporaryDirectory(prefix="runbook-key-") as folder:
        try:
            request = KeyRequest(key, inputs, dict(case.parameters), Path(folder), limits)
            return differences(case, run_key(request, executor))
        except InvalidInput as refused:
            known = case.refused and case.refused in refused.happened
            return () if known else (f"it was refused: {refused.happened}",)


def _folder(wanted: Path | None) -> "tempfile.TemporaryDirectory[str] | _Kept":
    if wanted is None:
        return tempfile.TemporaryDirectory(prefix="runbook-key-")
    return _Kept(wanted)


class _Kept:
    """A new folder that stays."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> str:
        try:
            self._path.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise UsageError(
                f"{self._path} cannot be made: {error.strerror}", "nothing was executed"
            ) from None
        return str(self._path.absolute())

    def __exit__(self, *_: object) -> None:
        pass


def _show(key: "InstalledKey", outcome: "KeyOutcome", options: KeyRunOptions) -> int:
    from runner.model.results import KeyResult

    if options.as_json:
        console.result(json.dumps(_as_json(key, outcome), indent=2, ensure_ascii=False))
    elif isinstance(outcome, KeyResult):
        from runner.cli.key_result_text import result_text

        console.result(result_text(key.contract, outcome, console.width(sys.stdout)))
    if not isinstance(outcome, KeyResult):
        return _failed(key, outcome)
    for warning in outcome.warnings:
        console.say(f"warning: {warning}")
    if options.output:
        console.say(f"kept: {options.output}")
    return ExitCode.HEALTHY


def _failed(key: "InstalledKey", failure: "KeyFailure") -> int:
    from runner.model.safe_text import safe_text

    console.say(f"error: {key.contract.key.text} failed ({failure.kind.value})")
    console.say(f"       {safe_text(failure.message)}")
    return ExitCode.FAILED


def _as_json(key: "InstalledKey", outcome: "KeyOutcome") -> dict[str, object]:
    from runner.model.results import KeyResult
    from runner.report.json_parts import sandbox_json, time_json, value_json

    shown: dict[str, object] = {
        "key": key.contract.key.text,
        "sandbox": sandbox_json(outcome.sandbox),
        "on_spare_of_resident": outcome.on_spare_of_resident,
    }
    if not isinstance(outcome, KeyResult):
        return {**shown, "failure": {"kind": outcome.kind.value, "message": outcome.message}}
    return {
        **shown,
        "version": key.contract.version,
        "data_from": time_json(outcome.data_from),
        "data_to": time_json(outcome.data_to),
        "warnings": list(outcome.warnings),
        "outputs": {one.name: value_json(one.value) for one in outcome.outputs},
    }
