"""Edits of a sealed and signed run, drawn with a seed: every one is found, and its file named."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from runner.evidence.run_evidence import RunEvidence
from runner.evidence.seal import verify_run
from runner.evidence.signing import SigningKey
from runner.evidence.store import Store
from runner.model.events import RunFinished, SignalReceived
from runner.model.runs import Outcome

LOCK = "lock"
SIGNING = SigningKey(Ed25519PrivateKey.generate())
Files = dict[str, bytes]
Edit = Callable[[Files, str, random.Random], None]


def flip(files: Files, name: str, chance: random.Random) -> None:
    content = bytearray(files[name])
    bit = chance.randrange(len(content) * 8)
    content[bit // 8] ^= 1 << bit % 8
    files[name] = bytes(content)


def delete(files: Files, name: str, chance: random.Random) -> None:
    del files[name]


def delete_line(files: Files, name: str, chance: random.Random) -> None:
    lines = files[name].splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    files[name] = b"".join(lines)


def swap(files: Files, name: str, chance: random.Random) -> None:
    other = chance.choice(sorted(files.keys() - {name}))
    files[name], files[other] = files[other], files[name]


def swap_lines(files: Files, name: str, chance: random.Random) -> None:
    lines = files[name].splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    files[name] = b"".join(lines)


def duplicate(files: Files, name: str, chance: random.Random) -> None:
    files[f"{name}.{chance.randrange(100)}"] = files[name]


def duplicate_line(files: Files, name: str, chance: random.Random) -> None:
    lines = files[name].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    files[name] = b"".join([*lines[:at], lines[at], *lines[at:]])


def truncate(files: Files, name: str, chance: random.Random) -> None:
    files[name] = files[name][: chance.randrange(len(files[name]))]


def append(files: Files, name: str, chance: random.Random) -> None:
    files[name] += chance.choice([b"\n", b" ", b"\0", files[name]])


EDITS: tuple[Edit, ...] = (
    flip, delete, delete_line, swap, swap_lines, duplicate, duplicate_line, truncate, append,
)  # fmt: skip


@pytest.fixture
def sealed(store: Store, now: Callable[[], datetime]) -> Path:
    with RunEvidence.begin(store, "webhook-failures", now, lambda: 0.0, SIGNING) as run:
        (run.inputs_folder() / "logs.csv").write_bytes(b"id,status\n1,200\n2,500\n")
        (run.path / "report.txt").write_bytes("Zustellung: gestört\nEscalate.\n".encode())
        run.append([SignalReceived(1), SignalReceived(2), RunFinished(Outcome.HEALTHY, 0)])
        run.seal()
    for path in run.path.rglob("*"):
        path.chmod(0o700)
    return run.path


def files_of(folder: Path) -> Files:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != LOCK)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def put(folder: Path, was: Files, files: Files) -> None:
    """Write what differs from `was`, and remove what is no longer among the files."""
    for name in was.keys() - files.keys():
        (folder / name).unlink()
    for name in files:
        if was.get(name) != files[name]:
            (folder / name).write_bytes(files[name])


def undetected(folder: Path, edits: int, seed: int) -> list[str]:
    """The edits that verification does not find, or finds without naming the file."""
    chance, sound, missed = random.Random(seed), files_of(folder), []
    for number in range(edits):
        edit, edited = EDITS[number % len(EDITS)], dict(sound)
        name = chance.choice(sorted(sound))
        edit(edited, name, chance)
        changed = {n for n in {*sound, *edited} if sound.get(n) != edited.get(n)}
        put(folder, sound, edited)
        told = verify_run(folder, SIGNING.public)
        put(folder, edited, sound)
        unnamed = [n for n in sorted(changed) if not any(n in line for line in told)]
        if unnamed:
            missed.append(f"edit {number}, {edit.__name__} {name}: {unnamed} not in {told}")
    return missed


def test_the_run_that_is_edited_is_whole_and_has_every_kind_of_file(sealed: Path) -> None:
    assert verify_run(sealed, SIGNING.public) == ()
    assert set(files_of(sealed)) == {
        "SHA256SUMS",
        "inputs/logs.csv",
        "journal.jsonl",
        "manifest.dsse.json",
        "manifest.json",
        "report.txt",
    }


def test_every_edit_of_a_sealed_run_is_found_and_its_file_named(sealed: Path) -> None:
    assert undetected(sealed, edits=540, seed=1) == []
    assert verify_run(sealed, SIGNING.public) == ()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_one_of_ten_thousand_edits_is_found_and_its_file_named(sealed: Path) -> None:
    assert undetected(sealed, edits=10_000, seed=2) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["journal.jsonl", "manifest.json", "SHA256SUMS", "report.txt"])
def test_every_single_bit_that_is_flipped_is_found(sealed: Path, name: str) -> None:
    content = (sealed / name).read_bytes()
    missed = []
    for bit in range(len(content) * 8):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        (sealed / name).write_bytes(altered)
        if not any(name in line for line in verify_run(sealed)):
            missed.append(bit)
    assert missed == []
