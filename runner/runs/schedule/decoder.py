"""`runbook.toml` to entries: pure, and with all problems at once."""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from runner.model.frozen import frozen
from runner.runs.schedule.dated import pattern_problem
from runner.runs.schedule.entry import (
    ALL_HORIZONS,
    HORIZONS,
    NamedText,
    OnMissed,
    OnOverlap,
    ScheduleEntry,
)
from runner.runs.schedule.timetable import cron_problem, zone_problem

E = TypeVar("E", bound=Enum)
TABLE = "schedule"
FIELDS = (
    "name",
    "runbook",
    "cron",
    "timezone",
    "inputs",
    "parameters",
    "incident",
    "verify",
    "on_missed",
    "on_overlap",
)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")


@frozen
class Schedule:
    """The entries that are sound, and what is wrong with the others, in words."""

    entries: tuple[ScheduleEntry, ...]
    problems: tuple[str, ...] = ()


def decode_schedule(text: str, runbook_problem: Callable[[str], str]) -> Schedule:
    """The entries in the text of a `runbook.toml`; tables of other names are left alone.

    `runbook_problem` says why a runbook of that name cannot be run; empty where it can.
    """
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Schedule((), (f"it is no TOML: {error}",))
    problems = [
        f"[[{name}]] is not read; did you mean [[{TABLE}]]?"
        for name in document
        if name != TABLE and _close(name, (TABLE,))
    ]
    tables = document.get(TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return Schedule((), (f"write each entry as [[{TABLE}]], in double brackets",))
    decoded = [_decode(table, number, runbook_problem) for number, table in enumerate(tables, 1)]
    entries = [entry for entry, _ in decoded if entry is not None]
    problems += [problem for _, found in decoded for problem in found]
    names = [table.get("name") for table in tables]
    twice = sorted({str(name) for name in names if name is not None and names.count(name) > 1})
    problems += [f"two entries are called {name!r}" for name in twice]
    return Schedule(tuple(entries), tuple(problems))


def _decode(
    table: Mapping[str, Any], number: int, runbook_problem: Callable[[str], str]
) -> tuple[ScheduleEntry | None, list[str]]:
    reader = _Reader(table)
    for field in table:
        if field not in FIELDS:
            close = _close(field, FIELDS)
            reader.add(field, f"no such field; did you mean {close}?" if close else "no such field")
    entry = ScheduleEntry(
        name=reader.text("name", "", _name_problem),
        runbook=reader.text("runbook", "", runbook_problem),
        cron=reader.text("cron", "", cron_problem),
        timezone=reader.text("timezone", "UTC", zone_problem),
        inputs=reader.named("inputs", pattern_problem),
        parameters=reader.named("parameters", lambda text: ""),
        incident=reader.text("incident", " ", _line_problem).strip(),
        verify=reader.horizon("verify"),
        on_missed=reader.choice("on_missed", OnMissed.RUN_ONCE),
        on_overlap=reader.choice("on_overlap", OnOverlap.SKIP),
    )
    where = f"[[{TABLE}]] {number}" + (f" ({table['name']})" if "name" in table else "")
    problems = [f"{where}: {problem}" for problem in reader.problems]
    return (None if problems else entry), problems


class _Reader:
    """The fields of one table, with every problem that reading them showed."""

    def __init__(self, table: Mapping[str, Any]):
        self._table = table
        self.problems: list[str] = []

    def add(self, field: str, problem: str) -> None:
        """Note a problem of a field."""
        said = f" = {self._table[field]!r:.60}" if field in self._table else ""
        self.problems.append(f"{field}{said}: {problem}")

    def text(self, field: str, default: str, check: Callable[[str], str]) -> str:
        """A text; it must be given where `default` is empty."""
        value = self._table.get(field, default)
        if field not in self._table and not default:
            self.add(field, "it is missing")
        elif not isinstance(value, str):
            self.add(field, "a text in quotes is wanted")
        elif problem := check(value):
            self.add(field, problem)
        return str(value)

    def named(self, field: str, check: Callable[[str], str]) -> tuple[NamedText, ...]:
        """A table of texts, numbers and truth values, as the command line would take them."""
        table = self._table.get(field, {})
        if not isinstance(table, dict):
            self.add(field, 'write { NAME = "…" }')
            return ()
        found: list[NamedText] = []
        for name, value in table.items():
            if not isinstance(value, str | int | float) or not name.isidentifier():
                self.add(field, f"{name} = {value!r:.40} is no name with a text or a number")
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if problem := check(text):
                self.add(field, f"{name}: {problem}")
            found.append(NamedText(name, text))
        return tuple(found)

    def choice(self, field: str, default: E) -> E:
        """One of the members of an enum, by its value."""
        known = {member.value: member for member in type(default)}
        value = self._table.get(field, default.value)
        if isinstance(value, str) and value in known:
            return known[value]
        self.add(field, "one of " + ", ".join(f'"{name}"' for name in known))
        return default

    def horizon(self, field: str) -> str:
        """A horizon of the Verification section: all for true, empty for false."""
        value = self._table.get(field, False)
        if isinstance(value, bool):
            return ALL_HORIZONS if value else ""
        known = (*HORIZONS, ALL_HORIZONS)
        if not isinstance(value, str) or value not in known:
            self.add(field, "true, false or one of " + ", ".join(f'"{name}"' for name in known))
        return str(value)


def _name_problem(name: str) -> str:
    if _NAME.fullmatch(name):
        return ""
    return "a name has 1 to 48 of a-z, 0-9 and dashes, none at its ends"


def _line_problem(text: str) -> str:
    return "" if text.isprintable() else "one line of printable text is wanted"


def _close(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, n=1, cutoff=0.7)), "")
