"""The text of a `runbook.toml` to what it says of runs: pure, and with all problems at once."""

from collections.abc import Callable, Iterator
from typing import Any

from runner.model.contract import Limits
from runner.model.frozen import field_names, frozen
from runner.model.identity import NOTEBOOK_PREFIX, KeyName
from runner.model.sandbox import SandboxLevel
from runner.runs.configuration import TABLES, close_to, line_at, lines_of
from runner.runs.limiting import amount_of, units_of

RUN_SECONDS = "run_seconds"
"""The limit of the whole run, which `--timeout` gives as well."""
_LIMITS = field_names(Limits)
_MOST_SPARES = 64
_LEVELS = ("auto", *(level.value for level in SandboxLevel))


@frozen
class Said:
    """A value, by its table and name; `source` is file and line. A limit of one KEY names it."""

    table: str
    name: str
    value: int | str
    source: str
    key: str = ""


@frozen
class Decoded:
    """What a file says, and what is wrong with it, by file and line."""

    said: tuple[Said, ...]
    problems: tuple[str, ...] = ()


def decode_settings(text: str, path: str, stronger_only: str = "") -> Decoded:
    """What the text of the file at `path` says. Entries of `[[schedule]]` are not looked at.

    With `stronger_only`, the path of the user's file, it may not weaken the sandbox.
    """
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Decoded((), (f"{path}: it is no TOML: {error}",))
    reader = _Reader(path, lines_of(text), stronger_only)
    said = tuple(reader.read(document))
    return Decoded(said, tuple(reader.problems))


class _Reader:
    """Reads the tables of one file; what is wrong is in `problems`."""

    def __init__(self, path: str, lines: dict[tuple[str, ...], int], stronger_only: str):
        self._path = path
        self._lines = lines
        self._stronger_only = stronger_only
        self.problems: list[str] = []

    def read(self, document: dict[str, Any]) -> Iterator[Said]:
        """Every value that is sound."""
        for name, table in document.items():
            if name not in TABLES:
                self._unknown((name,), "table", TABLES)
            elif name == "schedule":
                continue
            elif not isinstance(table, dict):
                self._add((name,), f"write it as a table, [{name}]")
            elif name == "limits":
                yield from self._limits(table)
            elif name == "redact":
                yield from self._redact(table)
            else:
                yield from self._plain(name, table)

    def _redact(self, table: dict[str, Any]) -> Iterator[Said]:
        """One for each column."""
        for name, columns in table.items():
            path = ("redact", name)
            if name != "columns":
                self._unknown(path, "name", ("columns",))
            elif not _are_names(columns):
                self._add(path, 'columns is a list of names, such as ["email", "customer name"]')
            else:
                yield from (Said("redact", name, one, self._source(path)) for one in columns)

    def _limits(self, table: dict[str, Any]) -> Iterator[Said]:
        """Those of all KEYs, then those of single ones, which come before them."""
        of_all = {name: value for name, value in table.items() if not isinstance(value, dict)}
        for name, value in of_all.items():
            yield from self._limit(("limits", name), value, (*_LIMITS, RUN_SECONDS))
        for name, limits in table.items():
            if name in of_all:
                continue
            key = name if name.startswith(NOTEBOOK_PREFIX) else NOTEBOOK_PREFIX + name
            if not KeyName.is_well_formed(key):
                self._add(("limits", name), f"{name!r} is no name of a KEY")
                continue
            for limit, value in limits.items():
                yield from self._limit(("limits", name, limit), value, _LIMITS, key)

    def _limit(
        self, path: tuple[str, ...], value: object, known: tuple[str, ...], key: str = ""
    ) -> Iterator[Said]:
        name = path[-1]
        if name not in known:
            self._unknown(path, "limit", known)
            return
        amount = _amount(name, value)
        if amount is None:
            self._add(path, f"the limit {name} cannot be {_toml(value)} (units: {units_of(name)})")
            return
        yield Said("limits", name, amount, self._source(path), key)

    def _plain(self, table: str, given: dict[str, Any]) -> Iterator[Said]:
        known = _NAMES[table]
        for name, value in given.items():
            path = (table, name)
            if name not in known:
                self._unknown(path, "name", tuple(known))
                continue
            read, wanted = known[name]
            checked = read(value)
            problem = wanted if checked is None else self._weakens(name, checked)
            if checked is None or problem:
                self._add(path, f"{name} = {_toml(value)}: {problem}")
            else:
                yield Said(table, name, checked, self._source(path))

    def _weakens(self, name: str, value: int | str) -> str:
        """Why a project's file may not say that of its sandbox."""
        is_weaker = name == "require" and not value
        is_weaker |= name == "level" and value not in ("auto", SandboxLevel.STRICT.value)
        if not is_weaker or not self._stronger_only:
            return ""
        return f"the file of a project cannot weaken the sandbox; {self._stronger_only} can"

    def _unknown(self, path: tuple[str, ...], what: str, known: tuple[str, ...]) -> None:
        close = close_to(path[-1], known)
        hint = f"did you mean {close}?" if close else f"there are: {', '.join(known)}"
        self._add(path, f"no {what} is called {path[-1]!r}; {hint}")

    def _add(self, path: tuple[str, ...], problem: str) -> None:
        self.problems.append(f"{self._source(path)}: {problem}")

    def _source(self, path: tuple[str, ...]) -> str:
        return f"{self._path}:{line_at(self._lines, path)}"


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _amount(name: str, value: object) -> int | None:
    is_amount = isinstance(value, int | str) and not isinstance(value, bool)
    return amount_of(name, str(value)) if is_amount else None


def _level(value: object) -> str | None:
    return str(value) if value in _LEVELS else None


def _flag(value: object) -> int | None:
    return int(value) if isinstance(value, bool) else None


def _spares(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MOST_SPARES else None


def _idle_seconds(value: object) -> int | None:
    return _amount("idle_seconds", value)


def _copied_bytes(value: object) -> int | None:
    return _amount("copy_up_to_bytes", value)


_NAMES: dict[str, dict[str, tuple[Callable[[object], int | str | None], str]]] = {
    "sandbox": {
        "level": (_level, "one of " + ", ".join(f'"{level}"' for level in _LEVELS)),
        "require": (_flag, "true or false"),
    },
    "evidence": {
        "copy_up_to_bytes": (_copied_bytes, f"a size (units: {units_of('copy_up_to_bytes')})"),
    },
    "warm": {
        "use": (_flag, "true or false"),
        "idle_seconds": (_idle_seconds, f"a time (units: {units_of('idle_seconds')})"),
        "spares": (_spares, f"a whole number from 0 to {_MOST_SPARES}"),
    },
}
"""The names of the tables that are not of limits: how a value is read, and what is wanted."""


def _toml(value: object) -> str:
    """A value about as it is written in the file, and not too long."""
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"
