"""Which file is which input, and which value which parameter, before anything is executed."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from runner.errors import InvalidInput, UsageError
from runner.interpreter.calls import made_by
from runner.keys.input_shape import check_input
from runner.keys.inputs import check_origin
from runner.keys.kernelspecs import kernel_for
from runner.keys.notebook_source import read_notebook
from runner.keys.parameters import check_columns, check_parameters, mapped_contract
from runner.keys.parameters_cell import check_values
from runner.model.contract import DeclaredInput
from runner.model.events import Parameter
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.runs.loading import LoadedRunbook

STANDARD_INPUT = Path("-")
NO_PARAMETERS: Mapping[KeyName, tuple[Parameter, ...]] = MappingProxyType({})


@frozen
class GivenInput:
    """A file from the command line; `name` is empty for `--input FILE` without a name."""

    name: str
    path: Path


def assign_inputs(
    loaded: LoadedRunbook,
    given: tuple[GivenInput, ...],
    all_needed: bool,
    parameters: Mapping[KeyName, tuple[Parameter, ...]] = NO_PARAMETERS,
) -> tuple[GivenInput, ...]:
    """Every given file with the name of the input that it is, its shape checked.

    The parameters may say which column of a file is which.

    A file without a name is the only input that the runbook's KEYs need. Raises UsageError for
    names that no KEY has, InvalidInput for files of the wrong shape and, where `all_needed`, for
    inputs that are missing.
    """
    by_name: dict[str, list[DeclaredInput]] = {}
    for declared in _needed(loaded, parameters):
        by_name.setdefault(declared.name, []).append(declared)
    named = tuple(_with_name(one, given, by_name) for one in given)
    names = [one.name for one in named]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise UsageError(f"input {twice} is given twice", "nothing was executed")
    for one in named:
        if one.path != STANDARD_INPUT:
            check_origin(one.name, one.path)
            for contract in by_name[one.name]:
                check_input(contract, one.path)
    missing = [name for name in by_name if name not in names and by_name[name][0].required]
    if missing and all_needed:
        raise _missing(loaded, by_name[missing[0]][0])
    return named


def assign_parameters(
    loaded: LoadedRunbook, given: Mapping[str, str]
) -> dict[KeyName, tuple[Parameter, ...]]:
    """The parameters for each KEY, typed. Raises InvalidInput for a name that no KEY declares."""
    contracts = [key.contract for key in loaded.keys]
    declared = {p.name for contract in contracts for p in contract.parameters}
    for name in given:
        if name not in declared:
            if contracts:
                check_parameters(contracts[0], {name: given[name]})
            raise InvalidInput(f"no KEY of this runbook has a parameter {name!r}", "no cell ran")
    typed = {
        contract.key: check_parameters(
            contract,
            {p.name: given[p.name] for p in contract.parameters if p.name in given},
        )
        for contract in contracts
    }
    check_columns(contracts, (one for parameters in typed.values() for one in parameters))
    return typed


def check_notebooks(
    loaded: LoadedRunbook,
    inputs: tuple[GivenInput, ...],
    parameters: Mapping[KeyName, tuple[Parameter, ...]],
) -> None:
    """Look whether what is given would reach the notebooks that the run may come to.

    Raises InvalidInput where a notebook is none, asks for a kernel that is not installed, or would
    not see a value; nothing has begun yet.
    """
    for key in loaded.keys:
        names = [one.name for one in inputs if key.contract.input(one.name)]
        names += [parameter.name for parameter in parameters[key.contract.key]]
        source = read_notebook(key.notebook)
        kernel_for(source, os.environ)
        check_values(source, key.contract, names)


def _needed(
    loaded: LoadedRunbook, parameters: Mapping[KeyName, tuple[Parameter, ...]]
) -> Iterator[DeclaredInput]:
    """The inputs of all KEYs that a run may reach, less those that an earlier step makes."""
    for step in loaded.program.order:
        for call in loaded.program.calls(step):
            contract = loaded.program.by_key[call.key]
            contract = mapped_contract(contract, parameters.get(contract.key, ()))
            for declared in contract.inputs:
                if made_by(contract, declared, call) is None:
                    yield declared


def _with_name(
    one: GivenInput, given: tuple[GivenInput, ...], declared: Mapping[str, list[DeclaredInput]]
) -> GivenInput:
    from difflib import get_close_matches

    if not declared:
        raise UsageError(
            "this runbook calls no KEY that is installed, so it takes no input",
            "nothing was executed",
        )
    known = ", ".join(f"{name} ({specs[0].label})" for name, specs in declared.items())
    if not one.name:
        if len(declared) == 1 and len(given) == 1:
            return GivenInput(next(iter(declared)), one.path)
        raise UsageError(
            f"which input is {one.path}? The runbook takes several",
            "nothing was executed",
            f"name each: --input NAME=FILE, with one of: {known}",
        )
    if one.name not in declared:
        close = get_close_matches(one.name, declared, n=1)
        hint = f"did you mean {close[0]}?" if close else f"its inputs: {known}"
        raise UsageError(f"no KEY of this runbook has an input {one.name!r}", "no cell ran", hint)
    return one


def _missing(loaded: LoadedRunbook, declared: DeclaredInput) -> InvalidInput:
    return InvalidInput(
        f"input {declared.name} is missing: {declared.label}",
        "nothing was executed",
        f"runbook run {loaded.runbook.slug} --input {declared.name}=FILE",
    )
