"""The executor of real runs: kernels of ours, notebooks through papermill.

Importing this module costs next to nothing, so that a kernel can boot first of all; the rest, and
papermill, are imported while it boots.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.kernels.launch import KernelProcess, launch_kernel

if TYPE_CHECKING:
    from runner.keys.attempt import Attempt
    from runner.keys.executor import KeyOutcome, Order, Report


class PapermillExecutor:
    """Executes KEYs, each in a kernel process of its own; see KeyExecutor for the promises.

    `environment` is the caller's; kernels see an allow-list of it. Executed notebooks go to
    keys/<invocation>/attempt-<n>/notebook.ipynb of the run folder, outputs beside it. Raises
    EvidenceLost where they cannot be written.
    """

    def __init__(self, environment: Mapping[str, str] | None = None):
        self._environment = dict(os.environ if environment is None else environment)
        self._lock = threading.Lock()
        self._spare: KernelProcess | None = None
        self._attempts: set[Attempt] = set()
        self._stopped = False

    def prepare(self) -> None:
        """Boot a spare kernel, unless there is one, and import papermill meanwhile."""
        with self._lock:
            if self._spare is None and not self._stopped:
                self._spare = launch_kernel(self._environment)
        threading.Thread(target=_import_engine, name="import papermill", daemon=True).start()

    def execute(self, order: "Order", report: "Report") -> "KeyOutcome":
        """Execute one KEY on a kernel that executes nothing else."""
        from runner.keys.execution import STOPPED, Execution, accept
        from runner.model.results import FailureKind, KeyFailure

        started = time.monotonic()
        if self._stopped:
            return STOPPED
        accepted = accept(order)
        if isinstance(accepted, KeyFailure):
            return accepted
        try:
            kernel = self._take_kernel()
        except OSError as error:
            return KeyFailure(FailureKind.KERNEL, f"no kernel could be started: {error}")
        execution = Execution(order, kernel, report, started)
        with self._watched(execution.attempt):
            return execution.outcome(accepted)

    def stop(self) -> None:
        """Kill every kernel, the spare too."""
        with self._lock:
            self._stopped = True
            attempts, spare, self._spare = list(self._attempts), self._spare, None
        if spare is not None:
            spare.kill()
        for attempt in attempts:
            attempt.stop()

    @contextmanager
    def _watched(self, attempt: "Attempt") -> Iterator[None]:
        """Let `stop` reach the attempt, and end its kernel whatever happens."""
        with self._lock:
            self._attempts.add(attempt)
            if self._stopped:
                attempt.stop()
        try:
            yield
        finally:
            attempt.stop_clock()
            attempt.kernel.kill()
            with self._lock:
                self._attempts.discard(attempt)

    def _take_kernel(self) -> KernelProcess:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None and spare.end is None:
            return spare
        return launch_kernel(self._environment)


def _import_engine() -> None:
    from runner.keys import papermill_engine  # noqa: F401
