"""`runbook warm`: starting, asking and stopping the resident process."""

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.errors import UsageError
from runner.model.frozen import frozen
from runner.resident import client, place

if TYPE_CHECKING:
    from runner.kernels.supply import KernelSupply

OF_A_RUN = (
    "runner.cli.app", "runner.cli.run", "runner.cli.run_views", "runner.cli.look_ahead",
    "runner.cli.verify", "runner.cli.reporting", "runner.runs.begin", "runner.runs.loading",
    "runner.runs.at_terminal", "runner.runs.given_ahead", "runner.runs.recorded",
    "runner.keys.papermill_executor", "runner.keys.papermill_engine", "runner.keys.execution",
    "runner.report.html", "runner.report.text", "runner.report.json_form",
    "runner.report.diagnostics", "runner.evidence.signing", "runner.evidence.index", "jinja2",
    "runner.checks.check", "runner.kit.formats.catalog",
    "runner.runs.settings", "runner.runs.settings_decoder",
    "yaml", "sqlite3", "pwd", "gzip", "encodings.ascii", "encodings.unicode_escape",
    "encodings.utf_8_sig",
)  # fmt: skip
"""What a run imports, early or late."""
_MAIN = "from runner.__main__ import main; main()"
_START_SECONDS = 20.0
_IDLE_MINUTES, _SPARES = 30.0, 1
_FIRST_DESCRIPTOR = 3
"""Where systemd puts the socket that it has opened for a service."""


@frozen
class Status:
    """What a resident says of itself. `idle_seconds` are left until it ends by itself."""

    process: int
    spares: int
    served: int
    hosted: int
    idle_seconds: int


def settled(idle_minutes: float | None, spares: int | None) -> tuple[float, int]:
    """What is given, else what `runbook.toml` says, else 30 minutes and one spare."""
    from runner.runs.settings import find_settings

    files = find_settings(Path.cwd(), os.environ)
    idle, count = files.one("warm", "idle_seconds"), files.one("warm", "spares")
    return (
        idle_minutes or (int(idle.value) / 60 if idle else _IDLE_MINUTES),
        spares if spares is not None else int(count.value) if count else _SPARES,
    )


def warm_command(idle_minutes: float, spares: int) -> int:
    """Start a resident in the background, unless one is there; 0 where one answers."""
    found = ask("status")
    if found is None:
        _start_in_background(idle_minutes, spares)
        found = _await_status()
    console.result(_told(found))
    return 0


def status_command() -> int:
    """Say what the resident says; 1 where there is none."""
    found = ask("status")
    console.result(_told(found) if found else "no resident: runs boot their kernels themselves")
    return 0 if found else 1


def stop_command() -> int:
    """Ask the resident to end when the runs that it hosts have ended; 1 where there is none."""
    found = ask("stop")
    hosted = f", after {found.hosted} runs that go on" if found and found.hosted else ""
    console.result(f"the resident ends{hosted}" if found else "no resident")
    return 0 if found else 1


def serve_command(idle_minutes: float, spares: int) -> int:
    """Be the resident, in the foreground, until it is idle for too long or asked to end."""
    from runner.resident.server import Resident
    from runner.resident.stock import Stock

    sys.path[:] = [entry for entry in sys.path if entry] + [str(Path(place.PACKAGE).parent)]
    for name in OF_A_RUN:
        import_module(name)
    from runner.report.html import compile_templates

    compile_templates()
    listener, path = _listener()
    os.chdir("/")
    try:
        Resident(listener, Stock(os.environ, spares), host, 60 * idle_minutes).serve()
    finally:
        if path is not None:
            path.unlink(missing_ok=True)
    return 0


def host(words: Sequence[str], kernels: "KernelSupply") -> None:
    """Be the command line with these words; the process ends with its exit code."""
    from runner.cli.app import main

    sys.argv = ["runbook", *words]
    main(kernels)


def units_command() -> int:
    """Print the units, each with the name of its file."""
    for name, text in units().items():
        console.result(f"# ~/.config/systemd/user/{name}\n{text}")
    return 0


def units() -> dict[str, str]:
    """The systemd units of a user, by file name: a socket, and the service that it starts."""
    from runner.runs.schedule.render.systemd import specifiers_of, word_of

    path = specifiers_of(place.socket_path(os.environ))
    words = (sys.executable, "-c", _MAIN, "warm", "--foreground")
    command = " ".join(map(word_of, words))
    socket_unit = (
        "[Unit]\nDescription=Warm kernels for runbook\n\n[Socket]\n"
        f"ListenSequentialPacket={path}\nSocketMode=0600\nDirectoryMode=0700\n\n"
        "[Install]\nWantedBy=sockets.target\n"
    )
    service = (
        "[Unit]\nDescription=Warm kernels for runbook\nRequires=runbook-warm.socket\n\n"
        f"[Service]\nExecStart={command}\nKillMode=mixed\nUMask=0077\n"
    )
    return {"runbook-warm.socket": socket_unit, "runbook-warm.service": service}


def ask(word: str) -> Status | None:
    """What the resident of this checkout answers; None where there is none."""
    connection = client.connect(os.environ)
    if connection is None:
        return None
    try:
        connection.settimeout(2.0)
        connection.send(word.encode())
        return Status(*map(int, connection.recv(256).split()))
    except (OSError, TypeError, ValueError):
        return None
    finally:
        connection.close()


def _told(found: Status) -> str:
    from runner.resident.stock import memory_of

    megabytes = memory_of(found.process) / 1e6
    return (
        f"resident {found.process}: {found.spares} spare kernels, {found.hosted} runs now, "
        f"{found.served} so far, {megabytes:.0f} MB\n"
        f"it ends in {found.idle_seconds // 60} min if it is not used, "
        "or by `runbook warm --stop`"
    )


def _start_in_background(idle_minutes: float, spares: int) -> None:
    words = ["warm", "--foreground", "--idle", str(idle_minutes), "--spares", str(spares)]
    utf8 = f"utf8={sys.flags.utf8_mode}"  # set without a locale, which this process has made one
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-X", utf8, "-c", _MAIN, *words],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setsid=True,
        setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    )


def _await_status() -> Status:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if found := ask("status"):
            return found
        time.sleep(0.05)
    raise UsageError(
        "the resident did not start", "runs go on without it", "runbook warm --foreground"
    )


def _listener() -> tuple[socket.socket, Path | None]:
    """The socket that systemd has opened, or a new one and its path."""
    if os.environ.pop("LISTEN_PID", "") == str(os.getpid()):
        for name in ("LISTEN_FDS", "LISTEN_FDNAMES"):
            os.environ.pop(name, None)
        os.set_inheritable(_FIRST_DESCRIPTOR, False)
        return socket.socket(fileno=_FIRST_DESCRIPTOR), None
    folder = Path(place.folder(os.environ))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not place.is_private(str(folder)):
        raise UsageError(f"{folder} is not private (0700, yours)", "no resident was started")
    path = Path(place.socket_path(os.environ))
    if ask("status"):
        raise UsageError("a resident is there already", "none was started", "runbook warm --status")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(64)
    return listener, path
