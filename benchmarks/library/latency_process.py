"""`latency_process.py OUT FILE`: exact quantiles by endpoint and by minute, by the kit."""

import json
import sys
from pathlib import Path

from runner import kit

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Write the answers that both sides have to agree on."""
    import os

    out, file = sys.argv[1:]
    os.environ["RUNBOOK_KEY_DIR"] = str(ROOT / "jupyter-keys/api-performance-analysis")
    key = kit.open_key("jupyter-api-performance-analysis")
    key.load("api_log", file)
    asked = "count(*) as requests, quantile_cont(duration_ms::double, [0.5, 0.95, 0.99]) as q"
    whole = key.row(f"select {asked} from api_log")
    by_endpoint = key.sql(
        f"select method || ' ' || endpoint as e, {asked} from api_log group by method, endpoint"
    )
    by_minute = key.sql(
        f"select date_trunc('minute', timestamp) as m, {asked} from api_log group by m"
    )
    answers = {"requests": whole["requests"]}
    answers |= dict(zip(("p50", "p95", "p99"), whole["q"], strict=True))
    answers |= {"endpoints": len(by_endpoint.fetchall()), "minutes": len(by_minute.fetchall())}
    Path(out).mkdir(exist_ok=True)
    (Path(out) / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
