"""A KEY that reads every log format there is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner import kit
from tests.kit.formats import system_files

COLUMNS = [
    {"name": "timestamp", "type": "timestamp", "required": False, "aliases": ["ts", "time"]},
    {"name": "level", "type": "text", "required": False},
    {"name": "message", "type": "text", "required": False, "aliases": ["msg"]},
    {"name": "host", "type": "text", "required": False, "aliases": ["client"]},
    {"name": "app", "type": "text", "required": False, "aliases": ["service"]},
    {"name": "path", "type": "text", "required": False, "aliases": ["http.route"]},
    {"name": "status", "type": "integer", "required": False},
    {"name": "duration_s", "type": "number", "required": False, "aliases": ["request_time_s"]},
]
FORMATS = ["log", "syslog", "logfmt", "otel-logs", "access-log", "alb-log", "jsonl", "json", "csv"]
CONTRACT = {
    "slug": "any-log",
    "title": "Any log",
    "version": "1.0.0",
    "inputs": [
        {"name": "log", "label": "log", "formats": FORMATS, "columns": COLUMNS},
        {"name": "lines", "label": "lines", "formats": ["text"]},
    ],
    "outputs": [{"name": "events", "label": "Events", "type": "count"}],
}
Rows = Callable[..., Any]


@pytest.fixture
def any_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> kit.Key:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "key.json").write_text(json.dumps(CONTRACT), "utf-8")
    monkeypatch.setenv("RUNBOOK_KEY_DIR", str(tmp_path / "key"))
    monkeypatch.chdir(tmp_path)
    return kit.open_key("jupyter-any-log")


@pytest.fixture
def load_log(any_log: kit.Key) -> Rows:
    """Loads a text as the log; what came of it, and its rows."""

    def load(text: str | bytes, **more: Any) -> tuple[Any, list[dict[str, Any]]]:
        Path("a.log").write_bytes(text if isinstance(text, bytes) else text.encode())
        loaded = any_log.load("log", "a.log", **more)
        found = any_log.sql("from log")
        return loaded, [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    return load


@pytest.fixture
def systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> kit.Key:
    """A KEY that reads traces, audit logs, cost exports and metric series."""
    (tmp_path / "key").mkdir()
    contract = json.dumps(system_files.CONTRACT)
    (tmp_path / "key" / "key.json").write_text(contract, "utf-8")
    monkeypatch.setenv("RUNBOOK_KEY_DIR", str(tmp_path / "key"))
    monkeypatch.chdir(tmp_path)
    return kit.open_key("jupyter-systems")
