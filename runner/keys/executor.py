"""The port through which a run executes KEYs, and its in-memory implementation."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from runner.keys.catalog import InstalledKey
from runner.keys.kept_tables import NO_TABLES, Tables
from runner.keys.secrets import NO_SECRETS, Secrets
from runner.model.contract import Limits
from runner.model.events import Parameter
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName
from runner.model.results import FailureKind, KeyFailure, KeyResult, StagedInput


@frozen
class Order:
    """What is to be executed. `attempt` counts from 1; `run_folder` is an absolute path.

    Files of inputs are relative to it, or absolute. `hidden` are folders that the KEY must not
    see, but for its inputs there.
    """

    invocation: InvocationId
    attempt: int
    key: InstalledKey
    inputs: tuple[StagedInput, ...]
    parameters: tuple[Parameter, ...]
    run_folder: Path
    limits: Limits
    secrets: Secrets = NO_SECRETS
    hidden: tuple[Path, ...] = ()
    tables: Tables = NO_TABLES


@frozen
class Progress:
    """A code cell runs: the `cell`th, from 1, of `cells`; `elapsed` seconds so far.

    `tail` is the last line that was printed, `printed` the end of what was printed since the
    report before, `cut` the number of characters before it that are left out. A KEY that knows
    secrets shows none. `dropped` counts the reports of this KEY that were given up before this one.
    """

    invocation: InvocationId
    cell: int
    cells: int
    elapsed: float
    tail: str = ""
    printed: str = ""
    cut: int = 0
    dropped: int = 0


Report = Callable[[Progress], None]
KeyOutcome = KeyResult | KeyFailure


class KeyExecutor(Protocol):
    """What executes KEYs, several at once from several threads."""

    def execute(self, order: Order, report: Report) -> KeyOutcome:
        """Execute one KEY and wait for its end.

        A fault of the notebook, of its data or of its kernel is a KeyFailure, never an exception.
        `report` is called from the calling thread. Not for a thread that runs an event loop.
        """
        ...

    def stop(self) -> None:
        """Kill every kernel, from any thread, for good.

        Executions under way return KeyFailure(STOPPED) within two seconds, later ones at once.
        """
        ...

    def prepare(self, expected: int = 1) -> None:
        """Boot for the next executions, `expected` in all; returns at once, may be left out."""
        ...


Script = Mapping[KeyName | InvocationId, KeyOutcome | tuple[KeyOutcome, ...]]
"""Outcomes by invocation, or by KEY; the outcomes of a tuple are given in turn, the last again."""


class ScriptedExecutor:
    """The executor of tests and rehearsals: outcomes come from a script, no kernel is started.

    With `gate`, executions wait until it is set. A KEY without a script is a REFUSED failure.
    """

    def __init__(self, script: Script, gate: threading.Event | None = None):
        self._script = dict(script)
        self._gate = gate
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._given: dict[KeyName | InvocationId, int] = {}
        self._orders: list[Order] = []

    @property
    def orders(self) -> tuple[Order, ...]:
        """Every order so far, in order of arrival."""
        with self._lock:
            return tuple(self._orders)

    def execute(self, order: Order, report: Report) -> KeyOutcome:
        """The next outcome of the script for this invocation, else for this KEY."""
        with self._lock:
            self._orders.append(order)
        report(Progress(order.invocation, 1, 1, 0.0))
        while self._gate is not None and not self._stopped.is_set():
            if self._gate.wait(0.01):
                break
        if self._stopped.is_set():
            return KeyFailure(FailureKind.STOPPED, "the runner stopped it")
        return self._next(order)

    def stop(self) -> None:
        """Let everything that waits, and everything later, end as STOPPED."""
        self._stopped.set()

    def prepare(self, expected: int = 1) -> None:
        """Nothing to boot."""

    def _next(self, order: Order) -> KeyOutcome:
        name = order.key.contract.key
        for key in (order.invocation, name):
            outcomes = self._script.get(key)
            if outcomes is None:
                continue
            if not isinstance(outcomes, tuple):
                return outcomes
            with self._lock:
                turn = self._given.get(key, 0)
                self._given[key] = turn + 1
            return outcomes[min(turn, len(outcomes) - 1)]
        return KeyFailure(FailureKind.REFUSED, f"the script has no outcome for `{name.text}`")
