"""Whatever changes in a sealed run is found and named; sha256sum finds it without the runner."""

import json
import os
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.errors import EvidenceBroken, EvidenceLost
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.seal import seal_run, verify_run
from runner.evidence.store import Store
from runner.model.events import RunFinished, SignalReceived
from runner.model.runs import Outcome

JOURNAL = "journal.jsonl"


@pytest.fixture
def sealed(store: Store, now: Callable[[], datetime]) -> Path:
    with RunEvidence.begin(store, "webhook-failures", now, lambda: 0.0) as run:
        (run.inputs_folder() / "logs.csv").write_bytes(b"id,status\n1,200\n")
        (run.inputs_folder() / "odd\n\\ näme").write_bytes(b"")
        run.append([SignalReceived(1), SignalReceived(2), RunFinished(Outcome.HEALTHY, 0)])
        run.seal()
    return run.path


def alter(path: Path, edit: Callable[[bytes], bytes]) -> None:
    path.chmod(0o600)
    path.write_bytes(edit(path.read_bytes()))


def sha256sum(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_sealed_run_is_whole(sealed: Path) -> None:
    assert verify_run(sealed) == ()


def test_sha256sum_agrees(sealed: Path) -> None:
    checked = sha256sum(sealed)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": OK") == 4


def test_sha256sum_finds_a_change_without_the_runner(sealed: Path) -> None:
    alter(sealed / "inputs" / "logs.csv", lambda content: content.replace(b"200", b"500"))
    assert sha256sum(sealed).returncode == 1


def test_sealed_files_are_read_only_and_the_lock_is_not_one_of_them(sealed: Path) -> None:
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in sealed.rglob("*") if p.is_file()}
    assert modes.pop("lock") == 0o600
    assert set(modes.values()) == {0o400}
    assert "SHA256SUMS" in modes


def test_the_manifest_is_a_statement_with_the_journal_in_its_predicate(sealed: Path) -> None:
    statement = json.loads((sealed / "manifest.json").read_bytes())
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicate"]["journal"]["length"] == 3
    assert len(statement["predicate"]["journal"]["head"]) == 64
    csv = next(s for s in statement["subject"] if s["name"] == "inputs/logs.csv")
    assert csv["annotations"] == {"size": 16}


@pytest.mark.parametrize("name", [JOURNAL, "manifest.json", "SHA256SUMS", "inputs/logs.csv"])
def test_every_flipped_bit_is_found(sealed: Path, name: str) -> None:
    content = (sealed / name).read_bytes()
    step = max(1, len(content) * 8 // 100)
    (sealed / name).chmod(0o600)
    missed = []
    for bit in range(0, len(content) * 8, step):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        (sealed / name).write_bytes(altered)
        if not verify_run(sealed):
            missed.append(bit)
    assert missed == []


@pytest.mark.parametrize(
    ("name", "edit", "problem"),
    [
        (JOURNAL, lambda c: c[: c[:-1].rindex(b"\n") + 1], "3 lines were sealed, 2 found"),
        (JOURNAL, lambda c: c.replace(b"healthy", b"aborted"), "line 3, the last one, was altered"),
        (JOURNAL, lambda c: b"".join(c.splitlines(True)[i] for i in (1, 0, 2)), "line 1 does not"),
        (JOURNAL, lambda c: c + b"{", "journal.jsonl was altered"),
        ("inputs/logs.csv", lambda c: c + b"2,500\n", "inputs/logs.csv was altered: 16 bytes"),
        ("inputs/logs.csv", lambda c: c.replace(b"200", b"500"), "inputs/logs.csv was altered"),
        ("manifest.json", lambda c: b"[1]", "manifest.json or SHA256SUMS was altered"),
        ("manifest.json", lambda c: b"[" * 99999, "manifest.json does not read as a manifest"),
        ("SHA256SUMS", lambda c: c + c, "SHA256SUMS does not list the files as they are"),
    ],
)
def test_a_change_is_named(
    sealed: Path, name: str, edit: Callable[[bytes], bytes], problem: str
) -> None:
    alter(sealed / name, edit)
    assert any(problem in found for found in verify_run(sealed)), verify_run(sealed)


def test_missing_and_added_files_are_named(sealed: Path) -> None:
    (sealed / "inputs" / "logs.csv").unlink()
    (sealed / "inputs" / "planted.csv").write_bytes(b"")
    (sealed / "link").symlink_to("/etc/passwd")
    os.mkfifo(sealed / "pipe")
    problems = verify_run(sealed)
    assert "inputs/logs.csv is missing" in problems
    assert {"inputs/planted.csv was added", "link was added", "pipe was added"} <= set(problems)


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS"])
def test_a_seal_that_is_missing_or_a_link_is_found(sealed: Path, name: str) -> None:
    (sealed / name).rename(sealed.parent / "elsewhere")
    assert f"the run is not sealed: {name} is not there" in verify_run(sealed)
    (sealed / name).symlink_to(sealed.parent / "elsewhere")
    assert verify_run(sealed)


def test_a_seal_of_another_run_is_found(sealed: Path) -> None:
    other = sealed.rename(sealed.with_name("20260101T000000000Z-other-aaaa"))
    assert verify_run(other) == (f"the manifest is that of run {sealed.name}",)


def test_links_in_a_run_are_recorded_and_never_followed(store: Store) -> None:
    def now() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    with RunEvidence.begin(store, "a", now, lambda: 0.0) as run:
        run.append([RunFinished(Outcome.HEALTHY, 0)])
        (run.path / "out").symlink_to("/etc")
        run.seal()
    assert verify_run(run.path) == ()
    assert b"etc" not in (run.path / "SHA256SUMS").read_bytes()


def test_sealing_again_after_an_interruption_gives_a_whole_seal(sealed: Path) -> None:
    (sealed / "SHA256SUMS").unlink()
    seal_run(sealed, datetime(2026, 11, 24, tzinfo=UTC))
    assert verify_run(sealed) == ()
    assert sha256sum(sealed).returncode == 0


def test_a_damaged_journal_is_not_sealed(sealed: Path) -> None:
    alter(sealed / JOURNAL, lambda content: content.replace(b'"signal":1', b'"signal":9'))
    with pytest.raises(EvidenceBroken):
        seal_run(sealed, datetime(2026, 11, 24, tzinfo=UTC))


def test_a_seal_that_cannot_be_written_is_a_loss_of_evidence(sealed: Path) -> None:
    (sealed / "SHA256SUMS").unlink()
    (sealed / "SHA256SUMS" / "in the way").mkdir(parents=True)
    with pytest.raises(EvidenceLost, match="could not seal"):
        seal_run(sealed, datetime(2026, 11, 24, tzinfo=UTC))
    assert "the run is not sealed: SHA256SUMS is not there" in verify_run(sealed)
