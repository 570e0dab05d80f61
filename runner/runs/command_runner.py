"""The port through which a run runs commands, and its in-memory implementation."""

from collections.abc import Mapping
from threading import Event
from typing import Protocol

from runner.model.commands import CommandEnd, CommandResult
from runner.model.frozen import frozen


@frozen
class CommandOrder:
    """What is to be run: the text as it was approved, its number in the run, its time limit."""

    number: int
    text: str
    limit_seconds: float


class CommandRunner(Protocol):
    """What runs commands, each only after a person's yes for it is on record."""

    def run(self, order: CommandOrder) -> CommandResult:
        """Run one command and wait for its end; its failure is a result, never an exception."""
        ...

    def stop(self) -> None:
        """Kill what runs with everything it started; later orders are not started."""
        ...


class ScriptedCommands:
    """The runner of tests and rehearsals: results by text; without one nothing is started.

    With `gate`, a command lasts until it is set.
    """

    def __init__(self, script: Mapping[str, CommandResult], gate: Event | None = None):
        self._script = dict(script)
        self._gate = gate
        self._stopped = Event()

    def run(self, order: CommandOrder) -> CommandResult:
        """The result that the script has for this text."""
        while self._gate is not None and not self._stopped.is_set():
            if self._gate.wait(0.01):
                break
        if self._stopped.is_set():
            return CommandResult(CommandEnd.STOPPED)
        unknown = CommandResult(CommandEnd.NOT_STARTED, message="this run runs no commands")
        return self._script.get(order.text, unknown)

    def stop(self) -> None:
        """Let everything end as stopped."""
        self._stopped.set()
