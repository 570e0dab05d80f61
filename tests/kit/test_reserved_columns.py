"""A contract may have a column that is called as the engine calls the place of a row."""

import json
from pathlib import Path
from typing import Any

from runner import kit
from tests.kit.conftest import CONTRACT

COLUMNS = [{"name": "rowid", "type": "text"}, {"name": "timestamp", "type": "timestamp"}]


def test_a_column_called_rowid_does_not_hide_the_place_of_a_bad_record(
    key: kit.Key, tmp_path: Path
) -> None:
    log = {"name": "log", "label": "log", "formats": ["csv"], "columns": COLUMNS}
    contract: dict[str, Any] = {**CONTRACT, "inputs": [log]}
    (tmp_path / "key" / "key.json").write_text(json.dumps(contract), "utf-8")
    rows = [f"x{n},2026-11-22T10:00:{n:02}Z" for n in range(30)]
    rows[7] = "x7,yesterday"
    Path("log.csv").write_text("rowid,timestamp\n" + "\n".join(rows) + "\n", "utf-8")

    loaded = kit.open_key(key.contract.key.text).load("log", "log.csv")

    assert (loaded.rows_read, loaded.rows_bad) == (29, 1)
    assert [bad.record for bad in loaded.bad_records] == [8]
