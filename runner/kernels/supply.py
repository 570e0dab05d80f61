"""Kernels for the KEYs of a run, forked from a warm process and booted ahead where that can be.

A spare is a kernel that was booted before its KEY was known. Nothing of any KEY has been in it, and
it serves one KEY at most.
"""

import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

from runner.kernels.boxing import Boxing, Shown
from runner.kernels.forking import ForkServer, start_fork_server
from runner.kernels.launch import KernelProcess, kernel_environment, launch_kernel
from runner.model.sandbox import Sandbox, SandboxLevel

ENGINE_PROCESS = "runner.keys.engine_process"
"""The module of the process that executes notebooks, known here so that it can begin early."""
NOWHERE = Path(os.devnull)
"""The folder of no kernel: for an environment that holds for all of them."""
_SPARES = 2
"""How many kernels are kept booted, at most."""
_BIRTH_SECONDS = 10.0
_LOOK_SECONDS = 0.5
"""After which a fork server that has not answered is looked at: a stopped one is not awaited."""


class KernelSupply:
    """Gives out kernels, each once; for any thread.

    `environment` is the caller's, `levels` those to which a kernel may be shut in, the best first.
    Without a fork server that lives, kernels are new Python processes; they differ in nothing but
    in the time they need.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        levels: tuple[SandboxLevel, ...],
        forks: ForkServer | None = None,
        by_resident: bool = False,
    ):
        """`by_resident` says that a resident process hosts the run."""
        self.by_resident = by_resident
        self._environment = dict(environment)
        self.levels = levels
        self._forks = forks
        self._branches: dict[str, socket.socket | None] = {}
        self._lock = threading.Lock()
        self._spares: list[KernelProcess] = []
        self._expected = 0
        self._spares_serve = True
        self._stopped = False

    def prepare(self, expected: int = 1) -> None:
        """Boot what `expected` further KEYs will need soon; returns at once.

        Raises OSError where no process can be started.
        """
        with self._lock:
            self._expected = max(self._expected, expected)
            if self._forks is None and not self._stopped:
                named = kernel_environment(self._environment, NOWHERE)
                self._forks = start_fork_server(named)
        self._restock()

    def branch_off(self, module: str) -> None:
        """Let a process that does what the module says be forked from the fork server, if any."""
        with self._lock:
            if module not in self._branches and self._forks is not None:
                self._branches[module] = self._forks.branch(module)

    def branch(self, module: str) -> socket.socket | None:
        """The socket of the process that was branched off like this; None where there is none."""
        with self._lock:
            return self._branches.get(module)

    def spare(self) -> KernelProcess | None:
        """A spare that stays here, in order to see how kernels are shut in."""
        with self._lock:
            return self._spares[0] if self._spares else None

    def add(self, spare: KernelProcess) -> None:
        """Take over a spare that the resident has booted."""
        with self._lock:
            self._spares.append(spare)

    def take(self, shown: Shown, network: bool = False) -> KernelProcess:
        """A kernel that executes nothing else and sees what is `shown`, for the caller to end.

        Raises OSError where none can be started.
        """
        with self._lock:
            self._expected = max(0, self._expected - 1)
            spare = self._spares.pop(0) if self._spares else None
        try:
            if spare is not None:
                if self._serves(spare, shown, network):
                    return spare
                spare.kill()
            return self._launch(Boxing(self.levels, network, shown))
        finally:
            self._restock()

    def stop(self) -> None:
        """Kill the spares and give out nothing more that would be booted ahead."""
        with self._lock:
            self._stopped = True
            spares, self._spares = self._spares, []
            forks, self._forks = self._forks, None
            branches, self._branches = self._branches, {}
        for spare in spares:
            spare.kill()
        for branch in filter(None, branches.values()):
            branch.close()
        if forks is not None:
            forks.close()

    def _launch(self, boxing: Boxing) -> KernelProcess:
        with self._lock:
            forks = self._forks
        if forks is not None:
            kernel = launch_kernel(self._environment, boxing, forks)
            if self._boxed(kernel) is not None or kernel.was_born:
                return kernel
            kernel.kill()
            with self._lock:
                self._forks = None
            forks.close()
        return launch_kernel(self._environment, boxing)

    def _boxed(self, kernel: KernelProcess) -> Sandbox | None:
        """How it is shut in; None where it ended, or is not born and its fork server is stopped."""
        for _ in range(round(_BIRTH_SECONDS / _LOOK_SECONDS)):
            sandbox = kernel.sandbox(_LOOK_SECONDS)
            if sandbox is not None or kernel.end is not None:
                return sandbox
            with self._lock:
                forks = self._forks
            if forks is not None and forks.is_stopped() and not kernel.was_born:
                return None
        return None

    def _restock(self) -> None:
        """Boot spares for the KEYs that are expected, as far as spares are of use here."""
        with self._lock:
            wanted = min(self._expected, _SPARES) - len(self._spares)
            if self._stopped or not self._spares_serve:
                return
            boxing = Boxing(self.levels)
            for _ in range(wanted):
                self._spares.append(launch_kernel(self._environment, boxing, self._forks))

    def _serves(self, spare: KernelProcess, shown: Shown, network: bool) -> bool:
        """Whether a KEY can have the spare; at the strict level it is shown what the KEY needs."""
        sandbox = self._boxed(spare)
        if sandbox is None or spare.end is not None:
            self._spares_serve = not spare.was_born
            return False
        if sandbox.level is SandboxLevel.STRICT:
            return not network and not spare.admit(shown)
        return sandbox.level is SandboxLevel.RLIMITS
