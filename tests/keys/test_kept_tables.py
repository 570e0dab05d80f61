"""What the runner asks for, hands over and records of loaded inputs that are kept as Parquet."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from runner.keys.inputs import stage_input
from runner.keys.kept_tables import Tables, large_inputs, tables_of_earlier_attempts
from runner.keys.papermill_executor import PapermillExecutor
from runner.keys.secrets import Secrets
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.model.results import KeyResult, StagedInput
from tests.keys.installed import CONTRACT, install, order

CALL = InvocationId(StepId(PlaceKind.STEP, "1"), 1, 1)
CELL = """
from runner import kit
key = kit.open_key("jupyter-toy-key")
key.load("events", events)
key.publish(**key.row("select count(*) as count from events"))
"""
ROWS = "event_id,status\ne1,200\ne2,x\ne3,200\ne4,200\n"
EXPECTED = Path("keys/step-1.1.1/attempt-1/outputs/loaded/events.parquet")


def ordered(tmp_path: Path, run: str = "run", **changes: Any) -> Any:
    (tmp_path / "events.csv").write_text(ROWS)
    contract = {**CONTRACT, "secrets": [{"name": "token"}] if "secrets" in changes else []}
    key = install(tmp_path / run / "library", CELL, contract=contract)
    staged = stage_input("events", tmp_path / "events.csv", tmp_path / run)
    made = order(key, tmp_path / run, inputs=(staged,))
    return type(made)(**{**vars(made), **changes})


def execute(given: Any) -> KeyResult:
    executor = PapermillExecutor()
    try:
        result = executor.execute(given, lambda progress: None)
    finally:
        executor.stop()
    assert isinstance(result, KeyResult), result
    return result


@pytest.mark.kernel
def test_a_kept_table_is_listed_with_its_digest_and_its_counts(tmp_path: Path) -> None:
    given = ordered(tmp_path, tables=Tables(keep=("events",)))
    (kept,) = execute(given).loaded
    raw = (tmp_path / "run" / EXPECTED).read_bytes()
    assert kept.digest == "sha256:" + hashlib.sha256(raw).hexdigest()
    assert (kept.name, kept.of) == ("events", given.inputs[0].digest)
    assert (kept.file, kept.size) == (str(EXPECTED), len(raw))
    assert (kept.rows_read, kept.rows_bad) == (3, 1)


@pytest.mark.kernel
def test_nothing_is_kept_or_told_without_being_asked_for(tmp_path: Path) -> None:
    assert execute(ordered(tmp_path)).loaded == ()
    assert not (tmp_path / "run" / EXPECTED).exists()


@pytest.mark.kernel
def test_what_was_kept_is_read_in_place_of_the_file(tmp_path: Path) -> None:
    """Proved by a file that was exchanged: the executor hands over, the caller looks at digests."""
    first = ordered(tmp_path, tables=Tables(keep=("events",)))
    execute(first)
    table = str(tmp_path / "run" / EXPECTED)
    second = ordered(tmp_path, "again", tables=Tables(have=(("events", table),)))
    copy = tmp_path / "again" / second.inputs[0].file
    copy.chmod(0o600)
    copy.write_text(ROWS + "e5,200\ne6,200\n")
    result = execute(second)
    assert str(result.value("count")) == "3"
    assert result.loaded == ()


@pytest.mark.kernel
def test_a_key_that_knows_a_secret_keeps_no_table(tmp_path: Path) -> None:
    secrets = Secrets({"token": "hunter2-hunter2"})
    given = ordered(tmp_path, tables=Tables(keep=("events",)), secrets=secrets)
    assert execute(given).loaded == ()
    assert not (tmp_path / "run" / EXPECTED).exists()


def test_only_large_inputs_are_kept() -> None:
    small, large = (StagedInput(f"i{n}", "", "", n, "") for n in (99, 100))
    assert large_inputs((small, large), 100) == ("i100",)


def test_an_attempt_that_was_broken_off_leaves_what_it_wrote_whole(tmp_path: Path) -> None:
    def left(attempt: int, content: bytes, said: bytes | None) -> None:
        folder = tmp_path / f"keys/step-1.1.1/attempt-{attempt}/outputs/loaded"
        folder.mkdir(parents=True)
        (folder / "events.parquet").write_bytes(content)
        if said is not None:
            line = f"{hashlib.sha256(said).hexdigest()}  events.parquet\n"
            (folder / "events.parquet.sha256").write_text(line)

    def found() -> dict[str, str]:
        return dict(tables_of_earlier_attempts(tmp_path, CALL, ("events", "other")))

    assert found() == {}
    left(1, b"torn", b"whole")
    left(2, b"without a checksum", None)
    assert found() == {}
    left(9, b"whole", b"whole")
    left(10, b"newer", b"newer")
    left(11, b"torn", b"whole")
    assert found() == {"events": "keys/step-1.1.1/attempt-10/outputs/loaded/events.parquet"}


def test_the_kit_and_the_runner_speak_of_the_same_variable_and_folder() -> None:
    from runner.keys import kept_tables as runner_side
    from runner.kit import kept_tables as kit_side

    assert runner_side.KEPT_TABLES == kit_side.KEPT_TABLES
    assert runner_side._FOLDER == kit_side.FOLDER
