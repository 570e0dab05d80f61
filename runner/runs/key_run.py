"""One KEY by itself, outside of any runbook."""

import os
from collections.abc import Mapping
from pathlib import Path

from runner.errors import InvalidInput, UsageError
from runner.keys.catalog import InstalledKey
from runner.keys.executor import KeyExecutor, KeyOutcome, Order, Progress
from runner.keys.inputs import check_input, check_origin, check_parameters, stage_input
from runner.keys.parameters import check_columns, mapped_contract
from runner.keys.secrets import NO_SECRETS, Secrets, secrets_among
from runner.model.contract import ParameterValue
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.runs.assignment import STANDARD_INPUT, GivenInput
from runner.runs.column_rules import ColumnRules
from runner.runs.limiting import NO_CHANGES, LimitChanges

ALONE = InvocationId(StepId(PlaceKind.STEP, "1"), 1, 1)


@frozen
class KeyRequest:
    """What is to be executed: every input has its name, the folder is absolute and exists."""

    key: InstalledKey
    inputs: tuple[GivenInput, ...]
    parameters: Mapping[str, ParameterValue]
    folder: Path
    limits: LimitChanges = NO_CHANGES
    secrets: Secrets = NO_SECRETS
    redact: tuple[str, ...] = ()


def named_inputs(key: InstalledKey, given: tuple[GivenInput, ...]) -> tuple[GivenInput, ...]:
    """Every given file with the name of the input that it is.

    A file without a name is the only input. Raises UsageError for a name that the KEY does not
    have, InvalidInput for a required input that is missing.
    """
    declared = [one.name for one in key.contract.inputs]
    known = ", ".join(declared) or "none"
    named = []
    for one in given:
        name = one.name or (declared[0] if len(declared) == 1 else "")
        if name not in declared:
            raise UsageError(
                f"{key.contract.key.text} has no input {one.name!r}" if one.name
                else f"which input is {one.path}? {key.contract.key.text} has several",
                "nothing was executed",
                f"--input NAME=FILE, with one of: {known}",
            )  # fmt: skip
        named.append(GivenInput(name, one.path))
    names = [one.name for one in named]
    missing = [one for one in key.contract.inputs if one.required and one.name not in names]
    if missing:
        happened = f"input {missing[0].name} is missing: {missing[0].label}"
        raise InvalidInput(happened, "nothing was executed", f"--input {missing[0].name}=FILE")
    return tuple(named)


def run_key(request: KeyRequest, executor: KeyExecutor) -> KeyOutcome:
    """Stage the inputs into the folder, execute, and wait for the end.

    Raises InvalidInput for inputs and parameters that are refused before a cell runs.
    """
    contract = request.key.contract
    parameters = check_parameters(contract, request.parameters)
    check_columns([contract], parameters)
    contract = mapped_contract(contract, parameters)
    for one in request.inputs:
        declared = contract.input(one.name)
        if one.path != STANDARD_INPUT:
            check_origin(one.name, one.path)
            if declared:
                check_input(declared, one.path)
    secrets = request.secrets.of(contract).with_found(secrets_among(parameters))
    rules = ColumnRules((contract,), request.redact, os.urandom(16).hex)
    staged = tuple(
        stage_input(one.name, one.path, request.folder, screen=rules.screen(one.name, secrets.all))
        for one in request.inputs
    )
    limits = request.limits.on(contract)
    order = Order(ALONE, 1, request.key, staged, parameters, request.folder, limits, secrets)
    return executor.execute(order, _unseen)


def _unseen(progress: Progress) -> None:
    """Nobody watches the cells of a KEY that runs alone."""
