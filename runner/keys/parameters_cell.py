"""What a notebook does with the values that it is handed: whether, and as what, they reach it.

papermill writes them into a cell behind the first one tagged `parameters`, in place of one tagged
`injected-parameters`, or before everything else. Only the text of the notebook is looked at.
"""

import ast
import keyword
import re
from collections.abc import Iterable, Iterator
from typing import Any

from runner.errors import InvalidInput
from runner.keys.notebook_source import INJECTED, PARAMETERS, NotebookSource
from runner.model.contract import DeclaredParameter, KeyContract
from runner.model.frozen import frozen

_ASSIGNMENT = re.compile(r"^([A-Za-z_]\w*)[ \t]*(?::[^=\n]*)?=(?!=)(.*)", re.M)
_FITTING: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "flag": (bool,),
    "timestamp": (str,),
    "timezone": (str,),
    "date": (str,),
    "path": (str,),
    "columns": (str,),
    "list": (list, tuple, set),
}
"""The literals that a parameters cell may hold for a type; calls such as Path("…") fit any."""
_UNKNOWN = object()


@frozen
class Default:
    """What a parameters cell sets a name to: a literal's value, or the name of what is called."""

    literal: Any
    called: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the notebook works with text here."""
        return isinstance(self.literal, str)


def check_values(source: NotebookSource, contract: KeyContract, names: list[str]) -> None:
    """Refuse what would not reach the notebook, or not as what the contract says.

    Raises InvalidInput with everything that is wrong, before a kernel has got anything.
    """
    faults = [*_name_faults(contract, names)]
    if not faults and source.language == "python":
        faults += _reach_faults(source, contract, names)
        faults += _type_faults(source, contract)
    if faults:
        raise InvalidInput("; ".join(dict.fromkeys(faults)), "no kernel was started")


def defaults_of(source: NotebookSource) -> dict[str, Default]:
    """What the parameters cell sets, by name; empty where there is none."""
    cell = source.tagged(PARAMETERS)
    return {} if cell is None else _assigned(cell.source)


def _name_faults(contract: KeyContract, names: list[str]) -> Iterator[str]:
    declared = {source.name for source in contract.inputs}
    declared |= {parameter.name for parameter in contract.parameters}
    for name in names:
        if name not in declared:
            yield f"{name!r} is not declared by the KEY{_meant(name, declared)}"
        if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
            yield f"{name!r} is not an identifier"
        if names.count(name) > 1:
            yield f"{name!r} is given twice"


def _reach_faults(source: NotebookSource, contract: KeyContract, names: list[str]) -> Iterator[str]:
    """Values that the notebook would not see: it does not know the name, or sets it again."""
    if source.tagged(PARAMETERS):
        known = defaults_of(source)
        for name in names:
            if known and name not in known:
                where = f"in the parameters cell of {contract.key.text}"
                yield f"{name!r} is not set {where}{_meant(name, known)}"
        return
    if source.tagged(INJECTED):
        return
    for cell in source.cells if names else ():
        for name, text in _ASSIGNMENT.findall(cell.source) if cell.is_code else ():
            if name in names and not re.search(rf"\b{name}\b", text):
                yield (
                    f"{name!r} would be lost: {contract.key.text} sets it again, "
                    f"in a cell that is not tagged `{PARAMETERS}`"
                )


def _type_faults(source: NotebookSource, contract: KeyContract) -> Iterator[str]:
    found = defaults_of(source)
    for parameter in contract.parameters:
        default = found.get(parameter.name)
        if default is not None and not _fits(parameter, default):
            yield (
                f"parameter {parameter.name!r} of {contract.key.text} is of type "
                f"{parameter.type} in key.json, and the parameters cell sets it to "
                f"{default.literal!r:.60}"
            )


def _fits(parameter: DeclaredParameter, default: Default) -> bool:
    literal = default.literal
    if literal is None or literal is _UNKNOWN:
        return True
    if isinstance(literal, bool) and parameter.type != "flag":
        return False
    return isinstance(literal, _FITTING[parameter.type])


def _assigned(text: str) -> dict[str, Default]:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a magic, for example
        return {name: Default(_UNKNOWN) for name, _ in _ASSIGNMENT.findall(text)}
    made: dict[str, Default] = {}
    for statement in body:
        if isinstance(statement, ast.Assign):
            targets: list[ast.expr] = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and statement.value is not None:
                made[target.id] = _default(statement.value)
            else:
                names = (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
                made.update(dict.fromkeys(names, Default(_UNKNOWN)))
    return made


def _default(value: ast.expr) -> Default:
    try:
        return Default(ast.literal_eval(value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        called = value.func if isinstance(value, ast.Call) else None
        if isinstance(called, ast.Attribute):
            return Default(_UNKNOWN, called.attr)
        return Default(_UNKNOWN, called.id if isinstance(called, ast.Name) else "")


def _meant(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else ""
