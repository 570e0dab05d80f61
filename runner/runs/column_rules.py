"""Which columns of which input are replaced by tokens: contracts say so, and `runbook.toml`."""

from collections.abc import Callable, Iterator, Mapping

from runner.errors import InvalidInput
from runner.keys.column_tokens import ColumnRule
from runner.keys.screening import Screen
from runner.model.contract import DeclaredInput, KeyContract
from runner.model.frozen import frozen


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
                names = (*column.names, column.name, *column.aliases)
                yield ColumnRule(column.name, names, column.required)
        named = [name for one in declared for name in one.redact]
        for name in dict.fromkeys((*named, *self.everywhere)):
            rule = ColumnRule(name, (name,))
            for one in declared:
                _refuse_numbers(one, rule)
            yield rule


def _refuse_numbers(declared: DeclaredInput, rule: ColumnRule) -> None:
    for column in declared.columns:
        if column.type != "text" and any(rule.is_called(name) for name in column.names):
            raise InvalidInput(
                f"column {rule.name} of input {declared.name} is to be redacted, "
                f"and is read as {column.type}",
                "no cell ran",
                "only columns of text can be redacted; see [redact] in runbook.toml",
            )
