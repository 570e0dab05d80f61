"""The shipped KEYs, executed cell by cell in this process: fast, and without a kernel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import pytest

from runner.keys.catalog import InstalledKey, Library
from runner.kit import InputRefused, KitMisuse
from runner.model.identity import NOTEBOOK_PREFIX, KeyName
from runner.model.result_file import decode_result
from runner.model.results import FailureKind, KeyFailure, KeyResult

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = Library((ROOT,))
Execute = Callable[..., KeyResult | KeyFailure]


def installed(slug: str) -> InstalledKey:
    found = LIBRARY.key(KeyName(NOTEBOOK_PREFIX + slug))
    assert found is not None
    return found


@pytest.fixture
def execute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Execute:
    """Executes the cells of a KEY with these inputs and parameters.

    `threads` limits the engine. A refused input is a failure, as it is in a kernel.
    """

    def execute(slug: str, threads: int = 0, **given: Any) -> KeyResult | KeyFailure:
        key = installed(slug)
        monkeypatch.setenv("RUNBOOK_KEY_DIR", str(key.folder))
        monkeypatch.setenv("RUNBOOK_OUTPUT_DIR", str(tmp_path / "out"))
        monkeypatch.chdir(tmp_path)
        names: dict[str, Any] = {"get_ipython": lambda: None}
        try:
            for cell in jupytext.read(key.notebook).cells:
                if cell.cell_type == "code":
                    exec(cell.source, names)
                if threads and "key" in names:
                    names["key"].connection.execute(f"set threads = {threads}")
                if "parameters" in cell.metadata.get("tags", []):
                    optional = (one.name for one in key.contract.inputs if not one.required)
                    names.update(dict.fromkeys(optional))
                    names.update({name: _plain(value) for name, value in given.items()})
        except (InputRefused, KitMisuse) as refused:
            return KeyFailure(FailureKind.CELL, str(refused))
        return _result(key, tmp_path / "out")

    return execute


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _result(key: InstalledKey, folder: Path) -> KeyResult:
    text = (folder / "result.json").read_text("utf-8")
    published, problems = decode_result(text, key.contract)
    assert problems == ()
    assert published is not None
    missing = {spec.name for spec in key.contract.outputs} - {o.name for o in published.outputs}
    assert missing == set()
    return KeyResult(
        outputs=published.outputs,
        cells=(),
        seconds=0,
        notebook="",
        notebook_digest="",
        data_from=published.data_from,
        data_to=published.data_to,
        warnings=published.warnings,
    )
