"""Which column of a file stands for which column of a contract, as a person says it.

`endpoint=route, status=code` reads the file's `route` as the contract's `endpoint`. Where several
inputs have a column of that name, `stripe.status=state` says which is meant.
"""

from collections.abc import Iterable, Sequence

from runner.model.contract import ColumnSpec, DeclaredInput, KeyContract
from runner.model.frozen import frozen

TYPE = "columns"
"""The type of a parameter that holds such a text."""


@frozen
class ColumnPair:
    """A column of the contract, perhaps of one `input` only, and what the file calls it."""

    column: str
    found: str
    input: str = ""

    def concerns(self, declared: DeclaredInput) -> bool:
        """Whether the input has that column."""
        is_of_it = self.input in ("", declared.name)
        return is_of_it and any(column.name == self.column for column in declared.columns)

    def __str__(self) -> str:
        return f"{self.input}{'.' if self.input else ''}{self.column}={self.found}"


def column_pairs(text: str) -> tuple[ColumnPair, ...]:
    """The pairs of a text, between commas. Raises ValueError that says which part is none."""
    pairs: dict[tuple[str, str], ColumnPair] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, found = (word.strip() for word in part.partition("="))
        of, _, column = name.rpartition(".")
        if not equals or not column or not found:
            raise ValueError(f"`{part}` is no pair such as endpoint=path")
        if (of, column) in pairs:
            raise ValueError(f"`{name}` is given twice")
        pairs[of, column] = ColumnPair(column, found, of)
    return tuple(pairs.values())


def unknown_column(pairs: Iterable[ColumnPair], inputs: Sequence[DeclaredInput]) -> str:
    """What is wrong with the first pair that concerns none of the inputs; empty for none such."""
    for pair in pairs:
        if not any(pair.concerns(declared) for declared in inputs):
            from difflib import get_close_matches

            names = [column.name for declared in inputs for column in declared.columns]
            close = get_close_matches(pair.column, names, n=1)
            known = f"columns: {', '.join(dict.fromkeys(names)) or 'none that can be mapped'}"
            hint = f"did you mean {close[0]}?" if close and close[0] != pair.column else known
            where = f" of input `{pair.input}`" if pair.input else ""
            return f"`{pair.column}` is no column{where}; {hint}"
    return ""


def concerning(contract: KeyContract, text: str) -> str:
    """The part of a text that is about inputs of this KEY; a run gives one text to all its KEYs."""
    pairs = column_pairs(text)
    return ", ".join(str(p) for p in pairs if any(p.concerns(one) for one in contract.inputs))


def mapped(declared: DeclaredInput, pairs: Iterable[ColumnPair]) -> DeclaredInput:
    """The input, whose columns are looked for under the names that the pairs say, and no others."""
    found = {pair.column: pair.found for pair in pairs if pair.concerns(declared)}
    columns = tuple(
        ColumnSpec(**{**vars(column), "found_as": found.get(column.name, "")})
        for column in declared.columns
    )
    return DeclaredInput(**{**vars(declared), "columns": columns}) if found else declared
