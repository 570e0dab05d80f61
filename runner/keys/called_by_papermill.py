"""Executing a notebook because papermill says so: its options, its saves, its exceptions.

The notebook sees the caller's working folder and environment, as papermill's own kernels do. What
is ours: nothing outlives papermill, output is complete, and cells say what happened to them.
"""

import logging
import os
from pathlib import Path
from typing import Any

from runner.kernels.boxing import Boxing
from runner.kernels.launch import KernelProcess, launch_kernel
from runner.keys.attempt import Attempt, CellFailed, KernelDied
from runner.keys.executed_notebook import tell_the_truth
from runner.keys.execution import cause_of_death
from runner.keys.notebook_source import KERNEL
from runner.model.contract import Limits
from runner.model.frozen import field_names
from runner.model.results import CellState
from runner.model.sandbox import SandboxLevel

_NO_LIMITS = dict.fromkeys(field_names(Limits), 2**62) | {"wall_seconds": 10**9}
_UNBOXED = Boxing((SandboxLevel.RLIMITS,), network=True)
"""papermill's users run what they trust, and their notebooks use what is theirs."""
_OF_RECORD = ("output_path", "progress_bar", "log_output", "autosave_cell_every")
_OF_CLIENT = ("log_output", "stdout_file", "stderr_file")
_GONE_SECONDS = 5.0

Notebook = Any


def is_ours(kernel_name: str) -> bool:
    """Whether a kernel of that name is one that we start."""
    return kernel_name == KERNEL


def execute(notebook: Notebook, options: dict[str, Any]) -> Notebook:
    """Execute a notebook that papermill has parameterised; the notebook, with what came of it.

    An error of a cell is left to papermill, which finds it in the notebook. Raises DeadKernelError
    where the kernel died and CellTimeoutError where a cell took longer than papermill allows; the
    notebook is saved before.
    """
    kernel = launch_kernel(os.environ, _UNBOXED)  # it boots while the rest is imported
    try:
        return _execute(notebook, options, kernel)
    finally:
        kernel.kill()
        kernel.wait_until_gone(_GONE_SECONDS)


def _execute(notebook: Notebook, options: dict[str, Any], kernel: KernelProcess) -> Notebook:
    from papermill.engines import NotebookExecutionManager

    from runner.keys.papermill_engine import KernelBoundClient

    record = NotebookExecutionManager(notebook, **_among(options, _OF_RECORD))
    attempt = _attempt(kernel, options)
    record.notebook_start()
    attempt.begin(notebook)
    attempt.start_clock()
    client = KernelBoundClient(record, attempt, **_client_options(options))
    failed: BaseException | None = None
    try:
        client.execute()
    except BaseException as error:
        failed = error
        if not isinstance(error, CellFailed):
            raise _for_papermill(error, kernel) from None
    finally:
        attempt.stop_clock()
        if failed is not None:
            attempt.end_cell(_state_of_last_cell(failed))
        tell_the_truth(attempt, failed is not None, notebook.metadata.papermill["output_path"])
        record.cleanup_pbar()
        record.save()
    return notebook


def _for_papermill(error: BaseException, kernel: KernelProcess) -> BaseException:
    """The exception that papermill's callers know."""
    from nbclient.exceptions import DeadKernelError

    if isinstance(error, KernelDied | DeadKernelError):
        return DeadKernelError(cause_of_death(kernel.end, error))
    return error


def _state_of_last_cell(error: BaseException) -> CellState:
    if isinstance(error, CellFailed):
        return CellState.FAILED
    return CellState.TIMED_OUT if isinstance(error, TimeoutError) else CellState.KILLED


def _attempt(kernel: KernelProcess, options: dict[str, Any]) -> Attempt:
    limits = Limits(**{**_NO_LIMITS, **_among(options, field_names(Limits))})
    source = Path(str(options.get("input_path")))
    attempt = Attempt(kernel, limits, source, source.parent, lambda *place: None)
    attempt.environment = dict(os.environ)
    attempt.working_folder = Path.cwd()
    attempt.boot_seconds = float(options.get("start_timeout") or attempt.boot_seconds)
    return attempt


def _client_options(options: dict[str, Any]) -> dict[str, Any]:
    timeout = options.get("execution_timeout") or options.get("timeout")
    log = logging.getLogger("papermill")
    return {**_among(options, _OF_CLIENT), "timeout": timeout, "log": log}


def _among(options: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}
