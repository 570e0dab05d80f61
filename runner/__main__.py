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
    if sys.argv[1:2] in (["run"], ["verify"]):
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

    return hand_over(sys.argv[1:], os.environ)


if __name__ == "__main__":
    main()
