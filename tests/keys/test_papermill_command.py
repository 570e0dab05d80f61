"""`papermill … --engine runbook`, by the real command."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.keys.notebooks import Tree, code, notebook

pytestmark = pytest.mark.kernel
PAPERMILL = str(Path(sys.executable).with_name("papermill"))


def papermill(folder: Path, tree: Tree, *options: str) -> tuple[Any, Tree]:
    """How the command ended, and the executed notebook."""
    (folder / "nb.ipynb").write_text(json.dumps(tree))
    ended = subprocess.run(
        [PAPERMILL, "nb.ipynb", "out.ipynb", "--engine", "runbook", *options],
        cwd=folder,
        env={**os.environ, "TOLD": "by the caller"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended, json.loads((folder / "out.ipynb").read_text())


def states(tree: Tree) -> list[str]:
    return [cell["metadata"]["papermill"]["status"] for cell in tree["cells"]]


def shown(tree: Tree) -> str:
    outputs = [output for cell in tree["cells"] for output in cell.get("outputs", ())]
    return "".join("".join(output.get("text", ())) for output in outputs)


def test_the_command_executes_with_parameters_environment_and_folder_of_the_caller(
    tmp_path: Path,
) -> None:
    (tmp_path / "beside.py").write_text("word = 'imported'")
    tree = notebook(
        code("limit = 3", "parameters"),
        code("import os, beside\nprint(limit, beside.word, os.environ['TOLD'], os.getcwd())"),
    )
    ended, written = papermill(tmp_path, tree, "-p", "limit", "7", "--log-output")
    assert ended.returncode == 0, ended.stderr
    assert shown(written) == f"7 imported by the caller {tmp_path}\n"
    assert "7 imported by the caller" in ended.stderr
    assert states(written) == ["completed"] * 3
    assert written["metadata"]["papermill"]["exception"] is False


def test_an_error_is_papermills_and_cells_that_never_ran_say_so(tmp_path: Path) -> None:
    ended, written = papermill(tmp_path, notebook(code("1"), code("1 / 0"), code("2")))
    assert ended.returncode == 1
    assert "PapermillExecutionError" in ended.stderr
    assert "ZeroDivisionError" in ended.stderr
    cells = [cell for cell in written["cells"] if cell["cell_type"] == "code"]
    assert states({"cells": cells}) == ["completed", "failed", "never ran"]


def test_an_exit_without_an_error_is_a_success(tmp_path: Path) -> None:
    ended, written = papermill(tmp_path, notebook(code("import sys; sys.exit(0)"), code("1")))
    assert ended.returncode == 0, ended.stderr
    assert states(written) == ["completed", "never ran"]


def test_a_kernel_that_dies_is_told_with_its_cause(tmp_path: Path) -> None:
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    ended, written = papermill(tmp_path, notebook(code("1"), code(kill), code("2")))
    assert ended.returncode == 138, "papermill's exit code for this"
    assert "DeadKernelError: the kernel was killed by SIGKILL" in ended.stderr
    assert states(written) == ["completed", "killed", "never ran"]
    assert written["metadata"]["papermill"]["exception"] is True


def test_the_execution_timeout_counts_for_each_cell(tmp_path: Path) -> None:
    tree = notebook(code("1"), code("import time; time.sleep(60)"), code("2"))
    ended, written = papermill(tmp_path, tree, "--execution-timeout", "1")
    assert ended.returncode == 1
    assert "CellTimeoutError" in ended.stderr
    assert states(written) == ["completed", "timed out", "never ran"]


def test_nothing_outlives_papermill_that_is_killed(tmp_path: Path) -> None:
    cell = (
        "import os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '61'], start_new_session=True)\n"
        "open('pids', 'w').write(f'{os.getpid()} {child.pid}')\ntime.sleep(60)"
    )
    (tmp_path / "nb.ipynb").write_text(json.dumps(notebook(code(cell))))
    running = subprocess.Popen(
        [PAPERMILL, "nb.ipynb", "out.ipynb", "--engine", "runbook"],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    try:
        pids = when_written(tmp_path / "pids").split()
    finally:
        running.kill()
        running.wait()
    until = time.monotonic() + 2
    while time.monotonic() < until and any(is_alive(pid) for pid in pids):
        time.sleep(0.05)
    assert not [pid for pid in pids if is_alive(pid)]


def when_written(file: Path) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if file.exists() and len(file.read_text().split()) == 2:
            return file.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{file.name} was not written")


def is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_two_notebooks_in_one_process(tmp_path: Path) -> None:
    program = (
        "import papermill, sys\n"
        "for n in '12': papermill.execute_notebook('nb.ipynb', f'out{n}.ipynb', {'limit': n}, "
        "engine_name='runbook', progress_bar=False, output_bytes=10)"
    )
    tree = notebook(code("limit = 3", "parameters"), code("print(limit, 'x' * 100)"))
    (tmp_path / "nb.ipynb").write_text(json.dumps(tree))
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True)
    for number in "12":
        told = shown(json.loads((tmp_path / f"out{number}.ipynb").read_text()))
        assert told.startswith(f"{number} xxxxxxxx\n[runbook: output cut here: 10 bytes kept")


def test_what_papermill_imports_of_us_is_light() -> None:
    program = (
        "import papermill, sys; print(*sorted(m for m in sys.modules if m.startswith('runner')))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["runner", "runner.keys", "runner.keys.papermill_entry_point"]
