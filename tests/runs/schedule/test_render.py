"""What other schedulers are given: read back by their own tools or parsers."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from cronsim import CronSim

from runner.errors import UsageError
from runner.runs.schedule.entry import OnOverlap, ScheduleEntry
from runner.runs.schedule.events import timetable_of
from runner.runs.schedule.render.crontab import crontab_file
from runner.runs.schedule.render.fields import plain_cron, utc_crons
from runner.runs.schedule.render.github import github_file
from runner.runs.schedule.render.kubernetes import kubernetes_file
from runner.runs.schedule.render.setting import Setting, completed
from runner.runs.schedule.render.systemd import on_calendar, systemd_files
from tests.runs.schedule.entries import at, entry

NOW = datetime(2026, 5, 1, tzinfo=UTC)
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here"
)


def setting(folder: str = "/srv/ops") -> Setting:
    command = ("/usr/bin/env", "runbook")
    path = Path(folder)
    return Setting(
        command, path / "runbook.toml", path / "store", "runbook.toml", "ops:1", None, NOW
    )


@pytest.mark.parametrize(
    ("cron", "calendar"),
    [
        ("0 6 * * *", ["*-*-* 6:0:00 Europe/Berlin"]),
        ("*/20 * * * *", ["*-*-* *:0,20,40:00 Europe/Berlin"]),
        ("30 2 1,15 1-3 *", ["*-1,2,3-1,15 2:30:00 Europe/Berlin"]),
        ("0 9 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 9:0:00 Europe/Berlin"]),
        ("0 9 13 * 5,7", ["*-*-13 9:0:00 Europe/Berlin", "Sun,Fri *-*-* 9:0:00 Europe/Berlin"]),
        ("0 9 */2 * 1", [
            "Mon *-*-1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 9:0:00 Europe/Berlin"]),
        ("0 9 L * *", ["*-*~01 9:0:00 Europe/Berlin"]),
        ("0 9 * * 1#2,5L", [
            "Mon *-*-8..14 9:0:00 Europe/Berlin", "Fri *-*~07/1 9:0:00 Europe/Berlin"]),
    ],
)  # fmt: skip
def test_an_expression_as_systemd_says_it(cron: str, calendar: list[str]) -> None:
    assert list(on_calendar(entry(cron, "Europe/Berlin"))) == calendar


@needs_systemd
@pytest.mark.parametrize(
    "cron",
    ["0 6 * * *", "*/20 3 1,15 2 *", "0 9 13 * *", "0 9 * * 5,7", "0 9 */2 * 1", "0 9 L * *",
     "0 9 * * 1#2", "0 9 * * 5L"],
)  # fmt: skip
def test_systemd_has_the_same_next_times(cron: str) -> None:
    ours = [f"{due:%Y-%m-%d %H:%M:%S}" for due in islice(timetable_of(entry(cron)).after(NOW), 5)]
    (calendar,) = on_calendar(entry(cron))
    said = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=5",
         "--base-time=2026-05-01 00:00:00 UTC", calendar],
        capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip
    theirs = [line.split(": ", 1)[1].strip() for line in said.splitlines()
              if line.strip().startswith(("Next elapse", "Iteration", "Iter."))]  # fmt: skip
    assert [time[4:23] for time in theirs] == ours


@needs_systemd
@pytest.mark.parametrize("folder", ["plain", "with space", 'per%cent $HOME "quoted" it\'s ; x'])
def test_systemd_accepts_the_units(tmp_path: Path, folder: str) -> None:
    project = tmp_path / folder
    project.mkdir()
    for file in systemd_files(entry("0 6 * * 1-5", "Europe/Berlin"), setting(str(project))):
        (tmp_path / file.name).write_text(file.text)
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "runbook-daily.timer"),
         str(tmp_path / "runbook-daily.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in ended.stderr.splitlines() if "runbook-daily" in line]
    assert ours == []
    service = (tmp_path / "runbook-daily.service").read_text()
    assert "\nSuccessExitStatus=10 11 12\n" in service


def test_a_line_of_cron_is_one_that_cron_reads() -> None:
    file = crontab_file((entry("*/20 6 * * 1-5", "Europe/Berlin"),), setting("/srv/100% it's"))
    zone, line = file.text.splitlines()[2:]
    assert zone == "CRON_TZ=Europe/Berlin"
    cron, command = " ".join(line.split(" ")[:5]), line.split(" ", 5)[5]
    ours = CronSim("*/20 6 * * 1-5", datetime(2026, 5, 1))
    assert list(islice(CronSim(cron, datetime(2026, 5, 1)), 20)) == list(islice(ours, 20))
    assert "%" not in command.replace("\\%", "")
    assert "10|11|12" in command


@pytest.mark.parametrize(
    ("code", "seen"), [(0, 0), (10, 0), (11, 0), (12, 0), (4, 4), (5, 5), (143, 143)]
)
def test_runs_that_completed_are_no_failures_to_sh(code: int, seen: int) -> None:
    line = completed(("sh", "-c", f"exit {code}"))
    assert subprocess.run(["sh", "-c", line], check=False).returncode == seen
    assert subprocess.run(["sh", "-e", "-c", line], check=False).returncode == seen


def test_a_cronjob_tries_nothing_twice() -> None:
    file = kubernetes_file(entry("0 6 * * 7", "Europe/Berlin"), setting())
    job: dict[str, Any] = yaml.safe_load(file.text)
    assert job["spec"]["schedule"] == "0 6 * * 0"
    assert job["spec"]["timeZone"] == "Europe/Berlin"
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = job["spec"]["jobTemplate"]["spec"]
    assert pod["backoffLimit"] == 0
    assert pod["template"]["spec"]["restartPolicy"] == "Never"
    command = pod["template"]["spec"]["containers"][0]["command"]
    assert command[:2] == ["sh", "-c"]
    assert "--once --config runbook.toml -- daily || case $?" in command[2]
    queued = kubernetes_file(entry("0 6 * * *", on_overlap=OnOverlap.QUEUE), setting())
    assert yaml.safe_load(queued.text)["spec"]["concurrencyPolicy"] == "Allow"


def test_a_workflow_is_started_for_both_offsets_of_its_zone() -> None:
    file = github_file(entry("0 6 * * 1-5", "Europe/Berlin"), setting())
    workflow: dict[str, Any] = yaml.safe_load(file.text)
    crons = [one["cron"] for one in workflow["on"]["schedule"]]
    assert crons == ["0 5 * * 1,2,3,4,5", "0 4 * * 1,2,3,4,5"]
    runs = [step["run"] for step in workflow["jobs"]["run"]["steps"] if "run" in step]
    assert "--late-by 3300 -- daily || case $? in 10|11|12)" in runs[-1]
    assert file.name == ".github/workflows/runbook-daily.yml"


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("0 6 * * *", "UTC"),
        ("0 6 * * *", "America/New_York"),
        ("30 0,23 * * 1", "Europe/Berlin"),
        ("15 22 * * 6", "America/Los_Angeles"),
        ("7 * * * *", "Europe/Berlin"),
        ("0 6 1 * *", "Europe/Berlin"),
    ],
)
def test_expressions_in_utc_cover_every_time_of_the_entry(cron: str, zone: str) -> None:
    one = entry(cron, zone)
    until = NOW + timedelta(days=400)
    crons = utc_crons(one, NOW, "GitHub")
    covered = set()
    for there in crons:
        for found in CronSim(there, NOW.replace(tzinfo=None)):
            if found.replace(tzinfo=UTC) > until:
                break
            covered.add(found.replace(tzinfo=UTC))
    for due in timetable_of(one).after(NOW):
        if due > until:
            break
        assert due in covered or due.astimezone(UTC).date() == at("2027-03-28 00:00").date()


@pytest.mark.parametrize(
    ("cron", "zone", "why"),
    [
        ("0 6 L * *", "UTC", "no L, LW or #"),
        ("0 6 */2 * 1", "UTC", "read in two ways"),
        ("0 6 * * *", "Asia/Kolkata", "half hours"),
        ("0 0 1 * *", "Europe/Berlin", "other days"),
    ],
)
def test_what_a_scheduler_cannot_say_is_refused(cron: str, zone: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        utc_crons(entry(cron, zone), NOW, "GitHub")


def test_lw_is_refused_for_systemd() -> None:
    with pytest.raises(UsageError, match="the last working day"):
        on_calendar(entry("0 6 LW * *"))


def test_a_newline_in_a_path_is_refused_everywhere() -> None:
    bad = setting("/srv/a\nb")
    for render in (lambda: crontab_file((DAILY,), bad), lambda: systemd_files(DAILY, bad)):
        with pytest.raises(UsageError, match="cannot stand in a schedule"):
            render()


DAILY: ScheduleEntry = entry("0 6 * * *")


def test_days_that_either_field_allows_are_said_in_lists() -> None:
    assert plain_cron(entry("0 6 1-31 * 1"), "cron") == "0 6 * * *"
    assert plain_cron(entry("0 6 13 * 5"), "cron") == "0 6 13 * 5"
