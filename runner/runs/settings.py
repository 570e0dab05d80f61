"""What `runbook.toml` settles for runs: limits, sandbox, evidence, redaction, the resident.

Flags come before it, a project's file before the user's. The project's cannot weaken the sandbox,
since it comes with the notebooks that the sandbox is for.
"""

from collections.abc import Mapping
from pathlib import Path

from runner.errors import RunbookError, UsageError
from runner.model.frozen import frozen
from runner.runs.configuration import FILE, project_file, read_configuration, user_file, user_place
from runner.runs.limiting import LimitChange, LimitChanges
from runner.runs.settings_decoder import RUN_SECONDS, Said, decode_settings


@frozen
class Settings:
    """What the files say, the weakest first."""

    said: tuple[Said, ...] = ()

    def one(self, table: str, name: str) -> Said | None:
        """What counts for a name of a table; None where no file says it."""
        found = [one for one in self.said if (one.table, one.name, one.key) == (table, name, "")]
        return found[-1] if found else None

    def columns(self) -> tuple[str, ...]:
        """The columns to be redacted, of all files: none takes back what another says."""
        return tuple(dict.fromkeys(str(one.value) for one in self.said if one.table == "redact"))

    def limits(self) -> LimitChanges:
        """The limits of KEYs. Those for one KEY come after those for all of the same file."""
        return LimitChanges(
            tuple(
                LimitChange(one.name, int(one.value), one.source, one.key)
                for one in self.said
                if one.table == "limits" and one.name != RUN_SECONDS
            )
        )


def find_settings(cwd: Path, environment: Mapping[str, str]) -> Settings:
    """What the files say, where there are any.

    Raises UsageError with every problem of them, each by file and line; nothing was executed.
    """
    users, projects = user_file(environment), project_file(str(cwd))
    said: list[Said] = []
    problems: list[str] = []
    for path in filter(None, dict.fromkeys((users, projects))):
        stronger_only = "" if path == users else user_place(environment)
        found = decode_settings(read_configuration(path), path, stronger_only)
        said += found.said
        problems += found.problems
    if problems:
        plural = "s" if len(problems) > 1 else ""
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise UsageError(
            f"{FILE} has {len(problems)} problem{plural}:{listed}",
            "nothing was executed",
            "docs/reference/configuration.md lists all tables",
        )
    return Settings(tuple(said))


def uses_resident(cwd: Path, environment: Mapping[str, str]) -> bool:
    """Whether no file says `use = false`. What is wrong with a file is told by the run itself."""
    try:
        said = find_settings(cwd, environment).one("warm", "use")
    except RunbookError:
        return False
    return said is None or bool(said.value)
