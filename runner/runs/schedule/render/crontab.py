"""A line of a crontab for each entry."""

from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.render.fields import plain_cron
from runner.runs.schedule.render.setting import RenderedFile, Setting, completed, here


def crontab_file(entries: tuple[ScheduleEntry, ...], setting: Setting) -> RenderedFile:
    """The crontab. `%` is escaped, since cron would read a new line there.

    Where cron does not know CRON_TZ, its signal comes at the wrong hour; the entry is then run
    late, once for each of its times, never twice.
    """
    lines = ["# Exit codes 10, 11 and 12 are runs that completed and found something."]
    lines += ["# A cron without CRON_TZ (Debian's) starts entries of other zones late, but once."]
    for entry in entries:
        command = completed(here(entry, setting)).replace("%", "\\%")
        lines += [f"CRON_TZ={entry.timezone}", f"{plain_cron(entry, 'cron')} {command}"]
    return RenderedFile("runbook.crontab", "\n".join(lines) + "\n")
