"""Where the schedule is written down: `runbook.toml` of the project, or else the user's."""

from collections.abc import Mapping
from pathlib import Path

from runner.errors import NotFound, RunbookError, UsageError
from runner.keys.catalog import Library
from runner.model.frozen import frozen
from runner.runs.configuration import (
    FILE,
    project_file,
    read_configuration,
    user_file,
    user_place,
)
from runner.runs.schedule.decoder import decode_schedule
from runner.runs.schedule.entry import ScheduleEntry


@frozen
class Configuration:
    """The file, absolute, and its entries."""

    path: Path
    entries: tuple[ScheduleEntry, ...]

    def named(self, names: tuple[str, ...]) -> tuple[ScheduleEntry, ...]:
        """The entries of these names, all without any. Raises NotFound."""
        known = {entry.name: entry for entry in self.entries}
        for name in names:
            if name not in known:
                listed = ", ".join(known) or "there is none"
                raise NotFound(
                    f"{self.path} has no entry {name!r}",
                    "nothing was started",
                    f"its entries: {listed}",
                )
        return tuple(known[name] for name in names) if names else self.entries


def find_configuration(
    explicit: Path | None, cwd: Path, environment: Mapping[str, str], library: Path | None
) -> Configuration:
    """The given file, the nearest one around `cwd`, or the user's, with all its entries sound.

    Raises NotFound where there is none, UsageError with every problem of it.
    """
    path = _find(explicit, cwd, environment)
    text = read_configuration(str(path))
    found = Library.find(library, path.parent, environment)

    def runbook_problem(name: str) -> str:
        try:
            found.runbook(str(path.parent / name) if _is_path(name) else name)
        except RunbookError as error:
            return f"{error.happened} {f'({error.hint})' if error.hint else ''}".rstrip()
        return ""

    schedule = decode_schedule(text, runbook_problem)
    if schedule.problems:
        plural = "s" if len(schedule.problems) > 1 else ""
        listed = "".join(f"\n  {problem}" for problem in schedule.problems)
        raise UsageError(
            f"{path} has {len(schedule.problems)} problem{plural}:{listed}", "Nothing was started."
        )
    return Configuration(path, schedule.entries)


def _find(explicit: Path | None, cwd: Path, environment: Mapping[str, str]) -> Path:
    if explicit is not None:
        return explicit.absolute()
    found = project_file(str(cwd.absolute())) or user_file(environment)
    if not found:
        raise NotFound(
            f"there is no {FILE} here, above, or in {Path(user_place(environment)).parent}",
            "nothing was started",
            'write one with: [[schedule]] name = "daily", runbook = "NAME", cron = "0 6 * * *"',
        )
    return Path(found)


def _is_path(name: str) -> bool:
    return name.endswith(".md") or "/" in name
