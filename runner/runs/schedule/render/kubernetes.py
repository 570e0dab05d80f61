"""A CronJob of Kubernetes for each entry."""

from typing import Any

from runner.runs.schedule.entry import OnOverlap, ScheduleEntry
from runner.runs.schedule.render.fields import plain_cron
from runner.runs.schedule.render.setting import RenderedFile, Setting, completed, there

_EVIDENCE = "/var/lib/runbook"


def kubernetes_file(entry: ScheduleEntry, setting: Setting) -> RenderedFile:
    """`runbook-NAME.yaml`: no second try, evidence on a claim that outlives the pod."""
    import yaml

    script = completed(there(entry, setting)).replace("$(", "$$(")
    container = {
        "name": "runbook",
        "image": setting.image,
        "command": ["sh", "-c", script],
        "env": [{"name": "RUNBOOK_EVIDENCE_DIR", "value": _EVIDENCE}],
        "volumeMounts": [{"name": "evidence", "mountPath": _EVIDENCE}],
    }
    pod = {
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [
            {"name": "evidence", "persistentVolumeClaim": {"claimName": "runbook-evidence"}}
        ],
    }
    queues = entry.on_overlap is OnOverlap.QUEUE
    document: dict[str, Any] = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": f"runbook-{entry.name}"[:52].rstrip("-")},
        "spec": {
            "schedule": plain_cron(entry, "Kubernetes"),
            "timeZone": entry.timezone,
            "concurrencyPolicy": "Allow" if queues else "Forbid",
            "startingDeadlineSeconds": 3600,
            "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": pod}}},
        },
    }
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)
    return RenderedFile(f"runbook-{entry.name}.yaml", text)
