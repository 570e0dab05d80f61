"""What a KEY found, for a terminal: the findings first, then its numbers, then its tables."""

import re
from collections.abc import Iterator, Sequence

from runner.conditions.showing import show_value
from runner.model.contract import KeyContract
from runner.model.results import KeyResult
from runner.model.safe_text import safe_line
from runner.model.values import Chart, Table
from runner.report.layout import hanging, padded, width_of
from runner.report.measures import show_time

MOST_ROWS = 10
_NARROWEST = 12
"""A column is not cut below so many letters; others are left out instead."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*")
_MINUTE = 16
"""The letters of a time to the minute, to which one is cut."""
_MOST_CELL = 60
FINDINGS = "findings"


def result_text(contract: KeyContract, result: KeyResult, width: int = 80) -> str:
    """All that fits into `width` columns; what does not is in `--json` and with `--output`."""
    return "\n".join(_lines(contract, result, width))


def _lines(contract: KeyContract, result: KeyResult, width: int) -> Iterator[str]:
    yield f"{contract.title} ({contract.key.text} {contract.version}, {result.seconds:.1f} s)"
    if result.data_from and result.data_to:
        yield f"data from {show_time(result.data_from)} to {show_time(result.data_to)}"
    tables = {one.name: one.value for one in result.outputs if isinstance(one.value, Table)}
    labels = {spec.name: spec.label for spec in contract.outputs}
    if findings := tables.pop(FINDINGS, None):
        yield from ("", *_findings(labels[FINDINGS], findings, width))
    yield ""
    yield from _scalars(contract, result, width)
    for name, table in tables.items():
        yield ""
        yield from table_lines(labels[name], table, width)


def _findings(label: str, table: Table, width: int) -> Iterator[str]:
    """Each finding with, below it, since when, how bad, and what to look at next."""
    if not table.rows:
        yield f"{label}: none"
        return
    yield label
    for row in table.rows[:MOST_ROWS]:
        what, since, how_bad, next_ = (*map(safe_line, row), "", "", "", "")[:4]
        yield from hanging("  - ", what, width)
        more = (f"since {since}" if since else "", how_bad, f"look at {next_}" if next_ else "")
        yield from hanging("    ", "; ".join(filter(None, more)), width)


def _scalars(contract: KeyContract, result: KeyResult, width: int) -> Iterator[str]:
    known = {spec.name: spec for spec in contract.outputs}
    scalars = [one for one in result.outputs if not isinstance(one.value, Table | Chart)]
    longest = max((len(known[one.name].label) for one in scalars), default=0)
    for one in scalars:
        spec = known[one.name]
        yield from hanging(f"  {spec.label.ljust(longest)}  ", show_value(spec, one.value), width)


def table_lines(label: str, table: Table, width: int) -> Iterator[str]:
    """A table within `width` columns: long cells are cut, and last columns left out and named."""
    more = f", the first {MOST_ROWS}" if table.row_count > MOST_ROWS else ""
    plural = "" if table.row_count == 1 else "s"
    yield f"{label} ({table.row_count:,} row{plural}{more})"
    rows = [[_cut(safe_line(cell), _MOST_CELL) for cell in row] for row in table.rows[:MOST_ROWS]]
    if not rows:
        return
    wanted = [max(map(width_of, cells)) for cells in zip(table.columns, *rows, strict=True)]
    times = [any(map(_TIME.fullmatch, cells)) for cells in zip(*rows, strict=True)]
    widths = fitted(wanted, [_MINUTE if time else _NARROWEST for time in times], width - 2)
    for row in (table.columns, *rows):
        cells = (padded(_cut(cell, room), room) for cell, room in zip(row, widths, strict=False))
        yield f"  {'  '.join(cells)}".rstrip()
    if left := table.columns[len(widths) :]:
        yield from hanging("  not shown: ", ", ".join(map(safe_line, left)), width)


def fitted(wanted: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """The widths of the columns that fit, two blanks between them.

    The widest are cut first, none below its `least`; the last ones are left out where that is not
    enough.
    """
    widths, floors = list(wanted), [min(pair) for pair in zip(wanted, least, strict=True)]
    while len(widths) > 1 and _total(floors[: len(widths)]) > width:
        widths.pop()
    while _total(widths) > width:
        spare = [one - floor for one, floor in zip(widths, floors, strict=False)]
        if max(spare) <= 0:
            break
        widest = max(range(len(widths)), key=lambda n: (spare[n] > 0, widths[n]))
        widths[widest] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _cut(cell: str, room: int) -> str:
    """The cell in so many columns: a time to the minute, else its beginning and its end."""
    if width_of(cell) <= room:
        return cell
    if _TIME.fullmatch(cell) and room >= _MINUTE:
        return cell[:_MINUTE]
    head, tail = cell[: (room - 1) // 3], cell[-(room - 1 - (room - 1) // 3) :]
    while tail and width_of(head + tail) > room - 1:
        head, tail = head[:-1] if width_of(head) > width_of(tail) else head, tail[1:]
    return f"{head}…{tail}"
