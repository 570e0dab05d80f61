"""`reconcile_datacompy.py OUT LEFT RIGHT`: datacompy on polars, joined by id."""

import json
import sys
from pathlib import Path

import polars as pl
from datacompy import PolarsCompare


def main() -> None:
    """Write the answers that both sides have to agree on."""
    out, left, right = sys.argv[1:]
    found = PolarsCompare(pl.read_csv(left), pl.read_csv(right), join_columns="id")
    both = found.intersect_rows.height
    answers = {
        "missing_in_target": found.df1_unq_rows.height,
        "missing_in_source": found.df2_unq_rows.height,
        "mismatched_records": both - found.count_matching_rows(),
    }
    Path(out).mkdir(exist_ok=True)
    (Path(out) / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
