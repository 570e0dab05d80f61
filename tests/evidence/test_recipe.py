"""The recipe of docs/reference/evidence.md, run as it stands there, without the runner."""

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from runner.evidence.run_evidence import RunEvidence
from runner.evidence.signing import SigningKey
from runner.evidence.store import Store
from runner.model.events import RunFinished, SignalReceived
from runner.model.runs import Outcome

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "evidence.md"
PROGRAMS = ("openssl", "sha256sum", "python3", "sh")
SUMS, CHAIN, SIGNATURE = range(3)


def recipe() -> list[str]:
    """The shell blocks of the section that does without the runner, in order."""
    section = REFERENCE.read_text().split("## Check it without the runner\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def signed_run(tmp_path: Path, store: Store, now: Callable[[], datetime]) -> Path:
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    private = tmp_path / "signing-key.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", str(private))
    private.chmod(0o600)
    with RunEvidence.begin(store, "a", now, lambda: 0.0, SigningKey.load(private)) as run:
        (run.inputs_folder() / "logs.csv").write_bytes(b"id,status\n1,200\n")
        run.append([SignalReceived(1), SignalReceived(2), RunFinished(Outcome.HEALTHY, 0)])
        run.seal()
    openssl("pkey", "-in", str(private), "-pubout", "-out", str(run.path / "public-key.pem"))
    return run.path


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], capture_output=True, check=True)


def follow(part: int, folder: Path) -> "subprocess.CompletedProcess[str]":
    scratch = folder.parents[1] / "scratch"
    scratch.mkdir(exist_ok=True)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": str(scratch)}
    command = ["sh", "-e", "-c", recipe()[part]]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def replace(file: Path, old: bytes, new: bytes) -> None:
    content = file.read_bytes()
    assert old in content
    file.chmod(0o600)
    file.write_bytes(content.replace(old, new, 1))


@pytest.mark.parametrize(
    ("part", "said"),
    [(SUMS, "whole"), (CHAIN, "3 lines, head "), (SIGNATURE, "Signature Verified Successfully")],
)
def test_each_part_of_the_recipe_accepts_a_run_that_is_whole(
    signed_run: Path, part: int, said: str
) -> None:
    followed = follow(part, signed_run)
    assert (followed.returncode, followed.stderr) == (0, "")
    assert said in followed.stdout


def test_the_recipe_shows_the_head_that_the_manifest_has(signed_run: Path) -> None:
    found, sealed = follow(CHAIN, signed_run).stdout.splitlines()
    assert found.split()[-1] in sealed


@pytest.mark.parametrize(
    ("part", "name", "old", "new"),
    [
        (SUMS, "inputs/logs.csv", b"200", b"500"),
        (SUMS, "manifest.json", b"sealedAt", b"sealedat"),
        (CHAIN, "journal.jsonl", b'"signal":1', b'"signal":9'),
        (SIGNATURE, "manifest.json", b"sealedAt", b"sealedat"),
    ],
)
def test_each_part_of_the_recipe_refuses_what_was_altered(
    signed_run: Path, part: int, name: str, old: bytes, new: bytes
) -> None:
    replace(signed_run / name, old, new)
    assert follow(part, signed_run).returncode != 0
