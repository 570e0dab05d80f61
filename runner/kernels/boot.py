"""What runs inside the kernel process: an IPython kernel that takes nothing from its surroundings.

    python -P boot.py CONNECTION_FILE

A fork server calls `preload` once and `serve` in each process that it forks; the kernel is the
same. No configuration, start-up or history file is read or written, the working directory is not
importable, and output is never dropped.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_UNTIL_FIRST_CELL = (
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger",
    "IPython.core.oinspect", "IPython.extensions.storemagic", "ipykernel.debugger", "pdb",
    "sqlite3", "tornado.locks", "tornado.platform.asyncio", "tornado.queues", "faulthandler",
)  # fmt: skip
"""Imported when a kernel starts its application, and not when that is imported."""


def main(connection_file: str) -> None:
    """Boot the kernel and serve until it is killed."""
    find_package()
    serve(connection_file)


def find_package() -> None:
    """Let `runner` be importable, behind everything else that is."""
    root = str(Path(__file__).resolve().parents[2])
    if root not in sys.path:
        sys.path.append(root)


def preload() -> None:
    """Import what a kernel imports until its first cell has run; starts no thread."""
    with _without("debugpy", "jedi"):
        _kernel_application()
        for name in _UNTIL_FIRST_CELL:
            importlib.import_module(name)


def serve(connection_file: str, once_ready: Callable[[], object] | None = None) -> None:
    """Be the kernel until it is killed. `once_ready` is called when its sockets are there."""
    _die_with_guardian()
    with _without("debugpy", "jedi"):
        app = _kernel_application().instance(connection_file=connection_file, log_level=50)
        app.initialize(argv=[])
    if once_ready:
        once_ready()
    app.start()


@contextmanager
def _without(*modules: str) -> Iterator[None]:
    """Let these appear not to be installed: nobody debugs or completes code in a KEY's kernel."""
    absent = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)


def _kernel_application() -> Any:
    import zmq
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    class KernelApplication(IPKernelApp):
        """ipykernel's application without files, banner and message loss."""

        def load_config_file(self, *args: Any, **kwargs: Any) -> None:
            """Read no configuration, and set the one that every KEY gets."""
            own = Config()
            own.HistoryManager.enabled = False
            own.InteractiveShellApp.ignore_cwd = True
            own.InteractiveShellApp.exec_PYTHONSTARTUP = False
            own.Completer.use_jedi = False
            self.update_config(own)

        def log_connection_info(self) -> None:
            """Nobody reads it; only the ports are noted."""
            names = ("shell", "iopub", "stdin", "hb", "control")
            self._ports = {name: getattr(self, f"{name}_port") for name in names}

        def _bind_socket(self, s: Any, port: int) -> Any:
            """Let a full output queue wait for the client instead of dropping messages."""
            if s.type == zmq.XPUB:
                s.setsockopt(zmq.XPUB_NODROP, 1)
            bound: Any = super()._bind_socket(s, port)  # type: ignore[no-untyped-call]
            return bound

    return KernelApplication


def _die_with_guardian() -> None:
    """SIGKILL for this process when the guardian dies, whoever kills it (PR_SET_PDEATHSIG)."""
    import ctypes
    import signal

    guardian = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != guardian:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
