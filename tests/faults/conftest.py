"""Counts of what was injected, printed at the end, and the tools that are absent."""

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from runner.model.sandbox import SandboxLevel
from tests.kernels.levels import is_reachable

Tally = Callable[[str, int, int], None]
_TALLIES = pytest.StashKey[dict[str, tuple[int, int]]]()
_TOOLS = {
    "strace": "apt-get install strace",
    "bwrap": "apt-get install bubblewrap",
    "setpriv": "apt-get install util-linux",
    "systemd-analyze": "apt-get install systemd",
}
_MODULES = {"ipywidgets": ".venv/bin/pip install ipywidgets"}


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
    absent = {tool: how for tool, how in _TOOLS.items() if shutil.which(tool) is None}
    absent |= {name: how for name, how in _MODULES.items() if find_spec(name) is None}
    if os.geteuid() != 0:
        absent["other users"] = "run it as root"
    for tool, install in absent.items():
        terminalreporter.write_line(f"absent: {tool} ({install}); what needs it was not tried")
