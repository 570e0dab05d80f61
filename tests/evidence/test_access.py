"""A store is private, unless its folder declares it for a group."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.evidence.letterbox import Letterbox
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.store import Store
from runner.model.events import RunFinished
from runner.model.runs import Outcome

Modes = dict[str, str]
NOW: Callable[[], datetime] = lambda: datetime(2026, 11, 25, tzinfo=UTC)  # noqa: E731


def modes_of_a_run(root: Path) -> Modes:
    store = Store(root)
    with RunEvidence.begin(store, "a", NOW, lambda: 0.0) as run:
        Letterbox(run.path).prepare()
        (run.inputs_folder() / "log.csv").write_bytes(b"x")
        (run.inputs_folder() / "log.csv").chmod(0o400)
        run.share()
        found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in [run.path, *run.path.rglob("*")]}
    return {name.replace(run.id, "run"): f"{mode:o}" for name, mode in found.items()}


def test_a_store_is_private_by_default(tmp_path: Path) -> None:
    assert set(modes_of_a_run(tmp_path / "new").values()) == {"700", "600", "400"}


def test_a_folder_with_mode_2770_is_shared_with_its_group(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o2770)
    modes = modes_of_a_run(tmp_path / "shared")
    assert {modes[name] for name in ("run", "inbox", "taken", "inputs")} == {"2770"}
    assert {modes[name] for name in ("journal.jsonl", "lock")} == {"660"}
    assert modes["log.csv"] == "440"


@pytest.mark.parametrize("mode", [0o770, 0o2750, 0o2700, 0o755])
def test_nothing_less_declares_it(tmp_path: Path, mode: int) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(mode)
    modes = modes_of_a_run(tmp_path / "store").values()
    assert {mode[-3:] for mode in modes} == {"700", "600", "400"}


def test_sealed_files_of_a_shared_store_can_be_read_by_the_group(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o2770)
    with RunEvidence.begin(Store(tmp_path / "shared"), "a", NOW, lambda: 0.0) as run:
        run.append([RunFinished(Outcome.HEALTHY, 0)])
        run.seal()
    assert stat.S_IMODE((run.path / "journal.jsonl").stat().st_mode) == 0o440
