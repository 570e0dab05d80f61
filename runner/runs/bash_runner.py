"""Commands run for real: by bash, under an escort, with a time limit, output masked.

Nothing of what a command writes reaches the disk, the journal or the terminal unmasked, and nothing
that it starts outlives it or the runner (`runner.kernels.escort`).
"""

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runner.document.shell_lines import variables_read
from runner.evidence.atomic import write_atomically
from runner.evidence.disk import or_evidence_lost
from runner.kernels.tree import kill_below
from runner.model.commands import CommandEnd, CommandResult
from runner.model.masking import Mask, secrets_of
from runner.runs.command_runner import CommandOrder
from runner.runs.kept_output import KeptOutput

COMMANDS_FOLDER = "commands"
_CHUNK = 1 << 16
_ESCORT = str(Path(__file__).parents[1] / "kernels" / "escort.py")
_TICK_SECONDS = 0.05
_GRACE_SECONDS = 0.5
"""From SIGTERM to SIGKILL, and for what is still in the pipe when bash has ended."""
_ANSWER_SECONDS = 5.0
"""In which the escort has killed everything that can be killed."""


class BashRunner:
    """Runs commands in `cwd` with the operator's environment; standard input is empty."""

    def __init__(self, run_folder: Path, environment: Mapping[str, str], cwd: Path):
        self._run_folder = run_folder
        self._environment = dict(environment)
        self._cwd = cwd
        self._stopped = threading.Event()

    def run(self, order: CommandOrder) -> CommandResult:
        """Run it; what is kept of its output is on disk when this returns.

        Raises EvidenceLost where the output cannot be written.
        """
        unset = [v for v in variables_read(order.text) if v not in self._environment]
        if unset:
            return CommandResult(CommandEnd.NOT_STARTED, message=f"${unset[0]} is not set")
        if self._stopped.is_set():
            return CommandResult(CommandEnd.STOPPED)
        folder = self._folder()
        began = time.monotonic()
        try:
            process = self._start(order.text)
        except OSError as error:
            return CommandResult(CommandEnd.NOT_STARTED, message=f"bash: {error.strerror}")
        output = KeptOutput(Mask(secrets_of(self._environment)))
        with process:
            end = self._follow(process, began + order.limit_seconds, output)
        output.finish()
        file = folder / f"{order.number}.txt"
        with or_evidence_lost(f"write {file.name}"):
            write_atomically(file, output.kept, 0o400)
        return output.result(
            end,
            process.returncode if end is CommandEnd.EXITED else None,
            time.monotonic() - began,
            f"{COMMANDS_FOLDER}/{file.name}",
        )

    def stop(self) -> None:
        """Kill the command under way with everything it started."""
        self._stopped.set()

    def _folder(self) -> Path:
        folder = self._run_folder / COMMANDS_FOLDER
        with or_evidence_lost(f"create {COMMANDS_FOLDER}"):
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _start(self, text: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-I", "-S", _ESCORT, "bash", "--noprofile", "--norc", "-c", text],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._cwd,
            env=self._environment,
            start_new_session=True,
            bufsize=0,
        )

    def _follow(
        self, process: "subprocess.Popen[bytes]", until: float, output: KeptOutput
    ) -> CommandEnd:
        """Read until it ends, has to be stopped or takes too long; nothing of it lives on."""
        end = CommandEnd.EXITED
        while process.poll() is None:
            if self._stopped.is_set():
                end = CommandEnd.STOPPED
            elif time.monotonic() >= until:
                end = CommandEnd.TIMED_OUT
            if end is not CommandEnd.EXITED:
                _kill(process)
                break
            _read(process, output, _TICK_SECONDS)
        drained = time.monotonic() + _GRACE_SECONDS
        while _read(process, output, 0.01) and time.monotonic() < drained:
            pass
        return end


def _read(process: "subprocess.Popen[bytes]", output: KeptOutput, seconds: float) -> bool:
    """Take what has come; False where there is nothing more for now."""
    pipe = process.stdout.fileno() if process.stdout else -1
    ready, _, _ = select.select([pipe], [], [], seconds)
    if not ready:
        return False
    chunk = os.read(pipe, _CHUNK)
    output.feed(chunk)
    if not chunk:
        time.sleep(min(seconds, 0.01))
    return bool(chunk)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM by way of the escort, then SIGKILL; an escort that does not answer is killed too."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.write(b"t")
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
        process.stdin.close()
    try:
        process.wait(_ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        kill_below(process.pid)
        process.wait()
