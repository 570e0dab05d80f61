"""Which file an entry means: dated names filled in, then the newest of what a glob finds."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from runner.errors import InvalidInput
from runner.runs.schedule.entry import ScheduleEntry

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DATED = re.compile(r"((?:YYYY|MM|DD|HH|[-_.T])+)(?:([+-]\d{1,3})([dh]))?")
_PARTS = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H"}
_GLOB = re.compile(r"[*?\[]")


def pattern_problem(pattern: str) -> str:
    """Why a file pattern cannot be used; empty where it can."""
    if not pattern.strip() or "\0" in pattern:
        return "it names no file"
    for inside in _PLACEHOLDER.findall(pattern):
        if not _DATED.fullmatch(inside):
            return (
                f"{{{inside}}} is no date; write {{YYYYMMDD}}, {{YYYY-MM-DD}} or, for the day "
                "before, {YYYYMMDD-1d}"
            )
    return ""


def dated(pattern: str, due: datetime, timezone: str) -> str:
    """The pattern with its dates filled in: `due` on the clock of the entry's time zone."""
    local = due.astimezone(ZoneInfo(timezone))

    def fill(found: re.Match[str]) -> str:
        match = _DATED.fullmatch(found[1])
        if match is None:
            return found[0]
        # Wall-clock arithmetic on purpose: the day before is the day before, also after 23 hours.
        shift = int(match[2] or 0)
        moment = local + (timedelta(hours=shift) if match[3] == "h" else timedelta(days=shift))
        return re.sub("YYYY|MM|DD|HH", lambda part: moment.strftime(_PARTS[part[0]]), match[1])

    return _PLACEHOLDER.sub(fill, pattern)


def file_of(pattern: str, folder: Path) -> Path:
    """The file that `pattern` names, relative to `folder`: of several the newest.

    Two of the same age are told apart by name, the later one counts. Raises InvalidInput where a
    glob finds none.
    """
    path = folder / pattern
    if not _GLOB.search(pattern):
        return path
    absolute = Path(pattern).is_absolute()
    root = Path(path.anchor) if absolute else folder
    wanted = str(path.relative_to(path.anchor)) if absolute else pattern
    found = [file for file in root.glob(wanted) if file.is_file()]
    if not found:
        raise InvalidInput(f"no file matches {path}", "nothing was executed")
    return max(found, key=lambda file: (file.stat().st_mtime_ns, str(file)))


def input_files(entry: ScheduleEntry, due: datetime, folder: Path) -> tuple[tuple[str, Path], ...]:
    """The inputs of the run for `due`, by name. Raises InvalidInput."""
    return tuple(
        (given.name, file_of(dated(given.text, due, entry.timezone), folder))
        for given in entry.inputs
    )
