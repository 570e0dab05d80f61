"""Starting the run of an entry: a process of its own, so that no run can take others with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from runner.errors import RunbookError
from runner.evidence.store import EVIDENCE_DIR, Store
from runner.model.frozen import frozen
from runner.runs.schedule.dated import input_files
from runner.runs.schedule.events import Ended
from runner.runs.schedule.ledger import OUTPUT_FILE, FolderLedger, Hold, ending

_START = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from runner.cli.app import main; main()"
)
"""What `python -m runner` does, but with this runner, whatever lies in the project's folder."""
_PACKAGES = str(Path(__file__).resolve().parents[3])


class StartedRun(Protocol):
    """A run that was started."""

    def poll(self) -> Ended | None:
        """How it ended, or None while it goes on."""

    def stop(self, at_once: bool) -> None:
        """Ask it to end in order, or kill it."""


class Launcher(Protocol):
    """Who starts runs."""

    def start(self, hold: Hold) -> StartedRun:
        """Start the run. Never raises: what cannot be started has ended, and says why."""


@frozen
class Refused:
    """A run that could not be started."""

    ended: Ended

    def poll(self) -> Ended | None:
        """Why it could not."""
        return self.ended

    def stop(self, at_once: bool) -> None:
        """There is nothing to stop."""


class ProcessRun:
    """A run in a process of its own."""

    def __init__(self, hold: Hold, process: "subprocess.Popen[bytes]", output: Path, store: Store):
        self._hold, self._process, self._output, self._store = hold, process, output, store

    def poll(self) -> Ended | None:
        """Its exit code and its run, once the process has ended."""
        code = self._process.poll()
        if code is None:
            return None
        code = 128 - code if code < 0 else code
        return ending(self._hold.fired, self._output, code, self._store)

    def stop(self, at_once: bool) -> None:
        """SIGTERM, which lets it finish its evidence, or SIGKILL."""
        self._process.send_signal(signal.SIGKILL if at_once else signal.SIGTERM)


class ProcessLauncher:
    """Starts `runbook run … --unattended` or `runbook verify` in the folder of `runbook.toml`.

    The evidence is kept in `store`.
    """

    def __init__(
        self,
        ledger: FolderLedger,
        store: Store,
        project: Path,
        options: tuple[str, ...],
        environment: Mapping[str, str],
    ):
        self._ledger, self._store, self._project = ledger, store, project
        self._options = options
        self._environment = {**environment, EVIDENCE_DIR: str(store.root)}

    def start(self, hold: Hold) -> StartedRun:
        """Start it; its first line of output names the run, also after this process is gone."""
        output = self._ledger.folder_of(hold.entry) / OUTPUT_FILE
        try:
            command = [*run_arguments(hold, self._project), *self._options]
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(output, flags, 0o600)
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _START, _PACKAGES, *command],
                    cwd=self._project,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=descriptor,
                    pass_fds=(hold.descriptor,),
                    start_new_session=True,
                )
            finally:
                os.close(descriptor)
        except RunbookError as error:
            problem = error.happened
            return Refused(Ended(hold.fired.due, "", int(error.exit_code), problem))
        except OSError as error:
            return Refused(Ended(hold.fired.due, "", 4, f"it could not be started: {error}"))
        return ProcessRun(hold, process, output, self._store)


def run_arguments(hold: Hold, project: Path) -> tuple[str, ...]:
    """What is typed behind `runbook` for a run of an entry. Raises InvalidInput for its files."""
    entry = hold.entry
    arguments = ["run", "--unattended"]
    if entry.verify:
        arguments = ["verify", "--horizon", entry.verify]
    arguments += ["--format", "jsonl"]
    for name, file in input_files(entry, hold.fired.due, project):
        arguments += ["--input", f"{name}={file}"]
    for parameter in entry.parameters:
        arguments += ["--param", f"{parameter.name}={parameter.text}"]
    if entry.incident:
        arguments += [f"--incident={entry.incident}"]
    return (*arguments, "--", entry.runbook)
