"""`python -m runner`, the same as `runbook`."""

import gc
import os
import sys

_ALLOCATIONS = 50_000
"""Between two looks for garbage: what is imported stays, and looking costs a tenth of the time."""


def main() -> None:
    """Let the resident do a run where there is one; else let kernels boot, then do it here."""
    gc.set_threshold(_ALLOCATIONS)
    kernels = None
    if sys.argv[1:2] in (["run"], ["verify"]) or sys.argv[1:3] == ["keys", "run"]:
        code = _by_resident()
        if code is not None:
            os._exit(code)
        from runner.cli.early import early_kernels

        kernels = early_kernels(sys.argv[1:], os.environ)
    from runner.cli.app import main as command_line

    command_line(kernels)


def _by_resident() -> int | None:
    """A run without a person can be handed over whole; a person's needs this terminal."""
    if os.isatty(0) and os.isatty(2) and "--unattended" not in sys.argv and sys.argv[1] == "run":
        return None
    from runner.resident.client import hand_over

    return hand_over(sys.argv[1:], os.environ) if _may_be_handed_over() else None


def _may_be_handed_over() -> bool:
    """Whether no `runbook.toml` says that the resident is not to be used; a variable goes first."""
    if "RUNBOOK_WARM" in os.environ:
        return True
    from runner.runs.configuration import speaks_of_resident

    if not speaks_of_resident(os.getcwd(), os.environ):  # noqa: PTH109 (pathlib costs more)
        return True
    from pathlib import Path

    from runner.runs.settings import uses_resident

    return uses_resident(Path.cwd(), os.environ)


if __name__ == "__main__":
    main()
