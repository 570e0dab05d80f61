"""Entries of PostgreSQL logs, as the server writes them."""

import csv
import io
import json
from datetime import datetime
from typing import Any

LOG = datetime(2026, 11, 22, 10)
_STAMP = "2026-11-22 10:00:00.000 UTC"


def csv_row(
    width: int,
    *,
    message: str,
    severity: str = "LOG",
    query: str = "",
    log_time: str = _STAMP,
) -> str:
    """One entry of a csvlog of 23, 24 or 26 columns."""
    cells = [log_time, "app", "shop", "41", "10.0.0.1:4711", "65a.1", "7", "SELECT"]
    cells += [_STAMP, "3/12", "0", severity, "00000", message.replace('""', '"')]
    cells += ["", "", "", "", "", query, "", "", "web", "client backend", "", "5577006791947779410"]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells[:width])
    return text.getvalue()


def json_line(**changed: Any) -> str:
    """One entry of a jsonlog."""
    entry = {
        "timestamp": _STAMP,
        "user": "app",
        "dbname": "shop",
        "pid": 41,
        "session_id": "65a.1",
        "line_num": 7,
        "error_severity": "LOG",
        "application_name": "web",
        "backend_type": "client backend",
        "query_id": 5577006791947779410,
    }
    return json.dumps(entry | changed) + "\n"
