"""`webhook_pandas.py OUT FILE`: the webhook analysis, as one writes it with pandas."""

import json
import sys
from pathlib import Path

import pandas as pd


def main() -> None:
    """Write the answers that both sides have to agree on."""
    out, file = sys.argv[1:]
    log = pd.read_csv(file, engine="pyarrow")
    log["timestamp"] = pd.to_datetime(log["timestamp"], utc=True)
    failed = ~log["http_status"].between(200, 299)
    error = log["error"].fillna("")
    kinds = {
        "signature_errors": "signature", "timeout_errors": "timeout",
        "processing_errors": "processing", "connection_errors": "connection",
    }  # fmt: skip
    answers = {
        "events": len(log),
        "failed_deliveries": int(failed.sum()),
        "delivery_success_rate": float(1 - failed.mean()),
        **{name: int((failed & error.str.contains(word)).sum()) for name, word in kinds.items()},
        "latency_p95": round(float(log["latency_ms"].quantile(0.95)) / 1000, 6),
        "duplicate_events": int((log[~failed].groupby(["event_id", "endpoint"]).size() > 1).sum()),
    }
    hours = log["timestamp"].dt.floor("h")
    log.groupby(hours).size()
    failed.groupby([log["event_type"]]).agg(["size", "sum"])
    failed.groupby([hours, error.str.split(":").str[0]]).sum()
    failed.groupby(log["timestamp"].dt.floor("min")).agg(["size", "sum"])
    Path(out).mkdir(exist_ok=True)
    (Path(out) / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
