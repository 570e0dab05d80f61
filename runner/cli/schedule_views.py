"""What `schedule list` shows of an entry."""

from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from runner.errors import ExitCode
from runner.model.safe_text import safe_line
from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.events import Ended, ScheduleState, timetable_of

_NEXT_TIMES = 3


def entry_json(entry: ScheduleEntry, state: ScheduleState, now: datetime) -> dict[str, Any]:
    """An entry for programs: times in UTC and on its own clock, ISO 8601."""
    zone = ZoneInfo(entry.timezone)
    return {
        "name": entry.name,
        "runbook": entry.runbook,
        "verify": entry.verify,
        "cron": entry.cron,
        "timezone": entry.timezone,
        "next": [
            {"utc": due.isoformat(), "local": due.astimezone(zone).isoformat()}
            for due in _next_times(entry, now)
        ],
        "running_for": state.running.due.isoformat() if state.running else None,
        "queued_for": state.queued.isoformat() if state.queued else None,
        "last": _ended_json(state.ended) if state.ended else None,
    }


def entry_text(entry: ScheduleEntry, state: ScheduleState, now: datetime) -> str:
    """An entry for people: its next times, what goes on, and how its last run ended."""
    zone = ZoneInfo(entry.timezone)
    what = safe_line(entry.runbook) + (f" (verify {entry.verify})" if entry.verify else "")
    lines = [f"{entry.name}  {what}  {entry.cron}  {entry.timezone}"]
    for number, due in enumerate(_next_times(entry, now)):
        label = "next" if number == 0 else ""
        lines.append(f"  {label:<8}{due.astimezone(zone):%a %Y-%m-%d %H:%M %Z}  {due:%H:%M} UTC")
    if state.running:
        lines.append(f"  running for {state.running.due:%Y-%m-%d %H:%M} UTC")
    if state.queued:
        lines.append(f"  queued for {state.queued:%Y-%m-%d %H:%M} UTC")
    lines.append(f"  last    {_last_text(state)}")
    return "\n".join(lines)


def _next_times(entry: ScheduleEntry, now: datetime) -> tuple[datetime, ...]:
    return tuple(islice(timetable_of(entry).after(now), _NEXT_TIMES))


def _ended_json(ended: Ended) -> dict[str, Any]:
    return {
        "due": ended.due.isoformat(),
        "run": ended.run_id,
        "exit_code": ended.exit_code,
        "problem": ended.problem,
    }


def _last_text(state: ScheduleState) -> str:
    ended = state.ended
    if ended is None:
        return "no run yet"
    code = "ended unseen" if ended.exit_code is None else _outcome(ended.exit_code)
    parts = (f"{ended.due:%Y-%m-%d %H:%M} UTC", code, ended.run_id, ended.problem)
    return "  ".join(safe_line(part) for part in parts if part)


def _outcome(code: int) -> str:
    names = {int(member): member.name.lower().replace("_", " ") for member in ExitCode}
    return f"{names.get(code, 'aborted')} ({code})"
