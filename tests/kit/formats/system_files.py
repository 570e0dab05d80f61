"""The contract of a KEY that reads traces, audit logs, cost exports and metric series."""

from typing import Any


def texts(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "type": "text", "required": False} for name in names]


TIME = {"name": "timestamp", "type": "timestamp", "aliases": ["time"]}
CHARGE = ["ChargePeriodStart", "lineItem/UsageStartDate", "line_item_usage_start_date"]
COST = ["BilledCost", "lineItem/UnblendedCost", "line_item_unblended_cost"]
CONTRACT = {
    "slug": "systems",
    "title": "Systems",
    "version": "1.0.0",
    "inputs": [
        {
            "name": "spans",
            "label": "spans",
            "formats": ["otel-spans", "csv"],
            "columns": [
                TIME,
                *texts("service", "operation", "span_id", "parent_span_id", "error", "peer"),
                {"name": "duration_ms", "type": "number", "required": False},
            ],
        },
        {
            "name": "audit",
            "label": "audit log",
            "formats": ["cloudtrail", "kubernetes-audit", "jsonl", "csv"],
            "columns": [TIME, *texts("actor", "action", "resource", "outcome", "error", "stage")],
        },
        {
            "name": "costs",
            "label": "cost export",
            "formats": ["focus", "aws-cur", "csv"],
            "columns": [
                {"name": "timestamp", "type": "timestamp", "aliases": CHARGE},
                {"name": "cost", "type": "number", "aliases": COST},
                *texts("tags", "service_name"),
            ],
        },
        {
            "name": "series",
            "label": "metric series",
            "formats": ["metrics-wide", "csv"],
            "columns": [
                TIME,
                {"name": "metric", "type": "text", "required": False},
                {"name": "value", "type": "number"},
            ],
        },
    ],
    "outputs": [{"name": "events", "label": "Events", "type": "count"}],
}
