"""Notebooks of other kernels: found by name in trusted places, executed as ours are."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InvalidInput
from runner.keys.kernelspecs import find_kernelspec, trusted_folders
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.contract import Limits
from runner.model.events import Parameter
from runner.model.results import FailureKind, KeyFailure, KeyResult
from tests.keys.installed import install, order

SHELL = """
import os, subprocess, sys
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Shell(Kernel):
    implementation, implementation_version = "shell", "1"
    language_info = {"name": "bash", "mimetype": "text/x-sh", "file_extension": ".sh"}
    banner = "a small shell"
    so_far = ""

    def do_execute(self, code, silent, *args, **kwargs):
        ended = subprocess.run(["bash", "-c", self.so_far + code], capture_output=True, text=True)
        if code.startswith("#"):
            self.so_far += code + "\\n"
        for name, text in (("stdout", ended.stdout), ("stderr", ended.stderr)):
            if text and not silent:
                self.send_response(self.iopub_socket, "stream", {"name": name, "text": text})
        known = {"execution_count": self.execution_count}
        if ended.returncode:
            error = {"ename": "Exit", "evalue": str(ended.returncode), "traceback": []}
            self.send_response(self.iopub_socket, "error", error)
            return {"status": "error", **known, **error}
        return {"status": "ok", **known, "payload": [], "user_expressions": {}}

IPKernelApp.launch_instance(kernel_class=Shell)
"""


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    """A folder with the kernelspec `small-shell`."""
    folder = tmp_path / "kernels" / "small-shell"
    folder.mkdir(parents=True, mode=0o755)
    (folder / "shell.py").write_text(SHELL)
    argv = ["python", "{resource_dir}/shell.py", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Shell", "language": "bash", "env": {"GREETING": "hello"}}
    (folder / "kernel.json").write_text(json.dumps(spec))
    return folder.parent


def run(
    folder: Path, kernels: Path, *cells: str, limits: Limits | None = None
) -> KeyResult | KeyFailure:
    key = install(folder / "library")
    tree: Any = json.loads(key.notebook.read_text())
    tree["metadata"] = {"kernelspec": {"name": "small-shell", "language": "bash"}}
    first = {**tree["cells"][0], "source": "# defaults\nlimit=3"}
    others = [
        {**first, "id": f"c{n}", "metadata": {}, "source": cell} for n, cell in enumerate(cells)
    ]
    others[-1]["metadata"] = {"tags": ["outputs"]}
    tree["cells"] = [first, *others]
    key.notebook.write_text(json.dumps(tree))
    given = [Parameter("limit", 7)]
    executor = PapermillExecutor({"PATH": os.environ["PATH"], "RUNBOOK_KERNELS": str(kernels)})
    try:
        return executor.execute(
            order(key, folder / "run", limits, parameters=given), lambda progress: None
        )
    finally:
        executor.stop()


@pytest.mark.kernel
def test_a_notebook_of_another_kernel_gets_its_parameters_and_publishes(
    tmp_path: Path, kernels: Path
) -> None:
    outcome = run(tmp_path, kernels, "echo $GREETING", "printf '{\"count\": %d}' $limit")
    assert isinstance(outcome, KeyResult), outcome
    assert outcome.value("count") == Decimal(7)
    text = (tmp_path / "run" / outcome.notebook).read_text()
    assert "hello" in text
    assert json.loads(text)["metadata"]["language_info"]["name"] == "bash"


@pytest.mark.kernel
def test_papermill_shows_the_same(tmp_path: Path, kernels: Path) -> None:
    outcome = run(tmp_path, kernels, "echo $GREETING $limit >&2", "printf '{\"count\": 1}'")
    assert isinstance(outcome, KeyResult), outcome
    command = [str(Path(sys.executable).with_name("papermill")), "-p", "limit", "7"]
    notebook = tmp_path / "library/jupyter-keys/toy-key/toy-key.ipynb"
    subprocess.run(
        [*command, str(notebook), "out.ipynb"],
        cwd=tmp_path,
        env={**os.environ, "JUPYTER_PATH": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    theirs = json.loads((tmp_path / "out.ipynb").read_text())
    ours = json.loads((tmp_path / "run" / outcome.notebook).read_text())
    assert [(c["source"], c["outputs"]) for c in ours["cells"]] == [
        (c["source"], c["outputs"]) for c in theirs["cells"]
    ]


@pytest.mark.kernel
def test_an_error_and_the_wall_limit_are_told_of_another_kernel_too(
    tmp_path: Path, kernels: Path
) -> None:
    outcome = run(tmp_path, kernels, "exit 3", "echo never")
    assert isinstance(outcome, KeyFailure)
    assert (outcome.kind, outcome.message) == (FailureKind.CELL, "Exit: 3")
    slow = tmp_path / "slow"
    slow.mkdir()
    outcome = run(slow, kernels, "sleep 60", "echo never", limits=Limits(wall_seconds=2))
    assert isinstance(outcome, KeyFailure)
    assert outcome.kind is FailureKind.TIMEOUT


def test_a_kernel_that_is_nowhere_is_refused_with_the_places(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        find_kernelspec("ir", (tmp_path,))
    assert refused.value.happened == (
        f"the notebook asks for the kernel 'ir', which is not installed in {tmp_path}"
    )


@pytest.mark.parametrize("name", ["../small-shell", "/etc", ".", "", "a" * 200])
def test_a_name_that_is_a_path_leads_nowhere(kernels: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="is not installed in"):
        find_kernelspec(name, (kernels, kernels / "small-shell"))


def test_a_kernelspec_that_others_can_change_is_refused(kernels: Path) -> None:
    (kernels / "small-shell").chmod(0o777)
    with pytest.raises(InvalidInput, match="small-shell can be changed by others"):
        find_kernelspec("small-shell", (kernels,))


@pytest.mark.parametrize("text", ["", "[]", '{"argv": ["x"]}', '{"argv": "{connection_file}"}'])
def test_a_file_that_is_no_kernelspec_is_refused(kernels: Path, text: str) -> None:
    (kernels / "small-shell" / "kernel.json").write_text(text)
    with pytest.raises(InvalidInput, match="the kernel 'small-shell' is not started"):
        find_kernelspec("small-shell", (kernels,))


def test_homes_and_jupyter_path_are_no_trusted_places() -> None:
    environment = {"HOME": "/home/mallory", "JUPYTER_PATH": "/tmp/planted"}
    places = trusted_folders(environment)
    assert places == tuple(
        Path(base) / "share/jupyter/kernels" for base in (sys.prefix, "/usr/local", "/usr")
    )
