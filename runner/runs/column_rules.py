"""Which columns of which input are replaced by tokens: contracts say so, and `runbook.toml`."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runner.errors import InvalidInput, UsageError
from runner.keys.column_tokens import ColumnRule
from runner.keys.screening import Screen
from runner.model.contract import DeclaredInput, KeyContract
from runner.model.frozen import frozen

FILE = "runbook.toml"
TABLE = "redact"
_KNOWN = "columns"


@frozen
class ColumnRules:
    """The rules of the KEYs of a run, and the columns that are replaced in every input.

    `key` gives the key of the tokens; it is asked for only where there are rules.
    """

    contracts: tuple[KeyContract, ...]
    everywhere: tuple[str, ...]
    key: Callable[[], str]

    def screen(self, name: str, secrets: Mapping[str, str]) -> Screen:
        """What is kept out of the copy of the input of that name. Raises InvalidInput.

        A column of which a KEY wants something else than text cannot be replaced.
        """
        declared = [d for contract in self.contracts if (d := contract.input(name))]
        rules = tuple(self._rules(declared))
        key = self.key().encode() if rules else b""
        return Screen(secrets, rules, key, declared[0] if declared else None)

    def _rules(self, declared: list[DeclaredInput]) -> Iterator[ColumnRule]:
        for one in declared:
            for column in (column for column in one.columns if column.redact):
                yield ColumnRule(column.name, (column.name, *column.aliases), column.required)
        named = [name for one in declared for name in one.redact]
        for name in dict.fromkeys((*named, *self.everywhere)):
            rule = ColumnRule(name, (name,))
            for one in declared:
                _refuse_numbers(one, rule)
            yield rule


def _refuse_numbers(declared: DeclaredInput, rule: ColumnRule) -> None:
    for column in declared.columns:
        names = (column.name, *column.aliases)
        if column.type != "text" and any(rule.is_called(name) for name in names):
            raise InvalidInput(
                f"column {rule.name} of input {declared.name} is to be redacted, "
                f"and is read as {column.type}",
                "no cell ran",
                "only columns of text can be redacted; see [redact] in runbook.toml",
            )


def configured_columns(file: Path | None) -> tuple[str, ...]:
    """The columns that a `runbook.toml` names under `[redact]`. Raises UsageError."""
    if file is None:
        return ()
    import tomllib

    try:
        tree = tomllib.loads(file.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read: {error}", "nothing was executed") from None
    table = tree.get(TABLE, {})
    columns = table.get(_KNOWN) if isinstance(table, dict) and set(table) <= {_KNOWN} else None
    if columns is None and table == {}:
        return ()
    if not isinstance(columns, list) or not all(isinstance(c, str) and c.strip() for c in columns):
        raise UsageError(
            f"{file}: [{TABLE}] is not understood",
            "nothing was executed",
            f'write it as: [{TABLE}] columns = ["email", "customer name"]',
        )
    return tuple(dict.fromkeys(columns))


def configuration_file(cwd: Path, environment: Mapping[str, str]) -> Path | None:
    """The nearest `runbook.toml` around `cwd`, or the user's."""
    for folder in (cwd, *cwd.parents):
        if (folder / FILE).is_file():
            return (folder / FILE).absolute()
    found = user_folder(environment) / FILE
    return found if found.is_file() else None


def user_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's configuration is, whether it is there or not."""
    user = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not user.is_absolute():
        user = Path(environment.get("HOME", os.sep)) / ".config"
    return user / "runbook"
