"""The wheel: everything that a user needs in an empty directory is in it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = out.glob("runbook_runner-*.whl")
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def call(unpacked: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = "from runner.cli.app import main; import runner; print(runner.__path__); main()"
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_runbooks_and_keys_are_found_from_an_empty_directory(
    unpacked: Path, tmp_path: Path
) -> None:
    listed = call(unpacked, tmp_path, "list")
    assert str(unpacked) in listed.stdout
    assert "webhook-failures" in listed.stdout
    assert "jupyter-webhook-event-analysis" in listed.stdout
    assert call(unpacked, tmp_path, "plan", "webhook-failures").returncode == 0


@pytest.mark.kernel
def test_a_run_in_an_empty_directory_reaches_its_decision(unpacked: Path, tmp_path: Path) -> None:
    shipped = unpacked / "runner/library/jupyter-keys/webhook-event-analysis/samples"
    (tmp_path / "logs.csv").write_bytes((shipped / "mixed-timeouts.csv").read_bytes())
    ended = call(unpacked, tmp_path, "run", "webhook-failures", "-i", "logs.csv")
    assert ended.returncode == 10, ended.stderr
    assert "Action 2" in ended.stdout


def test_the_wheel_carries_its_licence_and_says_that_it_is_typed(unpacked: Path) -> None:
    assert (unpacked / "runner/py.typed").is_file()
    assert list(unpacked.glob("*.dist-info/licenses/LICENSE"))
