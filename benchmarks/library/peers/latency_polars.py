"""`latency_polars.py OUT FILE`: exact quantiles by endpoint and by minute, polars, lazy."""

import json
import sys
from pathlib import Path

import polars as pl


def main() -> None:
    """Write the answers that both sides have to agree on."""
    out, file = sys.argv[1:]
    log = pl.scan_csv(file, try_parse_dates=True)
    asked = [
        pl.len().alias("requests"),
        *(pl.col("duration_ms").quantile(q, "linear").alias(f"q{q}") for q in (0.5, 0.95, 0.99)),
    ]
    minute = pl.col("timestamp").dt.truncate("1m")
    route = pl.col("method") + " " + pl.col("endpoint")
    whole, by_endpoint, by_minute = pl.collect_all(
        [log.select(asked), log.group_by(route).agg(asked), log.group_by(minute).agg(asked)]
    )
    count, p50, p95, p99 = whole.row(0)
    answers = {"requests": count, "p50": p50, "p95": p95, "p99": p99}
    answers |= {"endpoints": len(by_endpoint), "minutes": len(by_minute)}
    Path(out).mkdir(exist_ok=True)
    (Path(out) / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
