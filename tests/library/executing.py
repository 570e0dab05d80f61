"""Executes the cells of a shipped KEY in this process, as its kernel would."""

from pathlib import Path
from typing import Any

import jupytext
import pytest

from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.result_file import PublishedResult, decode_result

ROOT = Path(__file__).resolve().parents[2]
KEYS = ROOT / "jupyter-keys"


def contract_of(slug: str) -> KeyContract:
    contract, problems = decode_contract((KEYS / slug / "key.json").read_text("utf-8"))
    assert contract is not None, problems
    return contract


def execute(
    slug: str, out: Path, monkeypatch: pytest.MonkeyPatch, threads: int = 0, **parameters: Any
) -> PublishedResult:
    """What the KEY publishes with these parameters; a threads of 0 leaves the engine's default."""
    monkeypatch.setenv("RUNBOOK_KEY_DIR", str(KEYS / slug))
    monkeypatch.setenv("RUNBOOK_OUTPUT_DIR", str(out))
    names: dict[str, Any] = {}
    for cell in jupytext.read(KEYS / slug / f"{slug}.ipynb").cells:
        if cell.cell_type != "code":
            continue
        exec(cell.source, names)
        if "parameters" in cell.metadata.get("tags", []):
            names.update(parameters)
        if threads and "key" in names:
            names["key"].connection.execute(f"set threads = {threads}")
    result, problems = decode_result((out / "result.json").read_text("utf-8"), contract_of(slug))
    assert problems == ()
    assert result is not None
    return result
