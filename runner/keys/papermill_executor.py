"""The executor of real runs: kernels of ours, notebooks through papermill.

Importing this module costs next to nothing, so that a kernel can boot first of all; the rest, and
papermill, are imported while it boots.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from runner.kernels.boxing import Boxing, Shown
from runner.kernels.launch import KernelCommand, KernelProcess, launch_kernel
from runner.kernels.supply import ENGINE_PROCESS, KernelSupply
from runner.model.sandbox import BEST_EFFORT, SandboxLevel, SandboxPolicy

if TYPE_CHECKING:
    from runner.keys.attempt import Attempt
    from runner.keys.executor import KeyOutcome, Order, Report
    from runner.keys.notebook_source import NotebookSource
    from runner.keys.workplace import Workplace
    from runner.model.results import KeyFailure

_ENGINE = "runner.keys.papermill_engine"
"""Where it is imported already, notebooks are executed here."""


class PapermillExecutor:
    """Executes KEYs, each in a kernel process of its own; see KeyExecutor for the promises.

    `environment` is the caller's; kernels see an allow-list of it. Executed notebooks go to
    keys/<invocation>/attempt-<n>/notebook.ipynb of the run folder, outputs beside it. Raises
    EvidenceLost where they cannot be written. Each kernel is shut in by `policy`; a KEY whose
    kernel cannot be, where that is required, is refused.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        policy: SandboxPolicy = BEST_EFFORT,
        supply: KernelSupply | None = None,
    ):
        """`supply` is one that was begun before, with spares of the same environment."""
        own = os.environ if environment is None else environment
        self._policy = policy
        if supply is not None and supply.levels != policy.levels:
            supply.stop()
            supply = None
        self._environment = dict(own)
        self._supply = supply or KernelSupply(own, policy.levels)
        self.begun: SimpleQueue[Path] = SimpleQueue()
        """The run folder of each KEY that has a kernel: from then on the runner has time."""
        self._lock = threading.Lock()
        self._attempts: set[Attempt] = set()
        self._stopped = False

    def prepare(self, expected: int = 1) -> None:
        """Boot kernels for the KEYs that are expected. Nothing is imported before it is needed."""
        self._supply.prepare(expected)
        if _ENGINE not in sys.modules:
            self._supply.branch_off(ENGINE_PROCESS)

    def check_sandbox(self) -> None:
        """Try whether the level that is required can be had. Raises SandboxRefused."""
        if not self._policy.is_required:
            return
        probe = self._supply.spare() if self._policy.best is SandboxLevel.STRICT else None
        kernel = probe or self._supply.take(Shown())
        reached = kernel.sandbox()
        if reached is None or kernel is not probe:
            kernel.kill()
        if reached is None:
            from runner.errors import SandboxRefused

            raise SandboxRefused(
                self._not_reached(kernel),
                "no cell ran",
                "ask for a weaker level, such as --sandbox landlock; docs/how-to/sandbox.md",
            )

    def execute(self, order: "Order", report: "Report") -> "KeyOutcome":
        """Execute one KEY on a kernel that executes nothing else."""
        from runner.keys.engine import Engine
        from runner.keys.execution import STOPPED, Execution, accept, outputs_folder
        from runner.keys.workplace import Workplace
        from runner.model.results import FailureKind, KeyFailure

        started = time.monotonic()
        if self._stopped:
            return STOPPED
        accepted = accept(order, self._environment)
        if isinstance(accepted, KeyFailure):
            return accepted
        try:
            workplace = Workplace.of(order, outputs_folder(order))
            kernel = self._other_kernel(accepted, order, workplace) or self._supply.take(
                workplace.shown, order.key.contract.network
            )
        except OSError as error:
            return KeyFailure(FailureKind.KERNEL, f"no kernel could be started: {error}")
        if kernel.sandbox() is None:
            kernel.kill()
            workplace.leave()
            return self._unboxed(kernel)
        execution = Execution(order, kernel, workplace, report, started)
        with self._watched(execution.attempt):
            self.begun.put(order.run_folder)
            return execution.outcome(accepted, Engine(self._supply))

    def stop(self) -> None:
        """Kill every kernel, the spares too."""
        with self._lock:
            self._stopped = True
            attempts = list(self._attempts)
        self._supply.stop()
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

    def _other_kernel(
        self, source: "NotebookSource", order: "Order", workplace: "Workplace"
    ) -> KernelProcess | None:
        """A kernel of another name, in a box of its own; None where the notebook wants ours."""
        from runner.keys.attempt import key_environment
        from runner.keys.kernelspecs import kernel_for

        spec = kernel_for(source, self._environment)
        if spec is None:
            return None
        variables = key_environment(workplace.outputs, order.key.notebook)
        needed = {**spec.environment, **variables, **workplace.environment}
        shown = workplace.shown
        readable = (*shown.readable, spec.folder, *spec.programs)
        return launch_kernel(
            self._environment,
            Boxing(
                self._policy.levels,
                order.key.contract.network,
                Shown(readable, shown.writable, shown.hidden),
            ),
            command=KernelCommand(spec.argv, needed, spec.folder),
        )

    def _unboxed(self, kernel: KernelProcess) -> "KeyFailure":
        """The failure of a KEY whose kernel is not shut in as it has to be."""
        from runner.model.results import FailureKind, KeyFailure

        if self._policy.is_required:
            return KeyFailure(FailureKind.REFUSED, self._not_reached(kernel))
        return KeyFailure(FailureKind.KERNEL, "the kernel did not start")

    def _not_reached(self, kernel: KernelProcess) -> str:
        kernel.wait_until_gone(2)
        why = kernel.end.log if kernel.end else "it did not answer"
        level = self._policy.best.value
        return f"the sandbox level {level} is required and cannot be had here ({why})"
