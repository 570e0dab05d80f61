import json
from pathlib import Path
from typing import Any

import pytest

from runner import kit

LOG_TEXTS = (
    "user_name",
    "database_name",
    "process_id",
    "session_id",
    "severity",
    "sql_state",
    "message",
    "detail",
    "query_id",
    "phase",
    "statement",
    "dialect",
)
LOG_NUMBERS = ("duration_ms", "lock_ms", "rows_sent", "rows_examined")
CONTRACT: dict[str, Any] = {
    "slug": "delivery-log",
    "title": "Delivery log",
    "version": "1.0.0",
    "inputs": [
        {
            "name": "log",
            "label": "delivery log",
            "formats": ["csv", "jsonl", "json", "parquet"],
            "columns": [
                {"name": "timestamp", "type": "timestamp", "aliases": ["created"]},
                {"name": "event_type", "type": "text"},
                {"name": "status", "type": "integer", "aliases": ["status code"]},
                {"name": "seconds", "type": "number", "required": False},
                {"name": "note", "type": "text", "required": False},
            ],
        },
        {"name": "lines", "label": "log lines", "formats": ["text"]},
        {"name": "any_table", "label": "any table", "formats": ["csv", "jsonl", "json", "parquet"]},
        {
            "name": "server_log",
            "label": "server log",
            "formats": ["postgres-csvlog", "postgres-jsonlog", "postgres-stderr", "mysql-slow"],
            "columns": [
                {"name": "timestamp", "type": "timestamp"},
                *({"name": n, "type": "text", "required": False} for n in LOG_TEXTS),
                *({"name": n, "type": "number", "required": False} for n in LOG_NUMBERS),
            ],
        },
    ],
    "outputs": [
        {"name": "events", "label": "Events", "type": "count"},
        {
            "name": "rate",
            "label": "Rate",
            "type": "ratio",
            "nullable": True,
            "null_means": "no events",
        },
        {"name": "since", "label": "Since", "type": "timestamp"},
        {"name": "by_type", "label": "By type", "type": "table"},
        {"name": "findings", "label": "Findings", "type": "table"},
        {"name": "over_time", "label": "Over time", "type": "chart"},
    ],
    "limits": {"file_bytes": 4_000_000, "memory_bytes": 1_000_000_000},
}


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> kit.Key:
    """A KEY opened under the runner: its folder and its output folder are in the environment."""
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "key.json").write_text(json.dumps(CONTRACT), "utf-8")
    monkeypatch.setenv("RUNBOOK_KEY_DIR", str(tmp_path / "key"))
    monkeypatch.setenv("RUNBOOK_OUTPUT_DIR", str(tmp_path / "out"))
    monkeypatch.chdir(tmp_path)
    return kit.open_key("jupyter-delivery-log")
