"""`python -m runner`, the same as `runbook`."""

import os
import sys


def main() -> None:
    """Let kernels boot where they will be needed, then run the command line."""
    kernels = None
    if sys.argv[1:2] in (["run"], ["verify"]):
        from runner.cli.early import early_kernels

        kernels = early_kernels(sys.argv[1:], os.environ)
    from runner.cli.app import main as command_line

    command_line(kernels)


if __name__ == "__main__":
    main()
