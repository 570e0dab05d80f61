# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""From the cells of a file to the columns of the contract, as one SELECT.

Each cell takes the quick way where it is written as most are, which gives the same value as the
careful one in `casting`, for a third of its time.
"""

from runner.kit.casting import engine_type, typed
from runner.kit.quoting import identifier, literal
from runner.model.contract import ColumnSpec
from runner.model.frozen import frozen

_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "timestamp": "a time that has one reading",
}
_STAMPS = (
    (20, "%Y-%m-%dT%H:%M:%SZ"),
    (24, "%Y-%m-%dT%H:%M:%S.%gZ"),
    (27, "%Y-%m-%dT%H:%M:%S.%fZ"),
)
"""Lengths and forms of most times in UTC; one of that length has all of its digits."""


@frozen
class Cell:
    """A column of the contract and where its cells are: SQL, empty where the file has none, and
    their type in the engine, empty for text."""

    column: ColumnSpec
    place: str = ""
    type: str = ""

    @property
    def is_typed(self) -> bool:
        """Whether the cells have the type of the column already."""
        return self.type == engine_type(self.column.type)


def select_typed(cells: tuple[Cell, ...], zone: str, query: str, has_blanks: bool = True) -> str:
    """The SELECT of typed columns, `kit_fault` and `kit_lost` over a query that has the cells.

    `kit_fault` tells what is wrong with a required column, `kit_lost` with the others; both are
    null where nothing is. Unless it `has_blanks`, no cell is looked at for blanks around it.
    """
    here = [cell for cell in cells if cell.place]
    found = ", ".join(_found(cell) for cell in here)
    rests = "".join(
        f", {_rest(cell)} as {_named('rest', cell)}" for cell in here if _is_tried(cell)
    )
    values = ", ".join(f"{_value(cell, zone, has_blanks)} as {_column(cell)}" for cell in cells)
    faults = _said([cell for cell in here if cell.column.required])
    losses = _said([cell for cell in here if not cell.column.required])
    return (
        f"select {', '.join(map(_column, cells))}, {faults} as kit_fault, {losses} as kit_lost"
        f" from (select *, {values} from (select *{rests} from "
        f"(select {found} from ({query}))))"
    )


def _found(cell: Cell) -> str:
    text = f"{cell.place}::varchar" if cell.type and not cell.is_typed else cell.place
    tried = f", {_tried(cell, text)} as {_named('try', cell)}" if _is_tried(cell) else ""
    return f"{text} as {_named('cell', cell)}{tried}"


def _is_tried(cell: Cell) -> bool:
    return cell.column.type in ("integer", "timestamp") and bool(cell.place) and not cell.is_typed


def _tried(cell: Cell, text: str) -> str:
    """SQL for the value by the quick way."""
    if cell.column.type == "integer":
        return f"try_cast({text} as bigint)"
    forms = (f"when {n} then try_strptime({text}, '{form}')" for n, form in _STAMPS)
    return f"case strlen({text}) {' '.join(forms)} end"


def _rest(cell: Cell) -> str:
    """SQL for the text that has to take the careful way, null where the quick one was right."""
    tried = _named("try", cell)
    if cell.column.type == "integer":
        return (
            f"case when {tried}::varchar = {_named('cell', cell)} then null else {_bare(cell)} end"
        )
    return f"case when {tried} is null then {_bare(cell)} end"


def _value(cell: Cell, zone: str, has_blanks: bool) -> str:
    type_, rest = cell.column.type, _named("rest", cell)
    if not cell.place:
        return f"null::{engine_type(type_)}"
    if cell.is_typed and type_ != "text":
        return _named("cell", cell)
    if type_ == "text" and not has_blanks:
        return f"nullif({_named('cell', cell)}, '')"
    if _is_tried(cell):
        careful = typed(type_, rest, zone)
        return f"case when {rest} is null then {_named('try', cell)} else {careful} end"
    return typed(type_, _named("cell", cell) if type_ == "number" else _bare(cell), zone)


def _said(cells: list[Cell]) -> str:
    """SQL for what is wrong with these cells, or null, which is all that most rows are asked."""
    asked = [cell for cell in cells if cell.column.type != "text"]
    if not asked:
        return "null::varchar"
    tests = (f"{_column(cell)} is null" + _unless_empty(cell) for cell in asked)
    faults = ", ".join(map(_fault, asked))
    return f"case when {' or '.join(tests)} then nullif(concat_ws('; ', {faults}), '') end"


def _unless_empty(cell: Cell) -> str:
    return "" if _needs_time(cell) else f" and {_named('cell', cell)} is not null"


def _fault(cell: Cell) -> str:
    """SQL for what is wrong with a cell, or null. A record without its time has no place."""
    name = cell.column.name
    text = f"{_named('cell', cell)}::varchar" if cell.is_typed else _bare(cell)
    shown = f"{literal(f'{name}: not {_WORDS[cell.column.type]}: ')} || left({text}, 60)"
    empty = f"when {text} is null then {literal(f'{name}: empty')} " if _needs_time(cell) else ""
    return f"case {empty}when {text} is not null and {_column(cell)} is null then {shown} end"


def _needs_time(cell: Cell) -> bool:
    return cell.column.required and cell.column.type == "timestamp"


def _bare(cell: Cell) -> str:
    """SQL for the cell without blanks around it; to trim all would cost as much as to read them."""
    text = _named("cell", cell)
    trimmed = f"nullif(trim({text}, ' \t'), '')"
    return f"case when {text} >= '!' and {text}[-1] > ' ' then {text} else {trimmed} end"


def _column(cell: Cell) -> str:
    return identifier(cell.column.name)


def _named(what: str, cell: Cell) -> str:
    return identifier(f"{what} of {cell.column.name}")
