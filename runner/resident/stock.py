"""The kernels that a resident keeps booted, and the fork server that they come from."""

import select
from collections.abc import Mapping

from runner.kernels.boxing import Boxing
from runner.kernels.forking import ForkServer, start_fork_server
from runner.kernels.launch import StartedKernel, kernel_environment, passed_on, start_kernel
from runner.kernels.supply import NOWHERE
from runner.model.sandbox import BEST_EFFORT


class Stock:
    """Spares that nobody listens to yet. They serve a caller with the same allow-list."""

    def __init__(self, environment: Mapping[str, str], size: int):
        self._environment = dict(environment)
        self._passed_on = passed_on(environment)
        self._size = size
        self._spares: list[StartedKernel] = []
        self._forks: ForkServer | None = None

    @property
    def count(self) -> int:
        """How many are booted or boot."""
        return len(self._spares)

    def fill(self) -> None:
        """Boot what is missing; dead ones are replaced. Raises OSError where that fails."""
        if self._forks is None or not self._forks.lives():
            self._forks = start_fork_server(kernel_environment(self._environment, NOWHERE))
        self._spares = [spare for spare in self._spares if _lives(spare)]
        while len(self._spares) < self._size:
            boxing = Boxing(BEST_EFFORT.levels)
            self._spares.append(start_kernel(self._environment, boxing, self._forks))

    def take(self, environment: Mapping[str, str]) -> StartedKernel | None:
        """A spare for this caller; the caller's process holds it from now on, this one lets go."""
        if passed_on(environment) != self._passed_on:
            return None
        self._spares = [spare for spare in self._spares if _lives(spare)]
        return self._spares.pop(0) if self._spares else None

    def connect(self) -> ForkServer | None:
        """The fork server for one more runner."""
        return self._forks.connect() if self._forks else None

    def let_go(self) -> None:
        """Close this process's ends, in a forked process that has no right to the spares."""
        for spare in self._spares:
            spare.channel.close()
        self._spares = []
        if self._forks is not None:
            self._forks.forget()

    def close(self) -> None:
        """End everything."""
        self.let_go()
        if self._forks is not None:
            self._forks.close()


def _lives(spare: StartedKernel) -> bool:
    poll = select.poll()
    poll.register(spare.channel, select.POLLRDHUP)
    if not poll.poll(0):
        return True
    spare.channel.close()
    return False


def memory_of(process: int) -> int:
    """Proportional memory of a process in bytes, pages of several processes shared out."""
    try:
        with open(f"/proc/{process}/smaps_rollup", "rb") as rollup:  # noqa: PTH123
            lines = [line.split() for line in rollup if line.startswith(b"Pss:")]
    except OSError:
        return 0
    return 1024 * int(lines[0][1]) if lines else 0
