"""A workflow of GitHub Actions for each entry."""

from typing import Any

from runner.errors import UsageError
from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.render.fields import utc_crons
from runner.runs.schedule.render.setting import RenderedFile, Setting, completed, there

_EVIDENCE = ".runbook"


def github_file(entry: ScheduleEntry, setting: Setting) -> RenderedFile:
    """`.github/workflows/runbook-NAME.yml`, its times in UTC, the only zone that GitHub knows.

    With two offsets a year it is started for both; the entry's own clock, its journal from the
    cache, and at first sight the hour that has not passed yet, say which start is due.
    """
    import yaml

    crons = utc_crons(entry, setting.now, "GitHub")
    late = () if len(crons) == 1 else ("--late-by", "3300")
    script = completed(there(entry, setting, *late))
    if "${{" in script:
        raise UsageError(f"{setting.config_there} would be an expression of GitHub's")
    job = {
        "runs-on": "ubuntu-latest",
        "env": {"RUNBOOK_EVIDENCE_DIR": _EVIDENCE},
        "steps": _steps(entry, script),
    }
    document: dict[str, Any] = {
        "name": f"Runbook {entry.name}",
        "on": {"schedule": [{"cron": cron} for cron in crons], "workflow_dispatch": {}},
        "permissions": {"contents": "read"},
        "concurrency": {"group": f"runbook-{entry.name}", "cancel-in-progress": False},
        "jobs": {"run": job},
    }
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)
    return RenderedFile(f".github/workflows/runbook-{entry.name}.yml", text)


def _steps(entry: ScheduleEntry, script: str) -> list[dict[str, Any]]:
    key = f"runbook-schedule-{entry.name}-"
    journal = {"path": f"{_EVIDENCE}/schedule", "key": key + "${{ github.run_id }}"}
    return [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.13"}},
        {"run": "pip install runbook-runner"},
        {"uses": "actions/cache/restore@v4", "with": {**journal, "restore-keys": key}},
        {"run": script},
        {"if": "always()", "uses": "actions/cache/save@v4", "with": journal},
        {
            "if": "always()",
            "uses": "actions/upload-artifact@v4",
            "with": {
                "name": f"evidence-{entry.name}",
                "path": f"{_EVIDENCE}/runs",
                "include-hidden-files": True,
            },
        },
    ]
