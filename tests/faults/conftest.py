"""Counts of what was injected, printed at the end, and the tools that are absent."""

import shutil
from collections.abc import Callable

import pytest

from runner.model.sandbox import SandboxLevel
from tests.kernels.levels import is_reachable

Tally = Callable[[str, int, int], None]
_TALLIES = pytest.StashKey[dict[str, tuple[int, int]]]()
_TOOLS = {"strace": "apt-get install strace", "bwrap": "apt-get install bubblewrap"}


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Notes how often a fault was injected and in how many of these the promise held."""
    tallies = request.config.stash.setdefault(_TALLIES, {})

    def note(fault: str, injected: int, held: int) -> None:
        before = tallies.get(fault, (0, 0))
        tallies[fault] = (before[0] + injected, before[1] + held)

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of faults, and what could not be tried."""
    tallies = terminalreporter.config.stash.get(_TALLIES, {})
    if not tallies:
        return
    terminalreporter.section("faults: injected, held")
    for fault, (injected, held) in tallies.items():
        mark = "" if held == injected else "   NOT HELD"
        terminalreporter.write_line(f"{injected:5} {held:5}  {fault}{mark}")
    for level in SandboxLevel:
        if not is_reachable(level):
            terminalreporter.write_line(f"absent: the sandbox level {level.value}; not tried")
    for tool, install in _TOOLS.items():
        if shutil.which(tool) is None:
            terminalreporter.write_line(f"absent: {tool} ({install}); what needs it was not tried")
