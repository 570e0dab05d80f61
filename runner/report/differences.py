"""What was decided differently, as text and as JSON: replays, supposed texts, two runs."""

from collections.abc import Iterator
from typing import Any

from runner.conditions.showing import show_number
from runner.interpreter.differences import Changed, Decided, OutputChanged
from runner.interpreter.redecide import Difference
from runner.model.frozen import frozen
from runner.model.plain import to_plain
from runner.model.results import KeyFailure
from runner.model.safe_text import safe_line
from runner.model.values import Chart, Table, Undefined, Value
from runner.report.layout import hanging
from runner.report.style import PLAIN, Style

_NOT_REACHED = "not reached"


@frozen
class OutcomeChange:
    """A run of a table of supposed runs: how it ended, how it would have, what changed first."""

    run_id: str
    was: str
    now: str
    changed: tuple[Changed, ...]
    is_told: bool


def changes_text(changed: tuple[Changed, ...], width: int = 80, style: Style = PLAIN) -> str:
    """A decision a paragraph: where and about what, then what it was and what it is now."""
    lines: list[str] = []
    for change in changed:
        one = change.now or change.was
        if one is None:
            continue
        lines += [
            style.bold(line) for line in hanging(f"{one.place}  ", safe_line(one.about), width)
        ]
        lines += hanging("  was  ", _said(change.was, one), width)
        lines += hanging("  now  ", _said(change.now, one), width)
    return "\n".join(lines)


def changes_json(changed: tuple[Changed, ...]) -> list[dict[str, Any]]:
    """The same as plain data; null stands for a decision that one of the two never came to."""
    return [{"was": _decided_json(one.was), "now": _decided_json(one.now)} for one in changed]


def outputs_text(changed: tuple[OutputChanged, ...], width: int = 80) -> str:
    """A line an output that differs."""
    lines: list[str] = []
    for one in changed:
        name = f"{one.invocation}  {one.name or 'KEY'}  "
        said = f"{_value(one.was)} → {_value(one.now)}"
        lines += hanging(name, said, width)
    return "\n".join(lines)


def outputs_json(changed: tuple[OutputChanged, ...]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "call": str(one.invocation),
            "output": one.name,
            "was": to_plain(one.was),
            "now": to_plain(one.now),
        }
        for one in changed
    ]


def outcomes_text(rows: tuple[OutcomeChange, ...], width: int = 80, style: Style = PLAIN) -> str:
    """A table of the runs that would have gone otherwise."""
    lines: list[str] = []
    for row in rows:
        lines += [style.bold(line) for line in hanging("", safe_line(row.run_id), width)]
        said = row.was if row.was == row.now else f"{row.was} → {row.now}"
        lines += hanging("  ", said + ("" if row.is_told else "  (as far as was recorded)"), width)
        for line in _first(row.changed):
            lines += hanging("  ", line, width)
    return "\n".join(lines)


def difference_text(difference: Difference, width: int = 80) -> str:
    """The first entry of a journal that does not follow from those before it."""
    entry = difference.entry
    lines = [f"entry {entry.number} does not follow from those before it"]
    recorded = f"{type(entry.event).__name__}: {to_plain(entry.event)}"
    lines += hanging("  recorded  ", safe_line(recorded), width)
    decided = difference.decided
    said = f"{type(decided).__name__}: {to_plain(decided)}" if decided else "nothing more"
    return "\n".join([*lines, *hanging("  decided   ", safe_line(said), width)])


def difference_json(difference: Difference | None) -> dict[str, Any] | None:
    """The same as plain data; null where everything follows."""
    if difference is None:
        return None
    return {
        "entry": difference.entry.number,
        "recorded": to_plain(difference.entry.event),
        "decided": to_plain(difference.decided),
    }


def _first(changed: tuple[Changed, ...]) -> Iterator[str]:
    for change in changed[:1]:
        one = change.now or change.was
        if one:
            about = f"{one.place}: {safe_line(one.about)}"
            yield f"{about}: {_said(change.was, one)} → {_said(change.now, one)}"


def _said(one: Decided | None, about: Decided) -> str:
    if one is None:
        return _NOT_REACHED
    words = f"{one.verdict} ({one.why})" if one.why else one.verdict
    if one.about != about.about:
        words += f", as: {one.about}"
    return safe_line(words)


def _decided_json(one: Decided | None) -> dict[str, str] | None:
    return dict(vars(one)) if one else None


def _value(value: Value | KeyFailure | None) -> str:
    match value:
        case None:
            return "not there"
        case KeyFailure():
            return f"failed: {safe_line(value.message)}"
        case Table():
            return f"{value.row_count:,} rows"
        case Chart():
            return safe_line(value.caption)
        case Undefined():
            return f"undefined ({safe_line(value.why)})"
        case bool():
            return "yes" if value else "no"
        case str():
            return safe_line(value)
        case _ if hasattr(value, "isoformat"):
            return value.isoformat()
        case _:
            return show_number(value)
